import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { localTypes, type Mount } from '../platform/mounts.ts';

// A walk over executable files that stops when its budget is spent and goes on from there the next time. Mount points of
// network file systems and of the kernel are known from the mount table beforehand: nothing below them is even looked at.

type FoundFile = { path: string; stats: Stats };

type WalkOptions = {
  closed: ReadonlySet<string>;
  /** Folders below the root, by their names, that are gone through; none: all. */
  within?: readonly (readonly string[])[];
  /** Names from the root to the file or folder that was last; none at the start of a round. */
  after: readonly string[];
  /** Asked before each file and folder; false when the walk has to stop before it. */
  mayGoOn: () => boolean;
  onFile: (file: FoundFile) => void;
};

type WalkEnd = { ended: boolean; after: readonly string[] };

const absent = new Set(['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ESTALE', 'EIO', 'ENAMETOOLONG']);
const orAbsent = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.has(String(error.code))) return undefined;
    throw error;
  }
};

const maxDepth = 64;
const anyExecuteBit = 0o111;
/** Kept in memory, and yet a place where a program can lie. */
const memoryTypes = new Set(['tmpfs', 'ramfs']);
/** The programs of containers are not this system's. */
const containerFolders = ['/var/lib/docker', '/var/lib/containers', '/var/lib/containerd'];

/** Folders below which nothing is read: every mount that is not a disk of this machine. */
export const closedPaths = (mounts: readonly Mount[]): Set<string> =>
  new Set([
    ...containerFolders,
    ...mounts
      .filter(({ path, type }) => path !== '/' && !localTypes.has(type) && !memoryTypes.has(type))
      .map(({ path }) => path),
  ]);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Regular files with an execute bit below `root`, in the order of their names, those after `after`. */
export const walkExecutables = (root: string, options: WalkOptions): WalkEnd => {
  const { closed, mayGoOn, onFile, within = [] } = options;
  const isAlong = (names: readonly string[], other: readonly string[]): boolean =>
    names.every((name, at) => name === other[at]);
  const isInside = (names: readonly string[]): boolean =>
    within.length === 0 || within.some((folder) => folder.length <= names.length && isAlong(folder, names));
  /** Inside, or on the way to it. */
  const isOnTheWay = (names: readonly string[]): boolean =>
    isInside(names) || within.some((folder) => names.length < folder.length && isAlong(names, folder));
  const position = { after: options.after };
  const visit = (folder: string, names: readonly string[], after: readonly string[]): boolean => {
    if (names.length > maxDepth) return true;
    const entries = orAbsent(() => readdirSync(folder, { withFileTypes: true })) ?? [];
    const [from, ...rest] = after;
    const wanted: Dirent[] = from === undefined ? entries : entries.filter((entry) => entry.name >= from);
    for (const entry of wanted.sort((a, b) => compare(a.name, b.name))) {
      const path = join(folder, entry.name);
      if (closed.has(path)) continue;
      const isResumed = entry.name === from;
      // The last one of the turn before: a file that was looked at, a folder that was gone through.
      if (isResumed && rest.length === 0) continue;
      if (!entry.isDirectory() && !entry.isFile()) continue;
      const below = [...names, entry.name];
      if (!(entry.isDirectory() ? isOnTheWay(below) : isInside(names))) continue;
      if (!mayGoOn()) return false;
      if (entry.isDirectory()) {
        if (!visit(path, below, isResumed ? rest : [])) return false;
        position.after = below;
        continue;
      }
      position.after = below;
      const stats = orAbsent(() => lstatSync(path));
      if (stats?.isFile() && (stats.mode & anyExecuteBit) !== 0) onFile({ path, stats });
    }
    return true;
  };
  const ended = visit(root, [], options.after);
  return { ended, after: ended ? [] : position.after };
};
