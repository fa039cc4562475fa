import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** More are not named: one is enough to look. */
const maxNamed = 1_000;

/**
 * The files below the data directory that no pattern of the register names, with `/` between folders; a link counts as a file.
 * A folder that a pattern names whole is not read: the store has a file for each object.
 */
export function foreignFiles(data: string, patterns: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(data, below), { withFileTypes: true })) {
      if (found.length >= maxNamed) return;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
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
