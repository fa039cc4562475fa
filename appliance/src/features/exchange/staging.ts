import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { StoreService } from '../../engine/store/service.ts';
import { AppError } from '../../platform/errors.ts';

// Each import works in a folder of its own under staging/. What verified there is moved into the store even when the
// bundle is refused, so that the next try does not read it again.

const NAME = /^import-[0-9a-f]{16}$/;

export const makeStaging = (stagingDir: string, name: string): string => {
  const folder = join(stagingDir, name);
  ensureDir(folder, 0o700);
  return folder;
};

const SPARE_BYTES = 1024 * 1024;
const spareOf = (folder: string): string => join(folder, 'spare');

/** Room that is given up when the disk becomes full, so that the refusal can be written. Random, lest it be compressed. */
export const keepSpare = (folder: string): void => writeFileDurable(spareOf(folder), randomBytes(SPARE_BYTES), 0o600);

export const giveUpSpare = (folder: string): void => rmSync(spareOf(folder), { force: true });

/** Folders that an import left behind. */
export const leftovers = (stagingDir: string): string[] =>
  isThere(stagingDir)
    ? readdirSync(stagingDir)
        .filter((name) => NAME.test(name))
        .map((name) => join(stagingDir, name))
    : [];

/** Moves whole objects into the store; each is hashed again, since the writer may have ended early. */
export const keepStaged = async (folder: string, store: Pick<StoreService, 'adopt' | 'has'>): Promise<number> => {
  const objects = join(folder, 'objects');
  if (!isThere(objects)) return 0;
  let kept = 0;
  for (const name of readdirSync(objects)) {
    if (!/^[0-9a-f]{64}$/.test(name) || store.has(name)) continue;
    try {
      await store.adopt(join(objects, name), name);
      kept += 1;
    } catch (error) {
      // Written in part: it goes with the folder.
      if (!(error instanceof AppError && error.code === 'HASH_MISMATCH')) throw error;
    }
  }
  return kept;
};

export const dropStaging = (folder: string): void => {
  // The reader of a killed import may live on for a moment and write here once more.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
};
