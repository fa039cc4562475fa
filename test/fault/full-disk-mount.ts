import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

// A small file system of its own for one test, so that it can be full without anybody else noticing.

export type SmallDisk = {
  readonly path: string;
  freeBytes(): number;
  /** Takes all room but about so much. */
  fill(leaveBytes?: number): void;
  /** Gives back what `fill` took. */
  free(): void;
  remove(): void;
};

const pieceBytes = 64 * 1024;

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC';

/** Mounts one at `path`, or gives undefined where this process may not (it takes root). */
export const mountSmallDisk = (path: string, sizeBytes: number): SmallDisk | undefined => {
  mkdirSync(path, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0700`, 'sallyport-test', path]);
  if (mounted.status !== 0) return undefined;
  const ballast = join(path, 'ballast');
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  };
  return {
    path,
    freeBytes,
    fill: (leaveBytes = 0) => {
      const piece = Buffer.alloc(pieceBytes);
      const file = openSync(ballast, 'a');
      try {
        for (;;) {
          const room = freeBytes() - leaveBytes;
          if (room <= 0) return;
          writeSync(file, piece, 0, Math.min(room, pieceBytes));
        }
      } catch (error) {
        if (!isFull(error)) throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove: () => {
      // Lazily, should a process that ends late still hold a file.
      spawnSync('umount', ['-l', path]);
    },
  };
};
