import { AppError } from '../errors.ts';

// The `next` of a page: what its last row is sorted by. MALFORMED for anything but what was made here.

export type Key = (string | number | null)[];

const isPart = (part: unknown): part is string | number => typeof part === 'string' || typeof part === 'number';

const parse = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new AppError('MALFORMED', 'not a page cursor', {}, { cause });
  }
};

export const encodeKey = (key: readonly (string | number | null)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The values of a key with so many columns, of which the first may be null where a list says so. */
export const decodeKey = (text: string, length: number, nullable = false): Key => {
  const key = parse(text);
  if (
    Array.isArray(key) &&
    key.length === length &&
    key.every((part, at) => isPart(part) || (nullable && at === 0 && part === null))
  )
    return key as Key;
  throw new AppError('MALFORMED', 'not a page cursor');
};
