import { join } from 'node:path';
import { pieceName } from '../archive/folder-source.ts';
import { writePortionFile } from '../archive/portion-file.ts';
import type { BundleSource } from '../archive/source.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { freeBytes } from '../media/write.ts';
import { closeSync, fsyncSync, openSync, readdirSync, writeSync } from '../person/files.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { type BundleHead, openAt, type Run, readHead, runsOf, sourcesAt } from './bundle-parts.ts';

// Lays a bundle out anew for smaller media, without a key: the manifest stays as it was signed, so the portions are
// folders, each with the whole prelude and some of the objects. A site takes them in any order.

/** What was written. */
type Split = { readonly folders: ReadonlyArray<string>; readonly objects: number; readonly bytes: number };

// A file takes whole clusters; 32 KiB is the largest usual one of FAT32.
const clusterBytes = 32 * 1024;
const roomOf = (size: number): number => Math.ceil(size / clusterBytes) * clusterBytes + clusterBytes;
const portionBytes = 512;
// A folder of FAT32 has 65 536 entries of 32 bytes, and a name of 72 letters takes seven of them.
const folderFiles = 9_000;

const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
};

/** Fills folders one after the other, each up to `sizeBytes`. */
const createFolders = (out: string, head: BundleHead, sizeBytes: number, maxFiles: number) => {
  const folders: string[] = [];
  const preludeRoom = head.prelude.reduce((sum, { bytes }) => sum + roomOf(bytes.length), 0) + roomOf(portionBytes);
  const capacity = sizeBytes - preludeRoom;
  let room = 0;
  let files = 0;
  const next = (): void => {
    const folder = join(out, `${head.manifest.bundle_id.slice(0, 8)}-portion-${folders.length + 1}`);
    for (const part of ['tuf', 'o']) ensureDir(join(folder, part));
    for (const { name, bytes } of head.prelude) writeFileDurable(join(folder, name), bytes, 0o644);
    // Written before any object: an interrupted folder must not pass for a whole bundle.
    writePortionFile(folder, folders.length + 1);
    folders.push(folder);
    room = capacity;
    files = 0;
  };
  return {
    folders,
    capacity,
    /** Bytes of content that the present folder still takes in one file. */
    room: () => (files < maxFiles ? room - clusterBytes : -1),
    next,
    open: (name: string): number => openSync(join(folders.at(-1) ?? out, name), 'wx', 0o644),
    take: (bytes: number): void => {
      room -= roomOf(bytes);
      files += 1;
    },
  };
};

type Folders = ReturnType<typeof createFolders>;

/** How a run goes into files: whole, or cut at multiples of 8 MiB where no folder takes it whole. */
const nextFile = (folders: Folders, run: Run, done: number): { name: string; length: number } => {
  const left = run.length - done;
  const offset = run.offset + done;
  const isWhole = run.item.whole && offset === 0 && run.length === run.item.length;
  const name = isWhole && done === 0 ? run.item.name : pieceName(run.item.sha256, offset / limits.chunkBytes);
  if (roomOf(left) <= folders.capacity) {
    if (left > folders.room()) folders.next();
    return { name, length: left };
  }
  const fitting = (bytes: number): number => Math.floor(bytes / limits.chunkBytes) * limits.chunkBytes;
  if (fitting(folders.room()) <= 0) folders.next();
  const length = fitting(folders.room());
  if (length <= 0)
    throw new BundleError('LIMIT', `that is too small for an object of ${run.length} bytes; take a larger size`);
  return { name: pieceName(run.item.sha256, offset / limits.chunkBytes), length };
};

const copyRun = async (
  source: BundleSource,
  run: Run,
  folders: Folders,
  onBytes: (count: number) => void,
): Promise<void> => {
  await source.expect(run.name, run.length);
  let done = 0;
  let file: { fd: number; left: number } | undefined;
  const close = (): void => {
    if (file === undefined) return;
    fsyncSync(file.fd);
    closeSync(file.fd);
    file = undefined;
  };
  const begin = (): { fd: number; left: number } => {
    const { name, length } = nextFile(folders, run, done);
    folders.take(length);
    file = { fd: folders.open(name), left: length };
    return file;
  };
  try {
    if (run.length === 0) begin();
    for await (const piece of source.body()) {
      for (let at = 0; at < piece.length; ) {
        const target = file ?? begin();
        const count = Math.min(piece.length - at, target.left);
        writeAll(target.fd, piece.subarray(at, at + count));
        at += count;
        done += count;
        target.left -= count;
        if (target.left === 0) close();
      }
      onBytes(piece.length);
    }
  } finally {
    close();
  }
};

/** Splits a bundle, or what of it is at the paths, into folders of at most `sizeBytes` each. */
export const splitBundle = async (
  paths: ReadonlyArray<string>,
  options: {
    out: string;
    sizeBytes: number;
    /** Objects in one folder; what FAT32 takes when absent. */
    maxFiles?: number;
    onProgress: (bytes: number) => void;
  },
): Promise<Split> => {
  const { out } = options;
  if (isThere(out) && readdirSync(out).length > 0) throw new BundleError('EXISTS', `${out} is not empty`);
  ensureDir(out);
  let head: BundleHead | undefined;
  let folders: Folders | undefined;
  let bytes = 0;
  const objects = new Set<string>();
  // The same volume may lie there twice.
  const written = new Set<string>();
  for (const path of await sourcesAt(paths)) {
    const source = await openAt(path);
    try {
      const own = await readHead(source);
      if (head !== undefined && head.manifest.bundle_id !== own.manifest.bundle_id)
        throw new BundleError('MIX', `${path} is of another bundle`);
      head ??= own;
      if (folders === undefined) {
        folders = createFolders(out, own, options.sizeBytes, options.maxFiles ?? folderFiles);
        if (folders.capacity < 0)
          throw new BundleError('LIMIT', 'that is too small for what stands before the objects; take a larger size');
        folders.next();
      }
      const all = await runsOf(source, own);
      if (source.kind === 'tar' && all.some(({ name }) => written.has(name))) continue;
      const runs = all.filter(({ name }) => !written.has(name));
      const needed = runs.reduce((sum, { length }) => sum + length, 0);
      if (freeBytes(out) < needed) throw new BundleError('NO_SPACE', `${out} has too little space for ${needed} bytes`);
      for (const run of runs) {
        await copyRun(source, run, folders, (count) => {
          bytes += count;
          options.onProgress(bytes);
        });
        objects.add(run.item.sha256);
        written.add(run.name);
      }
    } finally {
      await source.close();
    }
  }
  return { folders: folders?.folders ?? [], objects: objects.size, bytes };
};
