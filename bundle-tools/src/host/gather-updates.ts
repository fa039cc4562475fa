import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Io } from '../cli/io.ts';
import { type Download, downloader } from '../downloads/download.ts';
import { type Room, takeRoom } from '../downloads/room.ts';
import { BundleError } from '../errors.ts';
import { freeBytes } from '../media/write.ts';
import { ensureDir } from '../platform/files.ts';
import { type AptIndex, aptSource } from '../updates/sources/apt/source.ts';
import type { PlannedFile } from '../updates/update.ts';
import { cacheOf, downloadsOf, noteObject, roomOf } from './disk-use.ts';
import type { ObjectStore } from './objects.ts';
import { proxyOf } from './proxy-settings.ts';
import { failureText, type SourceFailure, sourceFailure } from './source-failure.ts';
import type { AptSourceEntry, Source } from './sources.ts';
import type { HostState } from './state.ts';

/** The indexes of one apt source, or the failure that a plan then names. */
export type AptContent = {
  readonly source: AptSourceEntry;
  readonly indexes: ReadonlyArray<AptIndex>;
  readonly failure?: SourceFailure;
};

/** The downloads of a source, within its limit and through its proxy. */
export function downloadsFor(state: HostState, source: Source, room: Room, io: Io): Download {
  return downloader({
    folder: downloadsOf(state, source.name),
    proxyOf: proxyOf(state, source),
    room,
    note: (line) => io.note(`${source.name}: ${line}`),
  });
}

/** Reads the signed indexes of a source for the given architectures; nothing of it counts where one of them is refused. */
export const readApt = async (
  state: HostState,
  source: AptSourceEntry,
  architectures: ReadonlyArray<string>,
  now: Date,
  io: Io,
): Promise<AptContent> => {
  const cacheDir = cacheOf(state, source.name);
  ensureDir(cacheDir);
  const { uri, suites, components, keyrings } = source;
  const indexes: AptIndex[] = [];
  try {
    const download = downloadsFor(state, source, roomOf(state, source), io);
    const apt = aptSource({ uri, suites, components, keyrings, cacheDir, now, download });
    for (const arch of architectures) {
      io.note(`${source.name}: reading the indexes of ${suites.join(', ')} for ${arch}`);
      indexes.push(...(await apt.refresh(arch)));
    }
  } catch (error) {
    const failure = sourceFailure(state, source.name, error);
    return { source, indexes: [], failure };
  }
  return { source, indexes };
};

/** A file that a plan needs, and the source that has it. */
export type WantedFile = {
  readonly file: PlannedFile;
  readonly source: Source;
};

/** Kept free beside what is fetched. */
const reserveBytes = 64 * 1024 * 1024;

type Way = { readonly room: Room; readonly download: Download };

const fetchOne = async (
  state: HostState,
  objects: ObjectStore,
  { file, source }: WantedFile,
  { room, download }: Way,
): Promise<void> => {
  const { url, sha256, sizeBytes } = file;
  if (url.startsWith('file:')) {
    takeRoom(room, sizeBytes, file.name);
    objects.putFile(fileURLToPath(url), sha256);
  } else {
    const path = await download({ url, maxBytes: sizeBytes, declared: { sha256, sizeBytes } });
    objects.putFile(path, sha256);
    rmSync(path, { force: true });
  }
  noteObject(state, source.name, sha256);
};

/** After so many files in a row that could not be had, a source is not asked for more in this run. */
const maxFailures = 3;

/** Files that could not be had: why, by digest, and the first of each source. */
type MissedFiles = {
  readonly reasons: ReadonlyMap<string, string>;
  readonly failures: ReadonlyArray<SourceFailure>;
};

/**
 * Brings files into the object store, each by its digest; what is there is not fetched again. One that cannot be had, or is
 * not what was signed, keeps no other from being fetched.
 */
export const fetchFiles = async (options: {
  readonly state: HostState;
  readonly objects: ObjectStore;
  readonly files: ReadonlyArray<WantedFile>;
  readonly io: Io;
}): Promise<MissedFiles> => {
  const { state, objects, io } = options;
  const missing = [...new Map(options.files.map((wanted) => [wanted.file.sha256, wanted])).values()].filter(
    ({ file }) => !objects.has(file.sha256),
  );
  const total = missing.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const free = freeBytes(state.objects);
  if (free < total + reserveBytes)
    throw new BundleError(
      'NO_SPACE',
      `${state.objects} has ${free} bytes free, the files to fetch need ${total + reserveBytes}`,
    );
  const reasons = new Map<string, string>();
  const failures = new Map<string, SourceFailure>();
  const ways = new Map<string, Way & { failures: number }>();
  let done = 0;
  for (const wanted of missing) {
    const { file, source } = wanted;
    let way = ways.get(source.name);
    if (way === undefined) {
      const room = roomOf(state, source);
      way = { room, download: downloadsFor(state, source, room, io), failures: 0 };
      ways.set(source.name, way);
    }
    try {
      if (way.failures >= maxFailures)
        throw new BundleError('FETCH_FAILED', `${source.name} did not give the ${maxFailures} files before`);
      await fetchOne(state, objects, wanted, way);
      way.failures = 0;
    } catch (error) {
      const failure = sourceFailure(state, source.name, error);
      if (failure.code === 'FETCH_FAILED') way.failures += 1;
      reasons.set(file.sha256, failure.message);
      if (!failures.has(source.name))
        failures.set(source.name, { ...failure, message: `${file.name}: ${failure.message}` });
      io.note(`${source.name}: ${file.name}: ${failureText(failure)}`);
    }
    done += wanted.file.sizeBytes;
    io.progress('fetching updates, bytes', done, total);
  }
  return { reasons, failures: [...failures.values()] };
};
