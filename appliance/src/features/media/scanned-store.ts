import { type Database, immediate } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

type ScannedStore = {
  has(sha256: string): boolean;
  /** Objects in which nothing was found. */
  add(digests: readonly string[]): void;
};

/** What an antivirus has looked at. */
export const scannedStore = (db: Database): ScannedStore => {
  const sql = statements(db);
  const find = sql.has<[string]>('SELECT 1 AS one FROM scanned_object WHERE sha256 = ?');
  const put = sql.run<[string]>('INSERT OR IGNORE INTO scanned_object VALUES (?)');
  return {
    has: (sha256) => find(sha256),
    add: (digests) =>
      immediate(db, () => {
        for (const sha256 of digests) put(sha256);
      }),
  };
};
