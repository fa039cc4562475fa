import { type Database, immediate } from '../../platform/database.ts';

type ScannedStore = {
  has(sha256: string): boolean;
  /** Objects in which nothing was found. */
  add(digests: readonly string[]): void;
};

/** What an antivirus has looked at. */
export const scannedStore = (db: Database): ScannedStore => {
  const find = db.prepare<[string], { one: number }>('SELECT 1 AS one FROM scanned_object WHERE sha256 = ?');
  const put = db.prepare<[string]>('INSERT OR IGNORE INTO scanned_object VALUES (?)');
  return {
    has: (sha256) => find.get(sha256) !== undefined,
    add: (digests) =>
      immediate(db, () => {
        for (const sha256 of digests) put.run(sha256);
      }),
  };
};
