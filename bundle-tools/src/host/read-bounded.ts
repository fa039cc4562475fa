import { constants } from 'node:fs';
import { BundleError } from '../errors.ts';
import { closeSync, fstatSync, openSync, readSync } from '../person/files.ts';

/** Reads a plain file through one descriptor, following no symbolic link at its end, and not past `maxBytes`. */
export const readBounded = (path: string, maxBytes: number): Uint8Array => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const info = fstatSync(fd);
    if (!info.isFile()) throw new BundleError('NOT_REGULAR', `${path} is not a plain file`);
    if (info.size > maxBytes) throw new BundleError('LIMIT', `${path} has ${info.size} bytes, allowed are ${maxBytes}`);
    const bytes = new Uint8Array(info.size);
    let at = 0;
    while (at < bytes.length) {
      const count = readSync(fd, bytes, at, bytes.length - at, at);
      if (count === 0) throw new BundleError('TRUNCATED', `${path} became shorter while it was read`);
      at += count;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
};
