import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Io } from '../cli/io.ts';
import { BundleError } from '../errors.ts';
import { freeBytes } from '../media/write.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir } from '../platform/files.ts';
import { fetchFile } from '../updates/sources/apt/fetch.ts';
import { type AptIndex, aptSource } from '../updates/sources/apt/source.ts';
import type { PlannedFile } from '../updates/update.ts';
import type { ObjectStore } from './objects.ts';
import type { AptSourceEntry } from './sources.ts';
import type { HostState } from './state.ts';

/** The indexes of one apt source, or the failure that a plan then names. */
export type AptContent = {
  readonly source: AptSourceEntry;
  readonly indexes: ReadonlyArray<AptIndex>;
  readonly failure?: { readonly code: string; readonly message: string };
};

/** What cannot be reached today is a gap in the answer; a wrong signature or hash stops the work. */
const isOutage = (error: unknown): error is BundleError =>
  error instanceof BundleError && (error.code === 'FETCH_FAILED' || error.code === 'NOT_FOUND');

/** Where a source keeps its files between runs. */
const cacheOf = (state: HostState, source: { name: string }): string => join(state.cache, source.name);

/** Reads the signed indexes of a source for the given architectures. */
export const readApt = async (
  state: HostState,
  source: AptSourceEntry,
  architectures: ReadonlyArray<string>,
  now: Date,
  io: Io,
): Promise<AptContent> => {
  const cacheDir = cacheOf(state, source);
  ensureDir(cacheDir);
  const { uri, suites, components, keyrings, proxy } = source;
  const apt = aptSource({
    uri,
    suites,
    components,
    keyrings,
    cacheDir,
    now,
    ...defined({ proxy }),
  });
  const indexes: AptIndex[] = [];
  try {
    for (const arch of architectures) {
      io.note(`${source.name}: reading the indexes of ${suites.join(', ')} for ${arch}`);
      indexes.push(...(await apt.refresh(arch)));
    }
  } catch (error) {
    if (!isOutage(error)) throw error;
    io.note(`${source.name}: ${error.message}`);
    return { source, indexes: [], failure: { code: error.code, message: error.message } };
  }
  return { source, indexes };
};

/** A file that a plan needs, and the source that has it. */
export type WantedFile = {
  readonly file: PlannedFile;
  readonly source: { readonly name: string; readonly proxy?: string | undefined };
};

/** Kept free beside what is fetched. */
const reserveBytes = 64 * 1024 * 1024;

const fetchOne = async (state: HostState, objects: ObjectStore, { file, source }: WantedFile): Promise<void> => {
  if (file.url.startsWith('file:')) {
    objects.putFile(fileURLToPath(file.url), file.sha256);
    return;
  }
  const path = await fetchFile(file, {
    cacheDir: cacheOf(state, source),
    ...defined({ proxy: source.proxy }),
  });
  objects.putFile(path, file.sha256);
  rmSync(path, { force: true });
};

/**
 * Brings files into the object store, each by its digest; what is there is not fetched again. Returns the digests that
 * could not be had, with the reason.
 */
export const fetchFiles = async (options: {
  readonly state: HostState;
  readonly objects: ObjectStore;
  readonly files: ReadonlyArray<WantedFile>;
  readonly io: Io;
}): Promise<ReadonlyMap<string, string>> => {
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
  const failed = new Map<string, string>();
  let done = 0;
  for (const wanted of missing) {
    try {
      await fetchOne(state, objects, wanted);
    } catch (error) {
      if (!isOutage(error)) throw error;
      failed.set(wanted.file.sha256, error.message);
      io.note(`${wanted.file.name}: ${error.message}`);
    }
    done += wanted.file.sizeBytes;
    io.progress('fetching updates, bytes', done, total);
  }
  return failed;
};
