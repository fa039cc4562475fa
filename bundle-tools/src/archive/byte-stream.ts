import { BundleError } from '../errors.ts';
import type { Handle } from '../person/files.ts';
import { mediumError } from './medium-errors.ts';
import { createPlainRing, createRingHash } from './ring-hash.ts';

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
  /** SHA-256 of everything that was read; of a stream that is hashed. */
  digest(): Promise<string>;
  /** Waits for a read that is under way and gives the buffers back, so that the file can be closed. */
  settle(): Promise<void>;
};

type Fetch = { index: number; chunk: Promise<Uint8Array | Error> };

const fill = async (handle: Handle, buffer: Uint8Array, position: number): Promise<Uint8Array> => {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
};

/** A reader that fetches the next piece while the caller works on this one and hashes all of it. */
export const createByteStream = (
  handle: Handle,
  options: { what: string; sizeBytes: number /** default true */; isHashed?: boolean },
): ByteStream => {
  const { what } = options;
  const ring = options.isHashed === false ? createPlainRing(options.sizeBytes) : createRingHash(options.sizeBytes);
  let turn = 0;
  let filePosition = 0;
  let handedOut = 0;
  let current: Uint8Array = new Uint8Array(0);
  let ended = false;
  let pending: Fetch | undefined;

  const readInto = async (index: number, position: number): Promise<Uint8Array> => {
    await ring.free(index);
    return fill(handle, ring.buffers[index] ?? new Uint8Array(0), position);
  };

  // The ring has at least two buffers, so the one that the caller looks at is never the one that is filled.
  const prefetch = (): Fetch => {
    const index = turn;
    turn = (turn + 1) % ring.buffers.length;
    const chunk = readInto(index, filePosition).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    return { index, chunk };
  };

  // Makes `current` non-empty unless the file is at its end.
  const refill = async (): Promise<void> => {
    if (current.length > 0 || ended) return;
    pending ??= prefetch();
    const { index } = pending;
    const chunk = await pending.chunk;
    pending = undefined;
    if (chunk instanceof Error) throw mediumError(what, chunk);
    if (chunk.length === 0) {
      ended = true;
      return;
    }
    filePosition += chunk.length;
    ring.update(index, chunk.length);
    if (chunk.length === ring.buffers[index]?.length) pending = prefetch();
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
    digest: () => ring.digest(),
    settle: async () => {
      await pending?.chunk;
      await ring.close();
    },
  };
};
