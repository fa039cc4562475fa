import type BetterSqlite3 from 'better-sqlite3';
import { withNumber } from './number-set.ts';

/** Lower case in every script: what lists are sorted by and searched in. */
export const fold = (text: string): string => text.toLowerCase();

/** A form of an address that sorts as people read addresses: each number as wide as the widest. */
export const addressKey = (address: string): string =>
  address.includes(':') ? `:${address.toLowerCase()}` : address.replace(/\d+/g, (part) => part.padStart(3, '0'));

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Lines with one of them replaced, counted from 0; a line holds no line break, and empty ones at the end are left out. */
const withLine = (lines: string, at: number, line: string): string => {
  const all = lines.split('\n');
  while (all.length <= at) all.push('');
  all[at] = line.replaceAll('\n', ' ');
  return all.join('\n').replace(/\n+$/, '');
};

const bytes = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());

/** What triggers of this database call; every connection must know it, so every one gets it when it is opened. */
export const defineSqlFunctions = (db: BetterSqlite3.Database): void => {
  db.function('fold', { deterministic: true }, (value: unknown) => fold(text(value)));
  db.function('address_key', { deterministic: true }, (value: unknown) => addressKey(text(value)));
  db.function('with_line', { deterministic: true }, (lines: unknown, at: unknown, line: unknown) =>
    withLine(text(lines), Number(at), text(line)),
  );
  db.function('with_number', { deterministic: true }, (set: unknown, number: unknown) =>
    Buffer.from(withNumber(bytes(set), Number(number), true)),
  );
  db.function('without_number', { deterministic: true }, (set: unknown, number: unknown) =>
    Buffer.from(withNumber(bytes(set), Number(number), false)),
  );
};
