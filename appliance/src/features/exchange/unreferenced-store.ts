import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/** An object that nothing refers to, and since when that is known. */
export type Unreferenced = { readonly sha256: string; readonly sizeBytes: number; readonly listedAt: string };

/** The list of stage one of garbage collection. */
export const unreferencedStore = (db: Database) => {
  const sql = statements(db);
  const all = sql.all<[], Unreferenced>(
    'SELECT sha256, size_bytes AS sizeBytes, listed_at AS listedAt FROM store_unreferenced ORDER BY sha256',
  );
  const drop = sql.run('DELETE FROM store_unreferenced WHERE sha256 = ?');
  return {
    all: () => all(),
    put: sql.run<[sha256: string, sizeBytes: number, at: string]>(
      'INSERT OR IGNORE INTO store_unreferenced (sha256, size_bytes, listed_at) VALUES (?, ?, ?)',
    ),
    drop: (sha256: string): void => {
      drop(sha256);
    },
    /** What is needed from now on is no candidate, and requests promise it again. */
    dropAll: (needed: ReadonlySet<string>): void => {
      for (const { sha256 } of all()) if (needed.has(sha256)) drop(sha256);
    },
  };
};
