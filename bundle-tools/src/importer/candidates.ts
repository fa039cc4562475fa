import { basename, join } from 'node:path';
import { openFolderSource } from '../archive/folder-source.ts';
import { mediumError, systemCode } from '../archive/medium-errors.ts';
import { type BundleSource, readBody } from '../archive/source.ts';
import { openTarSource } from '../archive/tar-source.ts';
import { limits } from '../documents/limits.ts';
import { claimedManifest, type Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { lstat, opendir, stat } from '../person/files.ts';

// What on a medium looks like a bundle. Names are never trusted and nothing here is proven: the import decides.

const maxEntries = 10_000;

/** One file or folder of a bundle, as it describes itself. */
type Candidate = { readonly path: string; readonly bundleId: string; readonly site: string };

const readManifest = async (source: BundleSource): Promise<Manifest | undefined> => {
  const entry = await source.peek();
  if (entry?.name !== 'bundle.dsse.json' || entry.size > limits.manifestBytes) return undefined;
  const { size } = await source.enter();
  return claimedManifest(await readBody(source, size));
};

const describe = async (path: string, kind: 'tar' | 'folder'): Promise<Candidate | undefined> => {
  let source: BundleSource;
  try {
    source = await (kind === 'tar' ? openTarSource(path, false) : openFolderSource(path));
  } catch (error) {
    if (error instanceof BundleError && error.code === 'NOT_REGULAR') return undefined;
    throw error;
  }
  try {
    const manifest = await readManifest(source);
    if (manifest === undefined) return undefined;
    return { path, bundleId: manifest.bundle_id, site: manifest.site };
  } catch (error) {
    // A file that only looks like one; a medium that cannot be read is told.
    if (error instanceof BundleError && error.code !== 'MEDIUM_IO') return undefined;
    throw error;
  } finally {
    await source.close().catch((error: unknown) => {
      throw mediumError(path, error);
    });
  }
};

const isUnpacked = async (folder: string): Promise<boolean> => {
  try {
    return (await lstat(join(folder, 'bundle.dsse.json'))).isFile();
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
    throw mediumError(folder, error);
  }
};

type Found = { archives: string[]; folders: string[] };

const look = async (folder: string): Promise<Found> => {
  const found: Found = { archives: [], folders: [] };
  try {
    let count = 0;
    for await (const item of await opendir(folder)) {
      count += 1;
      if (count > maxEntries) throw new BundleError('LIMIT', `${folder} has more than ${maxEntries} entries`);
      // `._*` and other hidden files are leftovers of other systems.
      if (item.name.startsWith('.')) continue;
      const path = join(folder, item.name);
      if (item.isDirectory()) {
        if (await isUnpacked(path)) found.folders.push(path);
      } else if (item.name.endsWith('.tar')) {
        found.archives.push(path);
      }
    }
  } catch (error) {
    throw mediumError(folder, error);
  }
  return { archives: found.archives.sort(), folders: found.folders.sort() };
};

const listFound = async ({ archives, folders }: Found): Promise<Candidate[]> => {
  const candidates: Candidate[] = [];
  for (const path of archives)
    candidates.push(...((await describe(path, 'tar').then((found) => found && [found])) ?? []));
  for (const path of folders)
    candidates.push(...((await describe(path, 'folder').then((found) => found && [found])) ?? []));
  return candidates;
};

const label = ({ path, bundleId, site }: Candidate): string =>
  `${basename(path)} (${bundleId.slice(0, 8)} for ${site})`;

/**
 * What an import of `path` reads: the file itself, an unpacked folder, or all that a medium holds of its one bundle.
 * Two bundles are AMBIGUOUS and never guessed between. With none that looks like one, a single `*.tar` is taken all the
 * same, so that its own fault is reported; else NO_BUNDLE.
 */
export const openCandidates = async (path: string): Promise<string[]> => {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new BundleError('NO_BUNDLE', `${path} does not exist`, { cause: error });
    throw mediumError(path, error);
  }
  if (!isFolder || (await isUnpacked(path))) return [path];
  const found = await look(path);
  const candidates = await listFound(found);
  const bundles = new Map<string, Candidate[]>();
  for (const one of candidates) bundles.set(one.bundleId, [...(bundles.get(one.bundleId) ?? []), one]);
  if (bundles.size > 1) {
    const names = [...bundles.values()].map(([first]) => (first === undefined ? '' : label(first)));
    throw new BundleError('AMBIGUOUS', `${path} has several bundles, name one: ${names.slice(0, 20).join(', ')}`);
  }
  if (candidates.length > 0) return candidates.map((one) => one.path);
  const [only, ...others] = found.archives;
  if (only === undefined) throw new BundleError('NO_BUNDLE', `${path} has no bundle`);
  if (others.length > 0) {
    const names = found.archives.slice(0, 20).map((archive) => basename(archive));
    throw new BundleError('NO_BUNDLE', `${path} has several candidates, name one: ${names.join(', ')}`);
  }
  return [only];
};
