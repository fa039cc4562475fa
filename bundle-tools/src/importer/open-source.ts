import { openFolderSource } from '../archive/folder-source.ts';
import { foreignHeadBytes, isForeignFile } from '../archive/foreign-file.ts';
import { mediumError, systemCode } from '../archive/medium-errors.ts';
import type { BundleSource } from '../archive/source.ts';
import { openRegular, openTarSource } from '../archive/tar-source.ts';
import { BundleError } from '../errors.ts';
import { stat } from '../person/files.ts';
import { openCandidates } from './candidates.ts';

const refuseForeign = async (path: string): Promise<void> => {
  const { handle } = await openRegular(path);
  try {
    const head = Buffer.alloc(foreignHeadBytes);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    if (isForeignFile(head.subarray(0, bytesRead)))
      throw new BundleError('NO_BUNDLE', `${path} is not a bundle of Sallyport`);
  } catch (error) {
    throw mediumError(path, error);
  } finally {
    await handle.close();
  }
};

/** Opens what a person points at: one volume, an unpacked bundle, or a medium; of several volumes the first. */
export const openBundleSource = async (path: string): Promise<BundleSource> => {
  const [first] = await openCandidates(path);
  if (first === undefined) throw new BundleError('NO_BUNDLE', `${path} has no bundle`);
  let isFolder: boolean;
  try {
    isFolder = (await stat(first)).isDirectory();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new BundleError('NO_BUNDLE', `${first} does not exist`, { cause: error });
    throw mediumError(first, error);
  }
  if (isFolder) return openFolderSource(first);
  await refuseForeign(first);
  return openTarSource(first);
};
