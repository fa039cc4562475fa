import { openFolderSource } from '../archive/folder-source.ts';
import { mediumError, systemCode } from '../archive/medium-errors.ts';
import type { BundleSource } from '../archive/source.ts';
import { openTarSource } from '../archive/tar-source.ts';
import { BundleError } from '../errors.ts';
import { stat } from '../person/files.ts';
import { openCandidates } from './candidates.ts';

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
  return isFolder ? openFolderSource(first) : openTarSource(first);
};
