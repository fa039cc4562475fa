import { readFileSync, statfsSync } from 'node:fs';

const memoryFolder = '/dev/shm';
const neededBytes = 6 * 1024 ** 3;

/**
 * Where the tests put their temporary folders: in memory where there is enough of it, since a database that flushes each
 * commit waits for the disk half of the time. What is about disks mounts its own. TMPDIR, where it is set, stands.
 */
export const temporaryRoot = (): string | undefined => {
  if (process.env['TMPDIR'] !== undefined) return process.env['TMPDIR'];
  try {
    const mounted = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[1] === memoryFolder);
    const [, , type, options] = mounted?.split(' ') ?? [];
    if (type !== 'tmpfs' || options === undefined || options.split(',').includes('noexec')) return undefined;
    const { bavail, bsize } = statfsSync(memoryFolder);
    return bavail * bsize >= neededBytes ? memoryFolder : undefined;
  } catch {
    // Another system: its own folder does.
    return undefined;
  }
};
