import { closeSync, fstatSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';

// Reads below the device's root: `/`, or the folder that `--root` names. Absent files are the normal case for facts.

export type RootFiles = {
  root: string;
  /** True for the machine itself (`/`, `C:\\`); with another root nothing may come from the machine's own kernel or firmware. */
  isMachine: boolean;
  path(relative: string): string;
  has(relative: string): boolean;
  /** The text of a file; undefined when it is absent or may not be read. Longer ones are cut. */
  text(relative: string, maxBytes?: number): string | undefined;
  bytes(relative: string, options: { maxBytes: number; fromEnd?: boolean }): Buffer | undefined;
  /** Names in a folder, sorted; none when it is absent. */
  names(relative: string): string[];
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
]);

const orAbsent = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && absent.has(error.code))
      return undefined;
    throw error;
  }
};

const readUpTo = (path: string, maxBytes: number, fromEnd: boolean): Buffer => {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
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
    names: (relative) => (orAbsent(() => readdirSync(path(relative))) ?? []).sort().slice(0, maxNames),
    link: (relative) => orAbsent(() => readlinkSync(path(relative))),
    modifiedMs: (relative) => orAbsent(() => statSync(path(relative)).mtimeMs),
  };
};

/** What `uname -r` prints, as the kernel itself tells it. */
export function kernelRelease(files: RootFiles): string {
  return (files.text('proc/sys/kernel/osrelease') ?? '').trim();
}
