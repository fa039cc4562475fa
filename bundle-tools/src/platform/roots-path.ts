import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const maxLinks = 40;

/** Whether only root says what lies in a folder, or may take an entry of his own away. */
const isRoots = (folder: string): boolean => {
  const { uid, mode } = lstatSync(folder);
  return uid === 0 && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0);
};

/**
 * Whether root alone makes entries where a path of `rootsPath` ends, or in the last folder on its way that is there; in one like /tmp
 * another user could be first.
 */
export function isRootsAlone(real: string): boolean {
  const found = lstatSync(real, { throwIfNoEntry: false });
  return found === undefined ? isRootsAlone(dirname(real)) : found.uid === 0 && (found.mode & 0o022) === 0;
}

/**
 * Where `path` leads, links followed, if only root could have said so: every folder and every link on the way is his. What is missing
 * at its end stays as it is written. Undefined where another user could lead it elsewhere.
 */
export function rootsPath(path: string): string | undefined {
  const names = (text: string): string[] => text.split('/').filter((name) => name !== '' && name !== '.');
  let real = '/';
  let rest = names(path);
  for (let links = 0; rest.length > 0; ) {
    const [name = '', ...more] = rest;
    if (!isRoots(real)) return undefined;
    const next = name === '..' ? dirname(real) : join(real, name);
    const found = lstatSync(next, { throwIfNoEntry: false });
    if (found === undefined) return join(real, ...rest);
    if (found.isSymbolicLink()) {
      links += 1;
      if (links > maxLinks) return undefined;
      const target = readlinkSync(next);
      if (target.startsWith('/')) real = '/';
      rest = [...names(target), ...more];
    } else {
      real = next;
      rest = more;
    }
  }
  return real;
}
