import { basename, join } from 'node:path';
import { systemCode } from '../archive/medium-errors.ts';
import { BundleError } from '../errors.ts';
import { copyFileDurable } from '../host/objects.ts';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from '../person/files.ts';
import { renameOver, syncDir } from '../platform/files.ts';
import { sha256Hex } from '../trust/hash.ts';
import { type ReadBackSource, readBack } from './read-back.ts';

/** Kept free on a medium, so that a file system never fills to the last block. */
export const mediumReserveBytes = 1024 * 1024;

/** Bytes that the current user may still write to the file system of a folder. */
export const freeBytes = (folder: string): number => {
  const info = statfsSync(folder);
  return info.bavail * info.bsize;
};

/** Half-written files of a command that was interrupted, or of a medium that was pulled. */
const dropLeftovers = (folder: string): void => {
  for (const name of readdirSync(folder))
    if (/^\.[0-9a-f]{8}(?:-\d{1,3}of\d{1,3}\.tar|\.spr)\.part$/.test(name)) rmSync(join(folder, name), { force: true });
};

/** A file on a medium that was synced, read back and compared: from here on the medium may be taken out. */
export type Written = { readonly path: string; readonly readBack: ReadBackSource };

/** Runs a step that writes to a medium: NO_SPACE, MEDIUM_IO. */
export const onMedium = <T>(folder: string, step: () => T): T => {
  try {
    return step();
  } catch (error) {
    if (error instanceof BundleError || systemCode(error) === '') throw error;
    const code = systemCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new BundleError('NO_SPACE', `${folder} is full`, { cause: error });
    throw new BundleError('MEDIUM_IO', `cannot write to ${folder}: ${code}`, { cause: error });
  }
};

const checkBack = (folder: string, part: string, written: { sha256: string; size: number }): ReadBackSource => {
  const back = readBack(part);
  if (back.sha256 !== written.sha256 || back.size !== written.size)
    throw new BundleError('MEDIUM_IO', `${folder} gives back other bytes than were written; do not use this medium`);
  return back.source;
};

/** Removes what was begun; a medium that is gone or refuses takes it with it. */
export const dropHidden = (part: string): void => {
  try {
    rmSync(part, { force: true });
  } catch (error) {
    if (systemCode(error) === '') throw error;
  }
};

/**
 * Puts a file on a medium: space first, then a copy under a hidden name, fsync, a comparison of what the medium gives
 * back, and only then the final name. A pulled medium leaves no half-written file that looks whole.
 */
export const writeToMedium = (
  from: string,
  folder: string,
  name: string,
  onBytes?: (done: number, total: number) => void,
): Written => {
  const total = statSync(from).size;
  const part = join(folder, `.${name}.part`);
  const target = join(folder, name);
  return onMedium(folder, () => {
    dropLeftovers(folder);
    const free = freeBytes(folder);
    if (free < total + mediumReserveBytes)
      throw new BundleError(
        'NO_SPACE',
        `${folder} has ${free} bytes free, ${basename(name)} needs ${total + mediumReserveBytes}`,
      );
    try {
      const written = copyFileDurable(from, part, (done) => onBytes?.(done, total));
      const source = checkBack(folder, part, written);
      renameOver(part, target);
      syncDir(folder);
      return { path: target, readBack: source };
    } catch (error) {
      dropHidden(part);
      throw error;
    }
  });
};

/** Small enough for a slow medium to report often. */
const pieceBytes = 256 * 1024;

/** Writes bytes to a new hidden file of a medium, syncs and compares them; the caller gives the file its name. */
export const writeHidden = (
  folder: string,
  part: string,
  bytes: Uint8Array,
  onBytes?: (done: number, total: number) => void,
): ReadBackSource =>
  onMedium(folder, () => {
    dropLeftovers(folder);
    const fd = openSync(part, 'wx', 0o644);
    try {
      try {
        for (let at = 0; at < bytes.length; onBytes?.(at, bytes.length))
          at += writeSync(fd, bytes, at, Math.min(pieceBytes, bytes.length - at));
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      syncDir(folder);
      return checkBack(folder, part, { sha256: sha256Hex(bytes), size: bytes.length });
    } catch (error) {
      dropHidden(part);
      throw error;
    }
  });
