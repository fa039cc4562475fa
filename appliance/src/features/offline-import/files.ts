import { basename } from 'node:path';
import { zipParts } from '@sallyport/bundle-tools/archive/zip-entries';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { open, stat } from '@sallyport/bundle-tools/person/files';
import { AppError } from '../../platform/errors.ts';
import type { OfflineLimits, OfflineRefusal } from './types.ts';

const maxRatio = 100;

export type OfflineInput = { name: string; modifiedAt: number } & ({ bytes: Uint8Array } | { refused: OfflineRefusal });

const isZip = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.readUInt32LE(0) === 0x04_03_4b_50;
  } finally {
    await file.close();
  }
};

const readWhole = async (path: string, most: number): Promise<Uint8Array | undefined> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > most) return undefined;
    return await file.readFile();
  } finally {
    await file.close();
  }
};

/** The inventories in a file: itself, or those of a zip. `name` is what people know it by. MALFORMED for a damaged zip. */
export async function* offlineInputs(
  path: string,
  limits: OfflineLimits,
  name = basename(path),
): AsyncGenerator<OfflineInput> {
  if (!(await isZip(path))) {
    // File systems keep parts of a millisecond, times of devices have none.
    const modifiedAt = Math.trunc((await stat(path)).mtimeMs);
    const bytes = await readWhole(path, limits.maxFileBytes);
    yield bytes === undefined ? { name, modifiedAt, refused: 'too-large' } : { name, modifiedAt, bytes };
    return;
  }
  try {
    yield* zipParts(path, {
      maxEntries: limits.maxFiles,
      maxEntryBytes: limits.maxFileBytes,
      maxTotalBytes: limits.maxTotalBytes,
      maxRatio,
    });
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    throw new AppError('MALFORMED', `${name}: ${error.message}`, {}, { cause: error });
  }
}
