import { basename, dirname, join } from 'node:path';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  moveNew,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from '../person/files.ts';
import { randomBytes } from './ambient.ts';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Whether the folder is there, made or found; false where its parent is missing. Any other failure is thrown as it is. */
const isMade = (path: string, mode: number): boolean => {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return true;
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
};

/**
 * Makes a folder and its parents. Node's own `recursive` says ENOENT on a disk that fails or is read-only, which would be
 * taken for a fault of the program.
 */
export const ensureDir = (path: string, mode = 0o755): void => {
  if (isMade(path, mode)) return;
  ensureDir(dirname(path), mode);
  if (!isMade(path, mode)) throw new Error(`${path}: its parent was removed meanwhile`);
};

/**
 * Makes the entries of a folder durable; a rename is only then safe against a power cut. Windows has no such call: it
 * answers EPERM for the handle of any folder, and its file system logs names by itself.
 */
export function syncDir(path: string, { platform = process.platform, sync = fsyncSync } = {}): void {
  const fd = openSync(path, 'r');
  try {
    sync(fd);
  } catch (error) {
    if (platform !== 'win32' || codeOf(error) !== 'EPERM') throw error;
  } finally {
    closeSync(fd);
  }
}

/** Renames a file over another one; some drivers of FAT replace nothing, and there the old one goes first. */
export const renameOver = (from: string, to: string): void => {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    rmSync(to);
    renameSync(from, to);
  }
};

/** File systems without hard links, FAT among them, say so in one of these. */
const withoutLinks = new Set<unknown>(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Gives a file a name that nothing has; EEXIST with that name where something has it, a dangling link too. */
export const renameNew = (from: string, to: string): void => {
  try {
    moveNew(from, to);
  } catch (error) {
    // link(2) fails with the name of the file on its way.
    if (codeOf(error) === 'EEXIST')
      throw Object.assign(new Error(`EEXIST: ${to} is there already`, { cause: error }), { code: 'EEXIST', path: to });
    if (!withoutLinks.has(codeOf(error))) throw error;
    // The name is taken first, so that what is replaced is ours.
    closeSync(openSync(to, 'wx'));
    renameOver(from, to);
  }
};

/** The temporary file of `writeFileDurable` for a file of this name, or for any; one that is left was never the file. */
export const isTemporaryOf = (name: string, of?: string): boolean => {
  const written = /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
  return written !== undefined && (of === undefined || written === of);
};

/** A disk that failed fails here, too: its first error is the reason, and the name of what stays says that it is unfinished. */
const removeUnfinished = (path: string): void => {
  try {
    rmSync(path, { force: true });
  } catch {}
};

const writeBeside = (path: string, content: Uint8Array | string, mode: number, place: typeof renameOver): void => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const temporary = join(dirname(path), `.${basename(path)}.${Buffer.from(randomBytes(6)).toString('hex')}.tmp`);
  const fd = openSync(temporary, 'wx', mode);
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    place(temporary, path);
  } catch (error) {
    removeUnfinished(temporary);
    throw error;
  }
  syncDir(dirname(path));
};

/**
 * Replaces a file as a whole: temporary file, fsync, rename, fsync of the folder. After a crash the old or the new
 * content is there, never a part.
 */
export const writeFileDurable = (path: string, content: Uint8Array | string, mode = 0o644): void =>
  writeBeside(path, content, mode, renameOver);

/**
 * The same for a file that a person named, whole or not at all. EEXIST where something has that name and `replace` was not said.
 */
export const writeNewFile = (
  path: string,
  content: Uint8Array | string,
  { mode = 0o644, replace = false }: { mode?: number; replace?: boolean } = {},
): void => writeBeside(path, content, mode, replace ? renameOver : renameNew);
