import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { BundleError } from '../errors.ts';

// Paths by descriptors, one name at a time, as openat2(2) walks with RESOLVE_NO_SYMLINKS, which Node does not have.

/** Opens no more than the name of a file (open(2), O_PATH); Node does not name it. */
const O_PATH = 0o10_000_000;
const { O_DIRECTORY, O_NOFOLLOW } = constants;
const maxLinks = 40;

const fault = (code: string, path: string, text: string): Error =>
  Object.assign(new Error(`${code}: ${text}, '${path}'`), { code, path });

/** The name of an entry of an opened folder. */
export const entryOf = (folder: number, name: string): string => `/proc/self/fd/${folder}/${name}`;

/**
 * Whether only root and this user could have laid a link: it is theirs, and so is its folder, in which others make nothing, or
 * may not take away what is not theirs.
 */
const isTrusted = (folder: Stats, link: Stats): boolean => {
  const mine = (uid: number): boolean => uid === 0 || uid === process.geteuid?.();
  const isOpen = (folder.mode & 0o022) !== 0 && (folder.mode & 0o1000) === 0;
  return mine(folder.uid) && !isOpen && mine(link.uid);
};

/** A folder that was opened, and the name of something in it that is no link. */
export type Standing = { readonly folder: number; readonly name: string; close(): void };

const standing = (folder: number, name: string): Standing => ({ folder, name, close: () => closeSync(folder) });

/** Where a name of an opened folder leads, if it is a link that may be followed; undefined where it is no link. ELOOP for others. */
const targetOf = (folder: number, name: string, path: string): string | undefined => {
  const found = lstatSync(entryOf(folder, name), { throwIfNoEntry: false });
  if (!found?.isSymbolicLink()) return undefined;
  if (!isTrusted(fstatSync(folder), found)) throw fault('ELOOP', path, 'a link that somebody else could have laid');
  return readlinkSync(entryOf(folder, name));
};

/**
 * Goes to the folder of an absolute path. Links on the way, and at the end where `follow` is said, are followed if only root and
 * this user could have laid them: they are the person's own. ELOOP for another's, ENOENT and EACCES as the system says them.
 */
export function standAt(path: string, follow: boolean): Standing {
  let whole = resolve(path);
  for (let links = 0; links < maxLinks; links += 1) {
    const names = whole.split('/').filter((name) => name !== '');
    const last = names.pop() ?? '.';
    let folder = openSync('/', O_PATH | O_DIRECTORY);
    let led: string | undefined;
    try {
      for (const [at, name] of [...names, ...(follow ? [last] : [])].entries()) {
        const target = targetOf(folder, name, path);
        if (target !== undefined) {
          led = resolve(
            '/',
            ...names.slice(0, at),
            target,
            ...names.slice(at + 1),
            ...(at < names.length ? [last] : []),
          );
          break;
        }
        if (at === names.length) break;
        const next = openSync(entryOf(folder, name), O_PATH | O_DIRECTORY | O_NOFOLLOW);
        closeSync(folder);
        folder = next;
      }
    } catch (error) {
      closeSync(folder);
      throw error;
    }
    if (led === undefined) return standing(folder, last);
    closeSync(folder);
    whole = led;
  }
  throw fault('ELOOP', path, 'too many links');
}

/** Goes on from a place to the folder of an entry below it. No link is followed: ELOOP. */
export function standBelow(path: string, below: readonly string[]): Standing {
  let at = standAt(path, true);
  for (const name of below) {
    try {
      const entry = entryOf(at.folder, at.name);
      if (lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink())
        throw fault('ELOOP', path, 'a link lies below it');
      const next = openSync(entry, O_PATH | O_DIRECTORY | O_NOFOLLOW);
      at.close();
      at = standing(next, name);
    } catch (error) {
      at.close();
      throw error;
    }
  }
  return at;
}

/** Opens an entry of an opened folder: NOT_REGULAR for what is neither a file nor a folder, before it is touched. */
export function openEntry({ folder, name }: Standing, flags: number, mode: number, path: string): number {
  if ((flags & constants.O_EXCL) !== 0) return openSync(entryOf(folder, name), flags | O_NOFOLLOW, mode);
  const held = openSync(entryOf(folder, name), O_PATH | O_NOFOLLOW);
  try {
    const found = fstatSync(held);
    if (found.isSymbolicLink()) throw fault('ELOOP', path, 'a link');
    if (!found.isFile() && !found.isDirectory() && !found.isFIFO())
      throw new BundleError('NOT_REGULAR', `${path} is a ${found.isSocket() ? 'socket' : 'device'}; give a file`);
    // The same entry, whatever has its name by now.
    return openSync(join('/proc/self/fd', `${held}`), flags & ~(O_NOFOLLOW | constants.O_CREAT));
  } finally {
    closeSync(held);
  }
}
