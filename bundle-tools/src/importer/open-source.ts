import type { FileHandle } from 'node:fs/promises';
import { lstat, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderSource } from '../archive/folder-source.ts';
import { blockBytes, decodeHeader } from '../archive/header.ts';
import { mediumError, systemCode } from '../archive/medium-errors.ts';
import type { BundleSource } from '../archive/source.ts';
import { openRegular, openTarSource } from '../archive/tar-source.ts';
import { BundleError } from '../errors.ts';

const maxEntries = 10_000;

const looksLikeBundle = async (path: string): Promise<boolean> => {
  let handle: FileHandle;
  try {
    ({ handle } = await openRegular(path));
  } catch (error) {
    if (error instanceof BundleError && error.code === 'NOT_REGULAR') return false;
    throw error;
  }
  try {
    const block = Buffer.alloc(blockBytes);
    const { bytesRead } = await handle.read(block, 0, blockBytes, 0);
    return bytesRead === blockBytes && decodeHeader(block).name === 'bundle.dsse.json';
  } catch (error) {
    if (error instanceof BundleError && error.code === 'HEADER') return false;
    throw mediumError(path, error);
  } finally {
    await handle.close();
  }
};

/**
 * The bundle on a medium: the one `*.tar` that starts like a bundle. `._*` and hidden files are not looked at. With
 * none that does, a single `*.tar` is taken all the same, so that its own fault is reported; several are never guessed
 * between.
 */
export const findCandidate = async (folder: string): Promise<string> => {
  const archives: string[] = [];
  try {
    let count = 0;
    for await (const item of await opendir(folder)) {
      count += 1;
      if (count > maxEntries) throw new BundleError('LIMIT', `${folder} has more than ${maxEntries} entries`);
      if (item.name.endsWith('.tar') && !item.name.startsWith('.')) archives.push(item.name);
    }
  } catch (error) {
    throw mediumError(folder, error);
  }
  archives.sort();
  const bundles: string[] = [];
  for (const name of archives) if (await looksLikeBundle(join(folder, name))) bundles.push(name);
  const candidates = bundles.length > 0 ? bundles : archives;
  if (candidates.length > 1) {
    throw new BundleError(
      bundles.length > 0 ? 'AMBIGUOUS' : 'NO_BUNDLE',
      `${folder} has several candidates, name one: ${candidates.slice(0, 20).join(', ')}`,
    );
  }
  const [only] = candidates;
  if (only === undefined) throw new BundleError('NO_BUNDLE', `${folder} has no bundle`);
  return join(folder, only);
};

const isUnpacked = async (folder: string): Promise<boolean> => {
  try {
    return (await lstat(join(folder, 'bundle.dsse.json'))).isFile();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw mediumError(folder, error);
  }
};

/** Opens what a person points at: a volume, an unpacked bundle, or a medium with one bundle. */
export const openBundleSource = async (path: string): Promise<BundleSource> => {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new BundleError('NO_BUNDLE', `${path} does not exist`, { cause: error });
    throw mediumError(path, error);
  }
  if (!isFolder) return openTarSource(path);
  if (await isUnpacked(path)) return openFolderSource(path);
  return openTarSource(await findCandidate(path));
};
