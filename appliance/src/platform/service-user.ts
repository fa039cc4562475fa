import { spawnSync } from 'node:child_process';
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceUser } from '@sallyport/bundle-tools/platform/drop-rights';

const idOf = (flag: string, name: string): number =>
  Number(spawnSync('id', [flag, name]).stdout?.toString().trim() || Number.NaN);

/** A user of this system by its name; undefined where there is none. */
export function userNamed(name: string): ServiceUser | undefined {
  const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}

const maxLinks = 40;

/** Whether only root says what lies in a folder, or may take an entry of his own away. */
const isRoots = (folder: string): boolean => {
  const { uid, mode } = lstatSync(folder);
  return uid === 0 && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0);
};

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
