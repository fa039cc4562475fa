import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

export type StagedRelease = { version: string; sha256: string; sizeBytes: number };

/** What bundles brought. */
export function stagedReleases(db: Database) {
  const sql = statements(db);
  return {
    all: sql.all<[], StagedRelease>(
      'select version, sha256, size_bytes as sizeBytes from staged_release order by version',
    ),
    dropAll: sql.run<[]>('delete from staged_release'),
    put: sql.run<[row: StagedRelease]>(
      'insert into staged_release (version, sha256, size_bytes) values (:version, :sha256, :sizeBytes) on conflict (version) do nothing',
    ),
  };
}
