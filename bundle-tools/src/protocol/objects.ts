import { digest } from './common.ts';

// GET /objects/sha256/:hex: bytes, with `Range`, for a device that has a task naming them.

type ByteRange = { start: number; end: number };

/** The path of an object below the prefix of the entry point. */
export const objectPath = (sha256: string): string => `/objects/sha256/${digest.parse(sha256)}`;

/**
 * One `bytes=` range against a size; `end` is inclusive. Undefined: no usable header, send the whole (RFC 9110 14.2 lets a
 * server ignore what it does not support). Null: not satisfiable.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | null | undefined => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (start >= size) return null;
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return end < start ? undefined : { start, end };
};
