import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { relative } from 'node:path';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import * as z from 'zod';
import type { Mount } from '../platform/mounts.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { closedPaths, walkExecutables } from './walk.ts';

// Rounds over the executable files of a root, in turns: each turn does a bounded piece of work and says where it stopped.
// A file whose size and time are the same is not read again. After a round the agent rests for a day.

export const executableLimits = {
  /** Files and folders that are looked at, programs or not; more than a path is deep, or a turn gets nowhere. */
  entriesPerTurn: 20_000,
  hashedBytesPerTurn: 64 * 1024 * 1024,
  /** A larger file is left out: it would be a turn of its own. */
  fileBytes: 512 * 1024 * 1024,
  items: 40_000,
  /** Between two rounds. */
  restMs: 24 * 3600 * 1000,
  /** Folders that are looked through; none: all. */
  paths: [] as readonly string[],
};
export type ExecutableLimits = typeof executableLimits;

/** A whole round at once, for a report that is written to a file. */
export const wholeRound: ExecutableLimits = {
  ...executableLimits,
  entriesPerTurn: Number.POSITIVE_INFINITY,
  hashedBytesPerTurn: Number.POSITIVE_INFINITY,
};

const chunkBytes = 1024 * 1024;

const known = z.object({
  /** Below the root. */
  path: z.string(),
  sizeBytes: z.number(),
  modifiedMs: z.number(),
  sha256: z.string(),
  firstMs: z.number(),
});

export const roundSchema = z.object({
  /** Names from the root to the file or folder that was last; empty between rounds. */
  after: z.array(z.string()),
  /** What this round has found until now. */
  round: z.array(known),
  /** What the last whole round found; absent before it. */
  done: z.array(known).optional(),
  doneMs: z.number().optional(),
  /** The folders of the round; others begin anew. */
  paths: z.array(z.string()).optional(),
});

export type KnownExecutable = z.infer<typeof known>;
export type Round = z.infer<typeof roundSchema>;

export const noRound: Round = { after: [], round: [] };

/** ELF, a script, a Windows program: what a system would start. An execute bit alone may be a mistake. */
const isProgram = (head: Buffer): boolean =>
  head.subarray(0, 4).equals(Buffer.from('\u007fELF', 'latin1')) ||
  ['#!', 'MZ'].includes(head.subarray(0, 2).toString('latin1'));

const readHash = (fd: number, maxBytes: number): string | undefined => {
  const buffer = Buffer.alloc(chunkBytes);
  const hash = createHash('sha256');
  let bytes = 0;
  for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) {
    const chunk = buffer.subarray(0, got);
    if (bytes === 0 && !isProgram(chunk)) return undefined;
    hash.update(chunk);
    bytes += got;
    // It grows while it is read.
    if (bytes > maxBytes) return undefined;
  }
  return bytes === 0 ? undefined : hash.digest('hex');
};

/** SHA-256 of a program; undefined for what is none, may not be read, or went meanwhile. */
const hashOf = (path: string, maxBytes: number): string | undefined => {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return readHash(fd, maxBytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((path, at) => path === other[at]);

/** A round over other folders than the last one begins at once; what that one hashed is not read again. */
const begun = (held: Round, paths: readonly string[]): Round => {
  if (isSame(held.paths ?? [], paths)) return held;
  const { done } = held;
  return { ...noRound, ...defined({ done }), ...(paths.length === 0 ? {} : { paths: [...paths] }) };
};

/** One turn: at most the limits' work. What is returned is to be remembered. */
export const executableTurn = (
  files: RootFiles,
  last: Round,
  nowMs: number,
  options: { mounts: readonly Mount[]; limits: ExecutableLimits },
): Round => {
  const { limits } = options;
  const held = begun(last, limits.paths);
  const isResting = held.after.length === 0 && held.doneMs !== undefined && nowMs < held.doneMs + limits.restMs;
  if (isResting) return held;
  const earlier = new Map((held.done ?? []).map((one) => [one.path, one]));
  const round: KnownExecutable[] = [...held.round];
  const spent = { entries: 0, bytes: 0 };
  const { ended, after } = walkExecutables(files.root, {
    closed: closedPaths(options.mounts),
    after: held.after,
    within: limits.paths.map((path) => path.split('/').filter((name) => name !== '')),
    mayGoOn: () => {
      if (spent.entries >= limits.entriesPerTurn || spent.bytes >= limits.hashedBytesPerTurn) return false;
      spent.entries += 1;
      return true;
    },
    onFile: ({ path, stats }) => {
      if (stats.size > limits.fileBytes || round.length >= limits.items) return;
      const below = relative(files.root, path);
      const modifiedMs = Math.trunc(stats.mtimeMs);
      const before = earlier.get(below);
      if (before?.sizeBytes === stats.size && before.modifiedMs === modifiedMs) {
        round.push(before);
        return;
      }
      spent.bytes += stats.size;
      const sha256 = hashOf(path, limits.fileBytes);
      if (sha256 === undefined) return;
      const firstMs = before?.sha256 === sha256 ? before.firstMs : nowMs;
      round.push({ path: below, sizeBytes: stats.size, modifiedMs, sha256, firstMs });
    },
  });
  const scope = held.paths === undefined ? {} : { paths: held.paths };
  if (ended) return { after: [], round: [], done: round, doneMs: nowMs, ...scope };
  return { ...held, after: [...after], round };
};
