import { readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BundleError } from '../errors.ts';
import { copyFileDurable, hashFile } from '../host/objects.ts';
import { syncDir } from '../platform/files.ts';

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
    if (/^\.[0-9a-f]{8}-\d{1,3}of\d{1,3}\.tar\.part$/.test(name)) rmSync(join(folder, name), { force: true });
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
): string => {
  dropLeftovers(folder);
  const total = statSync(from).size;
  const free = freeBytes(folder);
  if (free < total + mediumReserveBytes)
    throw new BundleError(
      'NO_SPACE',
      `${folder} has ${free} bytes free, ${basename(name)} needs ${total + mediumReserveBytes}`,
    );
  const part = join(folder, `.${name}.part`);
  const target = join(folder, name);
  try {
    const written = copyFileDurable(from, part, (done) => onBytes?.(done, total));
    const back = hashFile(part);
    if (back.sha256 !== written.sha256 || back.size !== written.size)
      throw new BundleError('MEDIUM_IO', `${folder} gives back other bytes than were written`);
    renameSync(part, target);
    syncDir(folder);
    return target;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
};
