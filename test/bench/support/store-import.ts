import { join } from 'node:path';
import { storeService } from '@sallyport/appliance/engine/store/service';
import type { ImportContext } from '@sallyport/bundle-tools/importer/context';
import { runImportChild } from '@sallyport/bundle-tools/importer/run-import';
import type { ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';

// The two ways that a volume is read at a site, as its exchange service reads it.

/** Verifies a volume and keeps nothing: the importer's child process alone. */
export const verifyVolume = (path: string, context: ImportContext, folder: string): Promise<ImportVerdict> => {
  ensureDir(folder);
  return runImportChild({ path, context: { ...context, discard: true }, stagingDir: folder });
};

/**
 * Verifies a volume while the store takes each object: all of them are durable under their digests when this ends. Next
 * come only the records, which do not grow with the bytes.
 */
export const importVolume = async (path: string, context: ImportContext, folder: string): Promise<ImportVerdict> => {
  const stagingDir = join(folder, 'staging');
  const partials = join(folder, 'partial');
  ensureDir(stagingDir);
  const store = storeService({ objects: join(folder, 'objects'), objectsTmp: join(folder, 'objects', 'tmp') });
  const verdict = await runImportChild({
    path,
    context: { ...context, partials },
    stagingDir,
    onObject: async ({ path: staged, sha256 }) => {
      await store.adopt(staged, sha256);
    },
  });
  const absent = verdict.objects.find(({ sha256 }) => !store.has(sha256));
  if (absent !== undefined) throw new Error(`object ${absent.sha256} is not in the store`);
  return verdict;
};
