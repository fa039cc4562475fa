import { clean, fileTime, type Item, item, type Look } from '../collectors/collector.ts';
import type { Bounded } from './bounded.ts';
import type { Owners } from './owners.ts';

// Packages that npm installed for the whole system, with those that they brought. Applications' own folders are not walked.

const systemFolder = 'usr/lib/node_modules';
const localFolder = 'usr/local/lib/node_modules';
const maxManifestBytes = 1024 * 1024;
const maxDepth = 12;

type Manifest = { name?: unknown; version?: unknown; author?: unknown };

/** Folders of packages in a `node_modules`: of a scope, those below it. */
const foldersIn = (read: Bounded, folder: string): string[] =>
  read
    .names(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@')
        ? read
            .names(`${folder}/${name}`)
            .filter((one) => !one.startsWith('.'))
            .map((one) => `${folder}/${name}/${one}`)
        : [`${folder}/${name}`],
    );

const authorOf = ({ author }: Manifest): string => {
  if (typeof author === 'string') return author;
  const named = typeof author === 'object' && author !== null && 'name' in author ? author.name : undefined;
  return typeof named === 'string' ? named : '';
};

const manifestOf = (text: string): Manifest | undefined => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
};

const encode = encodeURIComponent;

const npmItem = (manifest: Manifest, installedMs: number | undefined): Item | undefined => {
  const name = typeof manifest.name === 'string' ? clean(manifest.name) : '';
  const version = typeof manifest.version === 'string' ? clean(manifest.version) : '';
  if (name === '' || version === '') return undefined;
  const written = encode(version).replaceAll('%3A', ':').replaceAll('%2B', '+');
  return item({
    purl: `pkg:npm/${name.split('/').map(encode).join('/')}@${written}`,
    type: 'npm',
    name,
    version,
    publisher: clean(authorOf(manifest)),
    installedAt: fileTime(installedMs),
  });
};

/** Packages of npm that no package of the system has brought. */
export const npmLook = async (read: Bounded, owners: Owners): Promise<Look> => {
  const system = foldersIn(read, systemFolder);
  let isWhole = true;
  let others: readonly string[] = [];
  try {
    others = await owners(system);
  } catch {
    isWhole = false;
  }
  const byIdentity = new Map<string, Item>();
  const walk = (folders: readonly string[], depth: number): void => {
    for (const folder of folders) {
      const text = read.text(`${folder}/package.json`, maxManifestBytes);
      // A folder without a manifest is none of npm's.
      if (text === undefined) continue;
      const manifest = manifestOf(text);
      const made = manifest === undefined ? undefined : npmItem(manifest, read.modifiedMs(`${folder}/package.json`));
      if (made === undefined) isWhole = false;
      else byIdentity.set(`${String(made['name'])} ${String(made['version'])}`, made);
      // A link leads to where somebody develops it.
      if (read.isLink(folder)) continue;
      const below = foldersIn(read, `${folder}/node_modules`);
      if (below.length === 0) continue;
      if (depth === maxDepth) isWhole = false;
      else walk(below, depth + 1);
    }
  };
  walk([...others, ...foldersIn(read, localFolder)], 1);
  return { items: [...byIdentity.values()], isWhole };
};
