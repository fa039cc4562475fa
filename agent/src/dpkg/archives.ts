import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import type { InstalledPackage } from './status.ts';

// Which archive an installed package is from, by the lists that apt holds. A package of a PPA or of a vendor's own archive often has a
// maintainer of the distribution's, and only the archive says that it is another one. Lists are read of archives that call themselves
// by another name than the distribution, where apt has one of the distribution's as well: a plant's mirror may be signed anew under
// another name, and is then all that there is.

const folder = 'var/lib/apt/lists';
const maxListBytes = 64 * 1024 * 1024;
const maxListsBytes = 256 * 1024 * 1024;
const maxLists = 500;
const timeoutMs = 60_000;
/** The head of a Release file, in front of its digests. */
const maxHeadBytes = 16 * 1024;

type Archive = { readonly prefix: string; readonly origin: string };

const ofRelease = [/^Origin:(.*)$/m, /^Label:(.*)$/m];
const ofPackage = [/^Package:(.*)$/m, /^Version:(.*)$/m, /^Architecture:(.*)$/m];
const read = (text: string, fields: readonly RegExp[]): string[] =>
  fields.map((field) => (field.exec(text)?.[1] ?? '').trim());

/** The archives that apt has lists of, the longest name first. */
const archivesOf = (files: RootFiles, names: readonly string[]): Archive[] =>
  names
    .flatMap((name) => {
      const prefix = /^(.+)_(?:InRelease|Release)$/.exec(name)?.[1];
      if (prefix === undefined) return [];
      const head = files.bytes(`${folder}/${name}`, { maxBytes: maxHeadBytes })?.toString('utf8') ?? '';
      const [origin = '', label = ''] = read(head, ofRelease);
      return [{ prefix, origin: (origin || label).slice(0, 100) }];
    })
    .sort((a, b) => b.prefix.length - a.prefix.length);

const keyOf = (name: string, version: string, arch: string): string => `${name} ${version} ${arch}`;

/** The packages of a list, each as its name, version and architecture. */
const packagesIn = function* (text: string): Generator<string> {
  for (const stanza of text.split(/\n(?:[ \t]*\n)+/)) {
    const [name = '', version = '', arch = ''] = read(stanza, ofPackage);
    if (name !== '' && version !== '') yield keyOf(name, version, arch);
  }
};

/** apt itself unpacks what it holds packed, in whichever form; undefined where it does not. */
const listText = async (files: RootFiles, name: string): Promise<string | undefined> => {
  const path = `${folder}/${name}`;
  if (name.endsWith('_Packages')) {
    const bytes = files.bytes(path, { maxBytes: maxListBytes });
    return bytes === undefined || bytes.length >= maxListBytes ? undefined : bytes.toString('utf8');
  }
  const asked = await runChild({
    command: '/usr/lib/apt/apt-helper',
    args: ['cat-file', files.path(path)],
    timeoutMs,
    maxOutputBytes: maxListBytes,
  });
  return asked.exit === 0 && Buffer.byteLength(asked.stdout) < maxListBytes ? asked.stdout : undefined;
};

/**
 * The archive of each installed package that another archive than the distribution's has in this very version, by how the archive
 * calls itself; else what the package itself says of its origin (deb-control(5)), where that is not the distribution. `vendor`: `ID` of
 * os-release. A list that cannot be read says nothing, and counts as the largest that may be read.
 */
export const otherArchives = async (
  files: RootFiles,
  vendor: string,
  installed: readonly InstalledPackage[],
): Promise<(found: InstalledPackage) => string | undefined> => {
  const names = files.names(folder).slice(0, maxLists);
  const archives = archivesOf(files, names);
  const isOwn = ({ origin }: Pick<Archive, 'origin'>): boolean => origin.toLowerCase().startsWith(vendor.toLowerCase());
  const origins = new Map<string, string>();
  if (archives.some(isOwn)) {
    // An archive has as many packages as it likes; those of this system are few.
    const asked = new Set(installed.map(({ name, version, arch }) => keyOf(name, version, arch)));
    let left = maxListsBytes;
    for (const name of names) {
      if (left <= 0) break;
      if (!/_Packages(?:\.[a-z0-9]{1,5})?$/.test(name)) continue;
      const archive = archives.find(({ prefix }) => name.startsWith(`${prefix}_`));
      if (archive === undefined || archive.origin === '' || isOwn(archive)) continue;
      const text = await listText(files, name);
      left -= text?.length ?? maxListBytes;
      if (text === undefined || left < 0) continue;
      for (const key of packagesIn(text)) if (asked.has(key)) origins.set(key, archive.origin);
    }
  }
  return ({ name, version, arch, origin }) =>
    origins.get(keyOf(name, version, arch)) ?? (origin === undefined || isOwn({ origin }) ? undefined : origin);
};
