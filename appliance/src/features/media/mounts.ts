import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

// proc_pid_mountinfo(5): `id parent major:minor root mountpoint options [optional]* - type source superoptions`, with
// space, tab, line break and backslash as octal escapes.

type MountEntry = {
  readonly path: string;
  readonly fileSystem: string;
  readonly device: string;
  readonly readOnly: boolean;
};

const plain = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

const mediumFileSystems: ReadonlySet<string> = new Set([
  'vfat',
  'msdos',
  'exfat',
  'ext2',
  'ext3',
  'ext4',
  'iso9660',
  'udf',
  'ntfs',
  'ntfs3',
  'fuseblk',
  'btrfs',
  'xfs',
  'f2fs',
  'hfsplus',
]);

// Drivers in user space name themselves; the desktop's own bridges are no media.
const isMedium = (type: string): boolean =>
  mediumFileSystems.has(type) || (type.startsWith('fuse.') && !/^fuse\.(?:gvfsd-fuse|portal|snapfuse)$/.test(type));

/** The mounts of mountinfo that can be media and lie in one of `roots`; of two on one path the upper one. */
export const mediaMounts = (mountinfo: string, roots: readonly string[]): MountEntry[] => {
  const folders = roots.map((root) => root.replace(/\/+$/, ''));
  const found = new Map<string, MountEntry>();
  for (const line of mountinfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , , mountPoint = '', options = ''] = left.split(' ');
    const [fileSystem = '', source = '', superOptions = ''] = right.split(' ');
    const path = plain(mountPoint);
    if (!folders.some((folder) => folder !== '' && (path === folder || path.startsWith(`${folder}/`)))) continue;
    found.delete(path);
    if (!isMedium(fileSystem)) continue;
    const readOnly = [options, superOptions].some((list) => list.split(',').includes('ro'));
    found.set(path, { path, fileSystem, device: plain(source), readOnly });
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
};

/** The kernel's own word on what is mounted for this process. */
export const readMountinfo = (): string => readFileSync('/proc/self/mountinfo', 'utf8');

const labels = '/dev/disk/by-label';

/**
 * A label from the name that udev gives it, with a byte that may not stand there as \xNN. FAT has one byte for a letter, which
 * Windows writes in the code page of Russian and Kazakh systems, 866; what is no UTF-8 is taken for that.
 */
export function labelText(name: string): string {
  const parts = name.split(/(\\x[0-9a-f]{2})/i);
  const bytes = Buffer.concat(
    parts.map((part, index) => Buffer.from(index % 2 === 1 ? part.slice(2) : part, index % 2 === 1 ? 'hex' : 'utf8')),
  );
  return isUtf8(bytes) ? bytes.toString('utf8') : new TextDecoder('ibm866').decode(bytes);
}

/**
 * The label of a device, where udev's links are to be seen; a unit without devices does not see them, and takes what the
 * mount unit made of the label: `LABEL-sdb1`.
 */
export const labelOf = (entry: MountEntry): string | undefined => {
  const kernelName = basename(entry.device);
  try {
    for (const name of readdirSync(labels))
      if (basename(readlinkSync(join(labels, name))) === kernelName) return labelText(name);
  } catch {
    // No such folder: no udev, or not for us.
  }
  const folder = basename(entry.path);
  return kernelName !== '' && folder.endsWith(`-${kernelName}`) ? folder.slice(0, -kernelName.length - 1) : undefined;
};
