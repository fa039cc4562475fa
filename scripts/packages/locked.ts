import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// What package-lock.json says of the npm packages that a program is made of.

/** One installed package. `path` is its folder below the repository, `integrity` the lock's digest of its archive. */
export type Locked = { path: string; name: string; version: string; license: string; integrity: string };

type Entry = {
  version?: string;
  license?: string;
  integrity?: string;
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
};

/** All entries of a lock file by their folder. */
export type Lock = ReadonlyMap<string, Entry>;

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** Named in a file of the package alone, which a person read. */
const readInFiles: Readonly<Record<string, string>> = {
  'node_modules/combine-errors': 'MIT',
  'node_modules/png-js': 'MIT',
};

/** Names that SPDX has otherwise. */
const spdxNames: Readonly<Record<string, string>> = { 'BSD-0-Clause': '0BSD' };

/** Older manifests have a list of licences, which the lock does not take over. */
function olderLicense(folder: string): string | undefined {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return undefined;
  const { licenses } = readJson(path) as { licenses?: ReadonlyArray<{ type: string }> };
  return licenses?.map(({ type }) => type).join(' OR ');
}

/** Reads the lock file of the repository in `root`, and what it leaves out of licences. */
export function readLock(root: string): Lock {
  const { packages } = readJson(join(root, 'package-lock.json')) as { packages: Record<string, Entry> };
  return new Map(
    Object.entries(packages).map(([path, entry]) => {
      const license = entry.license ?? olderLicense(join(root, path)) ?? readInFiles[path];
      return [path, license === undefined ? entry : { ...entry, license: spdxNames[license] ?? license }];
    }),
  );
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The folder that `from` finds a dependency in: its own node_modules, or one further up. */
function resolve(lock: Lock, from: string, name: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder === '.' ? '' : folder, 'node_modules', name);
    const entry = lock.get(path);
    if (entry !== undefined) return entry.link === true ? (entry.resolved ?? path) : path;
    if (folder === '.' || folder === '') throw new Error(`package-lock.json has no ${name} for ${from}`);
  }
}

/** One package of the lock; its licence has to be named there. */
export function locked(lock: Lock, path: string): Locked {
  const { version, license, integrity } = lock.get(path) ?? {};
  if (version === undefined || license === undefined || integrity === undefined)
    throw new Error(`package-lock.json does not say version, licence and digest of ${path}`);
  return { path, name: nameOf(path), version, license, integrity };
}

/** Every package that the given folders need at run time, the folders themselves left out, in the order of their paths. */
export function closureOf(lock: Lock, from: readonly string[], without: readonly string[] = []): Locked[] {
  const found = new Set<string>();
  const visit = (path: string): void => {
    for (const name of Object.keys(lock.get(path)?.dependencies ?? {})) {
      if (without.includes(name)) continue;
      const next = resolve(lock, path, name);
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  for (const path of from) visit(path);
  return [...found]
    .filter((path) => path.includes('node_modules/'))
    .sort()
    .map((path) => locked(lock, path));
}
