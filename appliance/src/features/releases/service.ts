import { releasePath, releaseVersion } from '@sallyport/bundle-tools/release/release-file';
import type { EventService } from '../../engine/events/service.ts';
import type { Database } from '../../platform/database.ts';
import type { TakenCatalogue } from '../exchange/types.ts';
import { stagedReleases } from './store.ts';
import type { KnownRelease, ReleaseState } from './types.ts';

export type ReleaseService = {
  /** What a catalogue that comes into force has; in its transaction. */
  take(catalogue: TakenCatalogue): void;
  /** Every release that is known here: the running one, what lies beside it, what bundles brought. */
  list(): KnownRelease[];
};

/** The version in the label of a release; undefined for a label of another form. */
const versionIn = (path: string): string | undefined => {
  const version = path.split('/')[1] ?? '';
  return releaseVersion.safeParse(version).success && releasePath(version) === path ? version : undefined;
};

/** Releases over an open data directory. `laid` is what lies in the folder of releases. */
export function releaseService(parts: {
  db: Database;
  events: Pick<EventService, 'record'>;
  running: string;
  laid: () => { installed: readonly string[]; previous: string | undefined };
}): ReleaseService {
  const { db, events, running, laid } = parts;
  const staged = stagedReleases(db);
  return {
    take: ({ lines, place, isWhole }) => {
      const before = new Set(staged.all().map(({ version }) => version));
      if (isWhole) staged.dropAll();
      for (const { kind, path, sha256, size: sizeBytes } of lines) {
        const version = kind === 'release' && place(sha256) !== undefined ? versionIn(path) : undefined;
        if (version === undefined) continue;
        staged.put({ version, sha256, sizeBytes });
        if (!before.has(version)) events.record('release-staged', { params: { version, sizeBytes } });
      }
    },
    list: () => {
      const brought = new Map(staged.all().map((one) => [one.version, one]));
      const { installed, previous } = laid();
      const stateOf = (version: string): ReleaseState =>
        version === running
          ? 'running'
          : version === previous
            ? 'kept'
            : installed.includes(version)
              ? 'installed'
              : 'staged';
      return [...new Set([running, ...installed, ...brought.keys()])].map((version) => ({
        version,
        state: stateOf(version),
        sha256: brought.get(version)?.sha256 ?? null,
        sizeBytes: brought.get(version)?.sizeBytes ?? null,
      }));
    },
  };
}
