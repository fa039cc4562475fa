import { clean, fileTime, type Item, item, type Look } from '../collectors/collector.ts';
import type { Bounded } from './bounded.ts';
import type { Owners } from './owners.ts';

// Packages of Python in the folders of the whole system, by the metadata that PEP 376 and PEP 627 lay beside them. Environments of
// users and of applications (venv, pipx, conda) may lie anywhere and are not walked.

/** Where the system's package manager puts packages as well, and where only people do. */
const systemFolders = ['usr/lib', 'usr/lib64'];
const localFolders = ['usr/local/lib', 'usr/local/lib64'];
const maxMetadataBytes = 64 * 1024;
/** Written beside packages of a distribution by its own tools (PEP 627). */
const systemInstallers: ReadonlySet<string> = new Set(['debian', 'rpm']);

/** `place`: where the metadata lies, the path itself or a file in it. */
type Found = { path: string; place: string; metadata: string };

const foldersOf = (read: Bounded, parents: readonly string[]): string[] =>
  parents
    .filter((parent) => !read.isLink(parent))
    .flatMap((parent) =>
      read
        .names(parent)
        .filter((name) => /^python\d(?:\.\d+)?$/.test(name) && !read.isLink(`${parent}/${name}`))
        .flatMap((name) => [`${parent}/${name}/dist-packages`, `${parent}/${name}/site-packages`]),
    );

/** An egg-info is a folder, or one file that is the metadata itself. */
const foundIn = (read: Bounded, folder: string): Found[] =>
  read.names(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    const places = name.endsWith('.dist-info')
      ? [`${path}/METADATA`]
      : name.endsWith('.egg-info')
        ? [`${path}/PKG-INFO`, path]
        : name.endsWith('.egg')
          ? [`${path}/EGG-INFO/PKG-INFO`]
          : [];
    for (const place of places) {
      const metadata = read.text(place, maxMetadataBytes);
      if (metadata !== undefined) return [{ path, place, metadata }];
    }
    return [];
  });

const headers = {
  Name: /^Name:[ \t]*(.*)$/im,
  Version: /^Version:[ \t]*(.*)$/im,
  Author: /^Author:[ \t]*(.*)$/im,
} as const;

/** A header of the metadata, which end with the first empty line. */
const header = (metadata: string, name: keyof typeof headers): string => {
  const head = metadata.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const value = headers[name].exec(head)?.[1] ?? '';
  return value.trim() === 'UNKNOWN' ? '' : clean(value);
};

const encode = encodeURIComponent;

/** A package of Python as osquery's rows are read as well: one item of the site by whatever source it came. */
const pythonItem = ({ metadata }: Found, installedMs: number | undefined): Item | undefined => {
  const name = header(metadata, 'Name');
  const version = header(metadata, 'Version');
  if (name === '' || version === '') return undefined;
  const written = encode(version).replaceAll('%3A', ':').replaceAll('%2B', '+');
  return item({
    purl: `pkg:pypi/${encode(name)}@${written}`,
    type: 'python',
    name,
    version,
    publisher: header(metadata, 'Author'),
    installedAt: fileTime(installedMs),
  });
};

/** Packages of Python that no package of the system has brought. */
export const pythonLook = async (read: Bounded, owners: Owners): Promise<Look> => {
  const local = foldersOf(read, localFolders).flatMap((folder) => foundIn(read, folder));
  const system = foldersOf(read, systemFolders)
    .flatMap((folder) => foundIn(read, folder))
    .filter(({ path }) => !systemInstallers.has((read.text(`${path}/INSTALLER`, 100) ?? '').trim()));
  let isWhole = true;
  let others: readonly Found[] = [];
  try {
    // A package may list what it lays into a folder, and not the folder; or the link that it reaches the folder by.
    const isUnowned = new Set(await owners(system.map(({ path }) => path)));
    const asked = system.filter(({ path }) => isUnowned.has(path));
    const isPlaced = new Set(await owners(asked.map(({ place }) => place)));
    others = asked.filter(({ place }) => isPlaced.has(place));
  } catch {
    // Better not counted than counted twice; the kind is not whole then.
    isWhole = false;
  }
  const byIdentity = new Map<string, Item>();
  for (const found of [...local, ...others]) {
    const made = pythonItem(found, read.modifiedMs(found.path));
    if (made === undefined) isWhole = false;
    else byIdentity.set(`${String(made['name'])} ${String(made['version'])}`, made);
  }
  return { items: [...byIdentity.values()], isWhole };
};
