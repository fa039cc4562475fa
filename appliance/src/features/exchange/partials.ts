import { lstatSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackDigests } from '@sallyport/bundle-tools/documents/digests';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { dropPartial, partialPath } from '@sallyport/bundle-tools/importer/partial';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { StoreService } from '../../engine/store/service.ts';
import { AppError } from '../../platform/errors.ts';
import type { WaitingStore } from './waiting-store.ts';

// Large and cut objects are kept in part over several imports (bundle format, D3). The folder is bounded: what the store
// by now goes, and so does what no bundle waits for and was not continued for a month.

const keptMs = 30 * 86_400_000;
const fileForm = /^([0-9a-f]{64})\.(?:data|marks)$/;

const maxMarks = limits.objectBytes / limits.chunkBytes;

// The process that meets the medium writes here: a link could lead anywhere.
const isPlain = (path: string, maxBytes: number): boolean => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size > 0 && found.size <= maxBytes;
};

/** The folder of objects that are kept in part. */
export const partialsIn = (stagingDir: string): string => join(stagingDir, 'partials');

/**
 * Moves into the store what became whole and did not get there: the import ended between the last chunk and the store. No
 * volume would bring it again, since nothing of it is missing.
 */
export const keepWholePartials = async (
  stagingDir: string,
  store: Pick<StoreService, 'adopt' | 'has'>,
): Promise<number> => {
  const folder = partialsIn(stagingDir);
  if (!isThere(folder)) return 0;
  let kept = 0;
  for (const name of readdirSync(folder)) {
    const sha256 = fileForm.exec(name)?.[1];
    if (sha256 === undefined || !name.endsWith('.marks') || store.has(sha256)) continue;
    const data = partialPath(folder, sha256);
    if (!isPlain(data, limits.objectBytes) || !isPlain(join(folder, name), maxMarks)) continue;
    if (readFileSync(join(folder, name)).some((mark) => mark !== 1)) continue;
    try {
      await store.adopt(data, sha256);
      kept += 1;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'HASH_MISMATCH')) throw error;
      // Its marks say more than the disk has kept: it begins anew.
      await dropPartial(folder, sha256);
    }
  }
  return kept;
};

/**
 * Takes away what is not needed, and the folder once it is empty. What a bundle waits for stays however old it is: the
 * site has listed the volumes it needs no more, and a trip may take months.
 */
export const tidyPartials = (
  stagingDir: string,
  store: Pick<StoreService, 'has'>,
  waiting: Pick<WaitingStore, 'digests'>,
  nowMs: number,
): void => {
  const folder = partialsIn(stagingDir);
  if (!isThere(folder)) return;
  const awaited = new Set(waiting.digests().flatMap(unpackDigests));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const sha256 = fileForm.exec(name)?.[1];
    const age = nowMs - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const isOver = sha256 === undefined || store.has(sha256) || (age > keptMs && !awaited.has(sha256));
    if (isOver) rmSync(path, { recursive: true, force: true });
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
};
