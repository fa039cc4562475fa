import type { RootFiles } from '../platform/root-files.ts';

// What holds packages beside the system's own database is read in bounds: a folder may hold as much as somebody put there.

/** One look may read so much; `reads` counts files and names in folders, `ms` is by the agent's clock. */
export type Bounds = { reads: number; bytes: number; ms: number };

export const usualBounds: Bounds = { reads: 200_000, bytes: 128 * 1024 * 1024, ms: 30_000 };

/** Reads below a root until the bounds are reached; then everything is absent. */
export type Bounded = {
  names(path: string): string[];
  /** Longer texts are cut. */
  text(path: string, maxBytes: number): string | undefined;
  /** Where a symbolic link points, as it is written; undefined: it is none. */
  link(path: string): string | undefined;
  isLink(path: string): boolean;
  modifiedMs(path: string): number | undefined;
  /** Neither were the bounds reached, nor was something there that could not be read. */
  isWhole(): boolean;
};

export const boundedFiles = (files: RootFiles, bounds: Bounds, clock: () => number): Bounded => {
  const untilMs = clock() + bounds.ms;
  let reads = 0;
  let bytes = 0;
  let cut = false;
  let unread = false;
  const mayRead = (): boolean => {
    reads += 1;
    cut ||= reads > bounds.reads || bytes > bounds.bytes || clock() > untilMs;
    return !cut;
  };
  return {
    names: (path) => {
      if (!mayRead()) return [];
      const { names, isWhole } = files.entries(path, bounds.reads - reads);
      reads += names.length;
      unread ||= !isWhole;
      return names;
    },
    text: (path, maxBytes) => {
      if (!mayRead()) return undefined;
      const found = files.bytes(path, { maxBytes });
      unread ||= found === undefined && files.isFile(path);
      bytes += found?.length ?? 0;
      return found?.toString('utf8');
    },
    link: files.link,
    modifiedMs: files.modifiedMs,
    isLink: (path) => files.link(path) !== undefined,
    isWhole: () => !cut && !unread,
  };
};
