import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { globOf } from './glob.ts';

/** More are not named: one is enough to look. */
const maxNamed = 1_000;

/** What a file system of its own has at its root. */
const ofFileSystem = 'lost+found';

/** Undefined where the service may not look in. */
const entriesOf = (folder: string): Dirent[] | undefined => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
};

/**
 * The files below a folder (the data directory, the state of a connected host) that no pattern of its register names, with `/` between
 * folders; a link counts as a file, and a folder that cannot be read is named itself, with `/` at its end. One that a pattern names whole
 * is not read: the store has a file for each object.
 */
export function foreignFiles(data: string, patterns: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (below: string): void => {
    const entries = entriesOf(join(data, below));
    if (entries === undefined) found.push(`${below}/`);
    for (const entry of entries ?? []) {
      if (found.length >= maxNamed) return;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (path === ofFileSystem) continue;
      if (entry.isDirectory()) {
        if (!patterns.some((pattern) => hasWhole(pattern, path))) walk(path);
      } else if (!patterns.some((pattern) => isFileOf(pattern, path))) found.push(path);
    }
  };
  walk('');
  return found.sort();
}

/** The folders of a pattern that names all that is below one, or the names of one that does not; and whether it does. */
const partsOf = (pattern: string): { names: string[]; isBelow: boolean } => {
  const names = pattern.split('/');
  const isBelow = names.at(-1) === '**';
  return { names: isBelow ? names.slice(0, -1) : names, isBelow };
};

const fit = (names: readonly string[], parts: readonly string[]): boolean =>
  names.every((name, at) => globOf(name).fits(parts[at] ?? ''));

/** Whether a pattern names all that is below a folder. */
const hasWhole = (pattern: string, folder: string): boolean => {
  const { names, isBelow } = partsOf(pattern);
  const parts = folder.split('/');
  return isBelow && names.length <= parts.length && fit(names, parts);
};

/** Whether a path below the folder is one of a pattern: `*` within one name, `**` at the end for all that is below. */
export function isFileOf(pattern: string, path: string): boolean {
  const { names, isBelow } = partsOf(pattern);
  const parts = path.split('/');
  return (isBelow ? parts.length > names.length : parts.length === names.length) && fit(names, parts);
}
