import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type BetterSqlite3 from 'better-sqlite3';

/** Text as it is compared: lower case in every script, composed. What lists are sorted by and searched in. */
export const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** A form of an address that sorts as people read addresses: each number as wide as the widest. */
export const addressKey = (address: string): string =>
  address.includes(':') ? `:${address.toLowerCase()}` : address.replace(/\d+/g, (part) => part.padStart(3, '0'));

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What triggers and migrations of this database call; every connection must know it, so every one gets it when it is opened. */
export const defineSqlFunctions = (db: BetterSqlite3.Database): void => {
  db.function('fold', { deterministic: true }, (value: unknown) => fold(text(value)));
  db.function('address_key', { deterministic: true }, (value: unknown) => addressKey(text(value)));
  db.function('version_key', { deterministic: true }, (ecosystem: unknown, version: unknown) => {
    const key = keyFor(text(ecosystem), text(version));
    return key === null ? null : Buffer.from(key);
  });
};
