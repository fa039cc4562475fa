import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { gzipHead } from '../archive/gzip.ts';
import { onStore } from '../archive/medium-errors.ts';
import { BundleError } from '../errors.ts';

/**
 * Inflates a spooled inventory to `rawPath`. Stops one byte past the declared size, so that a bomb costs what was
 * signed for and no more (section 2).
 */
export const inflateInventory = async (packedPath: string, rawPath: string, sizeBytes: number): Promise<string> => {
  const packed = await readFile(packedPath);
  if (Buffer.compare(packed.subarray(0, gzipHead.length), gzipHead) !== 0) {
    throw new BundleError('METADATA', 'the inventory is not packed as we pack it');
  }
  const hash = createHash('sha256');
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  const handle = await onStore(rawPath, () => open(rawPath, 'w', 0o600));
  let size = 0;
  try {
    gunzip.end(packed);
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > sizeBytes) throw new BundleError('LIMIT', `the inventory inflates past its ${sizeBytes} bytes`);
      hash.update(piece);
      await onStore(rawPath, () => handle.writeFile(piece));
    }
    if (gunzip.bytesWritten !== packed.length) throw new BundleError('TRAILING', 'more after the packed inventory');
    await onStore(rawPath, () => handle.datasync());
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('HASH', 'the packed inventory does not inflate', { cause: error });
  } finally {
    await handle.close();
  }
  if (size !== sizeBytes) throw new BundleError('METADATA', `the inventory has ${size} bytes, ${sizeBytes} are signed`);
  return hash.digest('hex');
};

/** Takes a spooled inventory that is not packed. */
export const keepInventory = async (packedPath: string, rawPath: string): Promise<void> => {
  await onStore(rawPath, async () => {
    const handle = await open(packedPath, 'r+');
    try {
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(packedPath, rawPath);
  });
};
