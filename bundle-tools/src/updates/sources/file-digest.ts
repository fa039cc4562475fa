import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readSync } from 'node:fs';
import { systemCode } from '../../archive/medium-errors.ts';

/** What `read` gives of one file of a folder; why not, where the system refuses that file: the others are read. */
export const unlessUnreadable = <T>(read: () => T): T | string => {
  try {
    return read();
  } catch (error) {
    const code = systemCode(error);
    if (code === '') throw error;
    return `cannot be read: ${code}`;
  }
};

/** SHA-256 and size of a file that a person has laid into a folder. */
export const digestOfFile = (path: string): { sha256: string; sizeBytes: number } => {
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(1 << 20);
    let sizeBytes = 0;
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, read));
      sizeBytes += read;
    }
    return { sha256: hash.digest('hex'), sizeBytes };
  } finally {
    closeSync(fd);
  }
};

/** A file itself; a link could lead out of the folder. */
export const isRegularFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
