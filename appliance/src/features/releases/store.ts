import type { Database } from '../../platform/database.ts';

export type StagedRelease = { version: string; sha256: string; sizeBytes: number };

/** What bundles brought. */
export function stagedReleases(db: Database) {
  const all = db.prepare<[], StagedRelease>(
    'select version, sha256, size_bytes as sizeBytes from staged_release order by version',
  );
  const drop = db.prepare('delete from staged_release');
  const put = db.prepare<[string, string, number]>(
    'insert into staged_release (version, sha256, size_bytes) values (?, ?, ?) on conflict (version) do nothing',
  );
  return {
    all: () => all.all(),
    dropAll: (): void => {
      drop.run();
    },
    put: ({ version, sha256, sizeBytes }: StagedRelease): void => {
      put.run(version, sha256, sizeBytes);
    },
  };
}
