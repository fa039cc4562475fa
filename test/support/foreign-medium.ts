import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';

// Media as people plug them in, without a driver of the kernel: real FAT32 and exFAT images mounted by FUSE, and one that
// lies about what it keeps.

const python = '/usr/bin/python3';

export type ForeignMedium = {
  readonly path: string;
  /** Unmounts, and mounts again. */
  again(options?: { readOnly?: boolean }): Promise<void>;
  remove(): Promise<void>;
};

const isRoot = process.getuid?.() === 0;
const has = (...programs: string[]): boolean =>
  isRoot && existsSync('/dev/fuse') && programs.every((program) => existsSync(program));

/** Takes root, /dev/fuse and fusefat, dosfstools, exfat-fuse, exfatprogs, python3-fusepy. */
export const canMount = {
  fat32: (): boolean => has('/usr/bin/fusefat', '/usr/sbin/mkfs.vfat'),
  exfat: (): boolean => has('/usr/sbin/mount.exfat-fuse', '/usr/sbin/mkfs.exfat', '/dev/loop-control'),
  lying: (): boolean => has(python) && spawnSync(python, ['-c', 'import fusepy'], { stdio: 'ignore' }).status === 0,
};

const isMounted = (path: string): boolean => readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${path} `);

const unmount = async (path: string): Promise<void> => {
  if (!isMounted(path)) return;
  spawnSync('umount', [path], { stdio: 'ignore' });
  if (isMounted(path)) spawnSync('umount', ['-l', path], { stdio: 'ignore' });
  await until(() => !isMounted(path));
};

const run = (program: string, args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
};

/** A new image with a file system of its own, mounted at `path`. */
export const mountImage = async (
  path: string,
  options: { kind: 'fat32' | 'exfat'; label: string; sizeBytes: number },
): Promise<ForeignMedium> => {
  const image = `${path}.img`;
  mkdirSync(path, { recursive: true });
  const fd = openSync(image, 'wx');
  ftruncateSync(fd, options.sizeBytes);
  closeSync(fd);
  if (options.kind === 'fat32') run('/usr/sbin/mkfs.vfat', ['-F', '32', '-n', options.label, image]);
  else run('/usr/sbin/mkfs.exfat', ['-L', options.label, image]);
  // exfat-fuse mounts block devices only.
  const device = options.kind === 'exfat' ? run('losetup', ['--find', '--show', image]).trim() : image;
  let child: ChildProcess | undefined;
  let isRemoved = false;
  const mount = async (readOnly: boolean): Promise<void> => {
    child =
      options.kind === 'fat32'
        ? spawn('/usr/bin/fusefat', ['-f', '-o', readOnly ? 'ro' : 'rw+', image, path], { stdio: 'ignore' })
        : spawn('/usr/sbin/mount.exfat-fuse', ['-d', ...(readOnly ? ['-o', 'ro'] : []), device, path], {
            stdio: 'ignore',
          });
    await until(() => isMounted(path));
    // fusefat keeps it to itself that it writes nothing.
    if (readOnly) run('mount', ['-o', 'remount,bind,ro', path]);
  };
  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    await unmount(path);
    if (child?.exitCode === null && child.signalCode === null) await ended;
  };
  await mount(false);
  return {
    path,
    again: async ({ readOnly = false } = {}) => {
      await end();
      await mount(readOnly);
    },
    remove: async () => {
      if (isRemoved) return;
      isRemoved = true;
      await end();
      if (device !== image) run('losetup', ['--detach', device]);
    },
  };
};

/** A medium that gives back other bytes than it was given, one bit or nothing at all, of files with `part` in the name. */
export const mountLyingMedium = async (path: string, lie: 'flip' | 'lose', part: string): Promise<ForeignMedium> => {
  mkdirSync(path, { recursive: true });
  spawn(python, [join(import.meta.dirname, 'lying-medium.py'), path, lie, part], { stdio: 'ignore' });
  await until(() => isMounted(path));
  const remove = (): Promise<void> => unmount(path);
  return { path, again: remove, remove };
};
