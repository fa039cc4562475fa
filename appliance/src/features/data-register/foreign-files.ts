import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';

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
 * The files below the data directory that no pattern of the register names, with `/` between folders; a link counts as a file, and a
 * folder that cannot be read is named itself, with `/` at its end. One that a pattern names whole is not read: the store has a file for
 * each object.
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
        if (!patterns.some((pattern) => pattern === `${path}/**` || isInside(path, pattern))) walk(path);
      } else if (!patterns.some((pattern) => isFileOf(pattern, path))) found.push(path);
    }
  };
  walk('');
  return found.sort();
}

const isInside = (path: string, pattern: string): boolean =>
  pattern.endsWith('/**') && `${path}/`.startsWith(pattern.slice(0, -'**'.length));

/** Whether a path below the data directory is one of a pattern: `*` within a folder, `**` below it. */
export function isFileOf(pattern: string, path: string): boolean {
  const folder = pattern.endsWith('/**') ? pattern.slice(0, -2) : undefined;
  if (folder !== undefined) return path.startsWith(folder);
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return path === pattern;
  return path.startsWith(head) && path.endsWith(tail) && !path.slice(head.length).includes('/');
}
