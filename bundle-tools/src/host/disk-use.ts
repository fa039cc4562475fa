import { appendFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Room } from '../downloads/room.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { catalogFolder, catalogNumbers, readCatalog, signedCatalog } from './catalogs.ts';
import { findFeed, listFeeds } from './feeds.ts';
import { keptObjects } from './kept-bundles.ts';
import { objectStore } from './objects.ts';
import type { Source } from './sources.ts';
import type { HostState } from './state.ts';

// What each source takes of the disk: its folder in the cache, the parts of its feed, and the objects that it brought, which
// `objects.txt` of that folder lists. What nothing names any more goes once it is a week old.

/** The bound of a source that has none of its own. */
const DEFAULT_LIMIT_BYTES = 50 * 2 ** 30;
/** A catalog that was interrupted finds what it had fetched. */
const KEEP_MS = 7 * 86_400_000;

/** What a source may take and takes. */
type DiskUse = { readonly bytes: number; readonly limitBytes: number };

/** Where a source keeps its files between runs. */
export function cacheOf(state: HostState, name: string): string {
  return join(state.cache, name);
}

/** Where its downloads lie. */
export function downloadsOf(state: HostState, name: string): string {
  return join(cacheOf(state, name), 'downloads');
}

const filesBelow = (folder: string): ReadonlyArray<string> =>
  isThere(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

const listOf = (state: HostState, name: string): string => join(cacheOf(state, name), 'objects.txt');

const broughtBy = (state: HostState, name: string): ReadonlySet<string> => {
  const path = listOf(state, name);
  if (!isThere(path)) return new Set();
  return new Set(
    readFileSync(path, 'latin1')
      .split('\n')
      .filter((line) => /^[0-9a-f]{64}$/.test(line)),
  );
};

/** Notes that an object came from a source. */
export function noteObject(state: HostState, name: string, sha256: string): void {
  ensureDir(cacheOf(state, name));
  appendFileSync(listOf(state, name), `${sha256}\n`);
}

const feedObjects = (state: HostState, name: string): ReadonlyArray<string> => {
  const feed = findFeed(state, name);
  return feed === undefined ? [] : [feed.full.sha256, ...feed.deltas.map(({ sha256 }) => sha256)];
};

/** What a source takes now. An object that two sources brought counts for both. */
export function diskUse(state: HostState, source: Source): DiskUse {
  const objects = objectStore(state.objects);
  const held = [...new Set([...broughtBy(state, source.name), ...feedObjects(state, source.name)])].filter((sha256) =>
    objects.has(sha256),
  );
  const bytes =
    filesBelow(cacheOf(state, source.name)).reduce((sum, path) => sum + statSync(path).size, 0) +
    held.reduce((sum, sha256) => sum + objects.size(sha256), 0);
  return { bytes, limitBytes: source.limitBytes ?? DEFAULT_LIMIT_BYTES };
}

/** What a source may still write. */
export function roomOf(state: HostState, source: Source): Room {
  const { bytes, limitBytes } = diskUse(state, source);
  return { leftBytes: Math.max(0, limitBytes - bytes) };
}

const isOld = (path: string, nowMs: number): boolean => statSync(path).mtimeMs < nowMs - KEEP_MS;

/** What a feed, a catalog that counts or waits, or a bundle that can be made again needs. */
const neededObjects = (state: HostState): ReadonlySet<string> => {
  const signed = signedCatalog(state);
  const later = catalogNumbers(state).filter((number) => number > signed.number);
  const catalogs = later
    .map((number) => catalogFolder(state, number))
    .filter((folder) => isThere(join(folder, 'catalog.json')))
    .map(readCatalog);
  return new Set([
    ...listFeeds(state).flatMap(({ full, deltas }) => [full.sha256, ...deltas.map(({ sha256 }) => sha256)]),
    ...[signed, ...catalogs].flatMap(({ lines }) => lines.map(({ sha256 }) => sha256)),
    ...keptObjects(state),
  ]);
};

/** Takes away what nothing needs and what came more than a week ago; returns how much that was. */
export function tidyDisk(
  state: HostState,
  sources: ReadonlyArray<Source>,
  nowMs: number,
): { readonly files: number; readonly bytes: number } {
  const needed = neededObjects(state);
  const objects = filesBelow(state.objects).filter((path) => !needed.has(path.slice(-64)));
  const downloads = filesBelow(state.cache).filter((path) => path.includes('/downloads/'));
  const gone = [...objects, ...downloads].filter((path) => isOld(path, nowMs));
  const bytes = gone.reduce((sum, path) => sum + statSync(path).size, 0);
  for (const path of gone) rmSync(path, { force: true });
  const store = objectStore(state.objects);
  for (const { name } of sources) {
    if (!isThere(listOf(state, name))) continue;
    const left = [...broughtBy(state, name)].filter((sha256) => store.has(sha256));
    writeFileDurable(listOf(state, name), left.map((sha256) => `${sha256}\n`).join(''));
  }
  return { files: gone.length, bytes };
}

/** Forgets what a source that was removed kept for itself; its objects stay while a catalog needs them. */
export function dropCache(state: HostState, name: string): void {
  rmSync(cacheOf(state, name), { recursive: true, force: true });
}
