import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { gzipHead } from '../archive/gzip.ts';
import { onStore } from '../archive/medium-errors.ts';
import { BundleError } from '../errors.ts';

const tailBytes = 8;

// Node's gunzip takes several members and zeros after the last; here head, deflate stream and tail are one each.
const splitGzip = (packed: Buffer): { deflated: Buffer; crc: number; length: number } => {
  if (
    packed.length < gzipHead.length + tailBytes ||
    Buffer.compare(packed.subarray(0, gzipHead.length), gzipHead) !== 0
  ) {
    throw new BundleError('METADATA', 'the inventory is not packed as we pack it');
  }
  const tail = packed.length - tailBytes;
  return {
    deflated: packed.subarray(gzipHead.length, tail),
    crc: packed.readUInt32LE(tail),
    length: packed.readUInt32LE(tail + 4),
  };
};

/**
 * Inflates a spooled inventory to `rawPath` and returns its SHA-256. Stops one byte past the declared size, so that a
 * bomb costs what was signed for and no more (section 2).
 */
export const inflateInventory = async (packedPath: string, rawPath: string, sizeBytes: number): Promise<string> => {
  const { deflated, crc, length } = splitGzip(await readFile(packedPath));
  const hash = createHash('sha256');
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 });
  const handle = await onStore(rawPath, () => open(rawPath, 'w', 0o600));
  let size = 0;
  let sum = 0;
  try {
    inflate.end(deflated);
    for await (const piece of inflate as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > sizeBytes) throw new BundleError('LIMIT', `the inventory inflates past its ${sizeBytes} bytes`);
      hash.update(piece);
      sum = crc32(piece, sum);
      await onStore(rawPath, () => handle.writeFile(piece));
    }
    if (inflate.bytesWritten !== deflated.length) throw new BundleError('TRAILING', 'more after the packed inventory');
    await onStore(rawPath, () => handle.datasync());
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('HASH', 'the packed inventory does not inflate', { cause: error });
  } finally {
    await handle.close();
  }
  if (sum !== crc || size !== length) throw new BundleError('HASH', 'the packed inventory does not fit its own sum');
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
