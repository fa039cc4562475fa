import { readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { readRelease } from '@sallyport/bundle-tools/platform/release';

// Where releases lie: ROOT/releases/VERSION, each with its program and its runtime; the link ROOT/current leads to the one that a
// start brings, ROOT/previous to the one before the last upgrade.

export const defaultRoot = '/opt/sallyport';

const folderOf = (root: string, version: string): string => join(root, 'releases', version);

/** The runtime and the program of a release, for a command line. */
export const programOf = (root: string, version: string): readonly [string, string] => [
  join(folderOf(root, version), 'node_modules/.bin/node'),
  join(folderOf(root, version), 'appliance/bin/sallyport.js'),
];

/** Which build of a release lies there; undefined where its program does not say. */
export function buildOf(root: string, version: string): string | undefined {
  return readRelease(join(folderOf(root, version), 'appliance/program')).builtAt;
}

export const isInstalled = (root: string, version: string): boolean =>
  /^[0-9A-Za-z][0-9A-Za-z.+~-]{0,63}$/.test(version) && isThere(programOf(root, version)[1]);

/** The release that a start brings; undefined before the first. */
export function currentRelease(root: string): string | undefined {
  const link = join(root, 'current');
  return isThere(link) ? basename(readlinkSync(link)) : undefined;
}

/** What lies in the folder of releases, and which of it is the way back; nothing where there is no such folder. */
export function laidReleases(root: string): { installed: string[]; previous: string | undefined } {
  const folder = join(root, 'releases');
  const installed = isThere(folder) ? readdirSync(folder).filter((name) => isInstalled(root, name)) : [];
  const previous = join(root, 'previous');
  return { installed: installed.sort(), previous: isThere(previous) ? basename(readlinkSync(previous)) : undefined };
}

const link = (root: string, name: string, version: string): void => {
  const fresh = join(root, `.${name}.new`);
  rmSync(fresh, { force: true });
  symlinkSync(join('releases', version), fresh);
  renameSync(fresh, join(root, name));
  syncDir(root);
};

/** Makes a release the one that a start brings, by one rename. */
export function pointTo(root: string, version: string): void {
  link(root, 'current', version);
}

/** Says which release ends an upgrade that is cut off: one that is known to work. */
export function keepPrevious(root: string, version: string): void {
  link(root, 'previous', version);
}

/** Removes every release but these, the one that a start brings and the one that ends an upgrade. */
export function dropReleases(root: string, wanted: ReadonlyArray<string | null>): string[] {
  const kept = [...wanted, currentRelease(root), laidReleases(root).previous];
  const gone = readdirSync(join(root, 'releases')).filter((name) => !name.startsWith('.') && !kept.includes(name));
  for (const name of gone) rmSync(folderOf(root, name), { recursive: true, force: true });
  return gone;
}
