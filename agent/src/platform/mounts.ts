import type { RootFiles } from './root-files.ts';

// What is mounted where, from /proc/self/mountinfo (proc(5)). Only the table is read, never a mount itself: a network file
// system that does not answer would block its reader.

export type Mount = {
  /** `8:1`; `0:…` for file systems without a block device of their own. */
  device: string;
  /** The part of the file system that is mounted; not `/` for a bind mount of a folder. */
  within: string;
  path: string;
  type: string;
  source: string;
};

const maxMounts = 20_000;

/** File systems of disks that are in this machine or plugged into it. */
export const localTypes: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'f2fs',
  'jfs',
  'reiserfs',
  'nilfs2',
  'bcachefs',
  'zfs',
  'vfat',
  'msdos',
  'exfat',
  'ntfs',
  'ntfs3',
  'hfsplus',
  'iso9660',
  'udf',
  'fuseblk',
  'overlay',
]);

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const toMount = (line: string): Mount | undefined => {
  const [before = '', after = ''] = line.split(' - ', 2);
  const [, , device, within, path] = before.split(' ');
  const [type, source] = after.split(' ');
  if (device === undefined || within === undefined || path === undefined || !type) return undefined;
  return { device, within: unescaped(within), path: unescaped(path), type, source: unescaped(source ?? '') };
};

/** The lines of mountinfo. */
export const parseMountinfo = (text: string): Mount[] =>
  text
    .split('\n')
    .map(toMount)
    .filter((mount) => mount !== undefined)
    .slice(0, maxMounts);

/** The mounts that this process sees. */
export const mountsOf = (files: RootFiles): Mount[] =>
  parseMountinfo(files.text('proc/self/mountinfo', 8 * 1024 * 1024) ?? '');
