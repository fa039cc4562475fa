import { AppError } from './errors.ts';

export type Cursor = { value: string | number | null; id: string | number };

/** The `next` of a page: the sort value and id of its last row. */
export const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify([cursor.value, cursor.id])).toString('base64url');

/** Throws MALFORMED for anything but what encodeCursor made. */
export const decodeCursor = (text: string): Cursor => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [value, id] = parsed as unknown[];
      const isValue = value === null || typeof value === 'string' || typeof value === 'number';
      if (isValue && (typeof id === 'string' || typeof id === 'number')) return { value, id };
    }
  } catch (cause) {
    throw new AppError('MALFORMED', 'not a page cursor', {}, { cause });
  }
  throw new AppError('MALFORMED', 'not a page cursor');
};
