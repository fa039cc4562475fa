import { CaptureError } from './types.ts';

/** Bytes of a stream, asked for in pieces; holds no more than what was asked for and one chunk. */
export type ByteSource = {
  /** Exactly `length` bytes; undefined at a clean end, CaptureError in the middle of something. */
  take(length: number): Promise<Buffer | undefined>;
  skip(length: number): Promise<void>;
  offset(): number;
};

/** Pulls from any source of chunks, a file's read stream say. */
export const byteSource = (chunks: AsyncIterable<Uint8Array>): ByteSource => {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;

  const more = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    return true;
  };

  return {
    offset: () => offset,
    take: async (length) => {
      while (held.length < length) {
        if (await more()) continue;
        if (held.length === 0) return undefined;
        throw new CaptureError('the capture ends in the middle of a record', offset + held.length, true);
      }
      const taken = held.subarray(0, length);
      held = held.subarray(length);
      offset += length;
      return taken;
    },
    skip: async (length) => {
      let left = length;
      while (left > 0) {
        if (held.length === 0 && !(await more()))
          throw new CaptureError('the capture ends in the middle of a record', offset, true);
        const step = Math.min(left, held.length);
        held = held.subarray(step);
        offset += step;
        left -= step;
      }
    },
  };
};
