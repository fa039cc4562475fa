import { closeSync, constants, fstatSync, opendirSync, openSync, readlinkSync, readSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';

// Reads below the device's root: `/`, or the folder that `--root` names. Absent files are the normal case for facts.

export type RootFiles = {
  root: string;
  /** True for the machine itself (`/`, `C:\\`); with another root nothing may come from the machine's own kernel or firmware. */
  isMachine: boolean;
  path(relative: string): string;
  has(relative: string): boolean;
  /** The text of a regular file; undefined when it is absent, another thing or may not be read. Longer ones are cut. */
  text(relative: string, maxBytes?: number): string | undefined;
  bytes(relative: string, options: { maxBytes: number; fromEnd?: boolean }): Buffer | undefined;
  /** Names in a folder, sorted; none when it is absent. */
  names(relative: string): string[];
  /** At most so many names in a folder, sorted; not whole where there are more, or where it is there and cannot be read. */
  entries(relative: string, most: number): { names: string[]; isWhole: boolean };
  /** Whether something other than a folder is there. */
  isFile(relative: string): boolean;
  modifiedMs(relative: string): number | undefined;
  /** Where a symbolic link points, as it is written. */
  link(relative: string): string | undefined;
};

const defaultMaxBytes = 1024 * 1024;
const maxNames = 200_000;
const absent = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'EISDIR',
  'EINVAL',
  'EIO',
  'ELOOP',
  'ENXIO',
  'ENODEV',
  'EOPNOTSUPP',
  'ENAMETOOLONG',
  'ESTALE',
]);
const nothing = new Set(['ENOENT', 'ENOTDIR']);
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const orAbsent = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (absent.has(codeOf(error))) return undefined;
    throw error;
  }
};

const readUpTo = (path: string, maxBytes: number, fromEnd: boolean): Buffer | undefined => {
  // To open a device may do something (a watchdog begins to wait), and a fifo waits for who writes.
  if (!statSync(path).isFile()) return undefined;
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return undefined;
    const { size } = stats;
    // Files of /proc and /sys say size 0 and are read until they end.
    const buffer = Buffer.alloc(size === 0 ? Math.min(maxBytes, 256 * 1024) : Math.min(maxBytes, size));
    let at = 0;
    const start = fromEnd ? Math.max(0, size - buffer.length) : 0;
    while (at < buffer.length) {
      const got = readSync(fd, buffer, at, buffer.length - at, start + at);
      if (got === 0) break;
      at += got;
    }
    return buffer.subarray(0, at);
  } finally {
    closeSync(fd);
  }
};

const entriesOf = (path: string, most: number): { names: string[]; isWhole: boolean } => {
  const names: string[] = [];
  try {
    const folder = opendirSync(path);
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (names.length >= most) return { names: names.sort(), isWhole: false };
        names.push(entry.name);
      }
    } finally {
      folder.closeSync();
    }
  } catch (error) {
    const code = codeOf(error);
    if (!absent.has(code)) throw error;
    return { names: names.sort(), isWhole: nothing.has(code) };
  }
  return { names: names.sort(), isWhole: true };
};

/** Opens a root for reading. */
export const rootFiles = (root: string): RootFiles => {
  const path = (relative: string): string => join(root, relative);
  const bytes: RootFiles['bytes'] = (relative, options) =>
    orAbsent(() => readUpTo(path(relative), options.maxBytes, options.fromEnd ?? false));
  return {
    root,
    isMachine: root === parse(root).root,
    path,
    has: (relative) => isThere(path(relative)),
    bytes,
    text: (relative, maxBytes = defaultMaxBytes) => bytes(relative, { maxBytes })?.toString('utf8'),
    names: (relative) => entriesOf(path(relative), maxNames).names,
    entries: (relative, most) => entriesOf(path(relative), most),
    isFile: (relative) => {
      try {
        return !statSync(path(relative)).isDirectory();
      } catch (error) {
        const code = codeOf(error);
        if (!absent.has(code)) throw error;
        return !nothing.has(code);
      }
    },
    link: (relative) => orAbsent(() => readlinkSync(path(relative))),
    modifiedMs: (relative) => orAbsent(() => statSync(path(relative)).mtimeMs),
  };
};

/** What `uname -r` prints, as the kernel itself tells it. */
export function kernelRelease(files: RootFiles): string {
  return (files.text('proc/sys/kernel/osrelease') ?? '').trim();
}
