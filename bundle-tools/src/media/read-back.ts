import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { hashFile } from '../host/objects.ts';
import { closeSync, openSync, readSync } from '../person/files.ts';

// What was just written lies in the memory of the computer, and an ordinary read is answered from there: it would call a
// medium good that kept nothing. O_DIRECT reads past that memory. It proves that the medium, or the controller in it,
// gave these bytes back; not that it will still do so next week.

/** Where the bytes came from: past the memory, or, where a file system knows no O_DIRECT, maybe out of it. */
export type ReadBackSource = 'medium' | 'memory';

type ReadBack = { readonly sha256: string; readonly size: number; readonly source: ReadBackSource };

const bufferBytes = 1024 * 1024;
/** A read past the memory begins at a multiple of the medium's sector; none is smaller. */
const sectorBytes = 512;

// Such reads need aligned memory. That of a buffer which may be resized is taken in whole pages; that of another begins
// anywhere.
const alignedBuffer = (): Uint8Array => new Uint8Array(new ArrayBuffer(bufferBytes, { maxByteLength: bufferBytes }));

const isUnsupported = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOTSUP');

const readDirect = (path: string): ReadBack | undefined => {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECT | constants.O_NOFOLLOW);
  } catch (error) {
    if (isUnsupported(error)) return undefined;
    throw error;
  }
  try {
    const buffer = alignedBuffer();
    const hash = createHash('sha256');
    for (let size = 0; ; ) {
      let count: number;
      try {
        count = readSync(fd, buffer, 0, buffer.length, size);
      } catch (error) {
        if (size === 0 && isUnsupported(error)) return undefined;
        throw error;
      }
      hash.update(buffer.subarray(0, count));
      size += count;
      // Only where the file ends may a piece end inside of a sector.
      if (count === 0 || size % sectorBytes !== 0) return { sha256: hash.digest('hex'), size, source: 'medium' };
    }
  } finally {
    closeSync(fd);
  }
};

/** SHA-256 and length of a file that was written and synced, as the medium gives it back. */
export const readBack = (path: string): ReadBack => readDirect(path) ?? { ...hashFile(path), source: 'memory' };
