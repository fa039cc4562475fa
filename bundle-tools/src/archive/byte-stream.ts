import type { FileHandle } from 'node:fs/promises';
import { BundleError } from '../errors.ts';
import { mediumError } from './medium-errors.ts';
import type { SideHash } from './side-hash.ts';

const maxChunkBytes = 4 * 1024 * 1024;
const minChunkBytes = 64 * 1024;

/** Reads a file once, front to back. */
export type ByteStream = {
  /** Bytes handed out so far. */
  position(): number;
  /** Exactly `count` bytes; TRUNCATED when the file ends before. The view is valid until the next call. */
  take(count: number): Promise<Uint8Array>;
  /** At least 1 and at most `max` bytes, as they come; TRUNCATED at the end. The view is valid until the next call. */
  some(max: number): Promise<Uint8Array>;
  /** True when nothing is left. */
  atEnd(): Promise<boolean>;
  /** Waits for a read that is under way, so that the file can be closed. */
  settle(): Promise<void>;
};

const fill = async (handle: FileHandle, buffer: Uint8Array, position: number): Promise<Uint8Array> => {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
};

/** A reader that fetches the next chunk while the caller works on this one; `hash` sees every byte in order. */
export const createByteStream = (
  handle: FileHandle,
  options: { what: string; sizeBytes: number; hash?: SideHash },
): ByteStream => {
  const { what, hash } = options;
  // The size only fits the buffers to a small file; the end is where the file ends.
  const chunkBytes = Math.min(maxChunkBytes, Math.max(minChunkBytes, Math.ceil(options.sizeBytes / 512) * 512));
  const buffers = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)] as const;
  let turn: 0 | 1 = 0;
  let filePosition = 0;
  let handedOut = 0;
  let current: Uint8Array = new Uint8Array(0);
  let ended = false;
  let pending: Promise<Uint8Array | Error> | undefined;

  const prefetch = (): void => {
    pending = fill(handle, buffers[turn], filePosition).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    turn = turn === 0 ? 1 : 0;
  };

  // Makes `current` non-empty unless the file is at its end.
  const refill = async (): Promise<void> => {
    if (current.length > 0 || ended) return;
    if (pending === undefined) prefetch();
    const chunk = await pending;
    pending = undefined;
    if (chunk instanceof Error) throw mediumError(what, chunk);
    if (chunk === undefined || chunk.length === 0) {
      ended = true;
      return;
    }
    filePosition += chunk.length;
    if (chunk.length === chunkBytes) prefetch();
    await hash?.update(chunk);
    current = chunk;
  };

  const some = async (max: number): Promise<Uint8Array> => {
    await refill();
    if (current.length === 0) throw new BundleError('TRUNCATED', `${what} ends at byte ${handedOut}`);
    const view = current.subarray(0, max);
    current = current.subarray(view.length);
    handedOut += view.length;
    return view;
  };

  const take = async (count: number): Promise<Uint8Array> => {
    if (count === 0) return new Uint8Array(0);
    const first = await some(count);
    if (first.length === count) return first;
    const whole = Buffer.alloc(count);
    whole.set(first);
    for (let at = first.length; at < count; ) {
      const next = await some(count - at);
      whole.set(next, at);
      at += next.length;
    }
    return whole;
  };

  return {
    position: () => handedOut,
    take,
    some,
    atEnd: async () => {
      await refill();
      return current.length === 0;
    },
    settle: async () => {
      await pending;
    },
  };
};
