import { BundleError } from '@sallyport/bundle-tools/errors';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { takeImportLock } from './import-lock.ts';
import type { ImporterParts } from './importer-parts.ts';
import { keepWholePartials, tidyPartials } from './partials.ts';
import { dropStaging, keepStaged, leftovers } from './staging.ts';

export type Recovered = { readonly interrupted: number; readonly finished: number; readonly objects: number };

/**
 * Finishes or drops what a crash left between two durable steps; the caller holds the lock. Before the commit: what
 * verified goes into the store, the rest goes, and the import can be repeated. After it: only cleaning was left.
 */
export const cleanUp = async (parts: ImporterParts): Promise<Recovered> => {
  const { store, objects, paths, vulnerabilities, clock } = parts;
  const state = store.state();
  if (!state) return { interrupted: 0, finished: 0, objects: 0 };
  let kept = 0;
  for (const folder of leftovers(paths.staging)) {
    kept += await keepStaged(folder, objects);
    dropStaging(folder);
  }
  kept += await keepWholePartials(paths.staging, objects);
  tidyPartials(paths.staging, objects, parts.waiting, clock());
  vulnerabilities.tidySnapshots();
  if (vulnerabilities.isRematchDue()) vulnerabilities.rematch();
  const counts = { interrupted: 0, finished: 0 };
  for (const row of store.unfinished()) {
    const isCommitted = row.state === 'flipped';
    counts[isCommitted ? 'finished' : 'interrupted'] += 1;
    store.journal(row.id, {
      state: isCommitted ? 'done' : 'interrupted',
      at: toTime(clock()),
      ...(isCommitted ? {} : { message: `ended while ${row.state}; import the bundle again` }),
    });
  }
  return { ...counts, objects: kept };
};

/** For the start of the server: nothing to do while another process imports. */
export const recoverImports = async (parts: ImporterParts): Promise<Recovered | undefined> => {
  let lock: ReturnType<typeof takeImportLock>;
  try {
    lock = takeImportLock(parts.paths.data);
  } catch (error) {
    if (error instanceof BundleError && error.code === 'BUSY') return undefined;
    throw error;
  }
  try {
    return await cleanUp(parts);
  } finally {
    lock.release();
  }
};
