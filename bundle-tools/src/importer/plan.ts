import { readFile, statfs } from 'node:fs/promises';
import type { Item } from '../archive/layout.ts';
import { onStore } from '../archive/medium-errors.ts';
import { hasDigest, isPackedDigests } from '../documents/digests.ts';
import { parseInventory, unknownObjects } from '../documents/inventory.ts';
import type { Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import type { BoundInventory } from './bind.ts';
import type { ImportContext } from './context.ts';
import { coversRange, readMarks, unmarkedBytes } from './partial.ts';
import { ImportRefusal, type ImportVerdict } from './verdict.ts';

// State 6: what of a bundle is new here, what an earlier run left, and whether there is room for the rest.

type PlanRun = { context: ImportContext; stagingDir: string; partialDir: string };

/** The packed digests of what the store holds. */
export const readHeld = async (context: ImportContext): Promise<Uint8Array> => {
  if (context.held === undefined) return new Uint8Array(0);
  const packed = await readFile(context.held);
  if (!isPackedDigests(packed)) throw new BundleError('INTERNAL', 'the list of held objects is not sorted digests');
  return packed;
};

/** What is to be done about the included objects. */
export type ObjectPlan = {
  /** Included digests that the store lacks, with their sizes. */
  fresh: Map<string, number>;
  counts: ImportVerdict['counts'];
  /** Bytes that are still to be written: of an object that is kept in part, what it lacks. */
  neededBytes: number;
};

const countRemoved = async (context: ImportContext, bound: BoundInventory, held: Uint8Array): Promise<number> => {
  if (context.currentInventory === undefined) return 0;
  const kept = new Set(bound.lines.map(({ sha256 }) => sha256));
  const before = parseInventory(await readFile(context.currentInventory));
  const gone = before.filter(({ sha256 }) => !kept.has(sha256) && hasDigest(held, sha256));
  return new Set(gone.map(({ sha256 }) => sha256)).size;
};

/** Sorts the included objects into held and fresh. */
export const planObjects = async (
  run: PlanRun,
  manifest: Manifest,
  bound: BoundInventory,
  held: Uint8Array,
): Promise<ObjectPlan> => {
  const fresh = new Map<string, number>();
  const unknown = unknownObjects(bound.lines);
  const reliedOn = new Set(bound.reliesOn.flatMap((number) => bound.lines[number]?.sha256 ?? []));
  let heldCount = [...reliedOn].filter((sha256) => !unknown.has(sha256)).length;
  let neededBytes = 0;
  for (const number of bound.include) {
    const line = bound.lines[number];
    if (line === undefined || unknown.has(line.sha256)) continue;
    if (hasDigest(held, line.sha256)) {
      heldCount += 1;
      continue;
    }
    fresh.set(line.sha256, line.size);
    neededBytes += line.chunks === undefined ? line.size : unmarkedBytes(line, await readMarks(run.partialDir, line));
  }
  const counts = {
    new: fresh.size,
    held: heldCount,
    removed: await countRemoved(run.context, bound, held),
    unfulfilled: manifest.unfulfilled.reduce((sum, { wants }) => sum + wants.length, 0),
    bytes: [...fresh.values()].reduce((sum, size) => sum + size, 0),
  };
  return { fresh, counts, neededBytes };
};

/** Room for what is still to be written, and the reserve. */
export const checkSpace = async (run: PlanRun, objects: ObjectPlan): Promise<void> => {
  const { context, stagingDir } = run;
  const needed = (context.discard === true ? 0 : objects.neededBytes) + context.reserveBytes;
  let free = context.freeBytes;
  if (free === undefined) {
    const stats = await onStore(stagingDir, () => statfs(stagingDir));
    free = stats.bavail * stats.bsize;
  }
  if (free < needed) throw new BundleError('NO_SPACE', `${needed} bytes are needed, ${free} are free`);
};

/** States 9 and 10: the volumes that are still missing; INCOMPLETE when a relied-on object is not held. */
export const checkComplete = async (
  manifest: Manifest,
  bound: BoundInventory,
  held: Uint8Array,
  isPresent: (sha256: string) => boolean,
  partialDir: string,
): Promise<number[]> => {
  const unknown = unknownObjects(bound.lines);
  const isThere = async ({ sha256, line: number, offset, length }: Item): Promise<boolean> => {
    if (unknown.has(sha256) || isPresent(sha256)) return true;
    const line = bound.lines[number];
    return line?.chunks !== undefined && coversRange(await readMarks(partialDir, line), offset, length);
  };
  const lacking: number[] = [];
  for (const { n, first, last } of manifest.volumes) {
    for (const item of bound.items.slice(first, last + 1)) {
      if (await isThere(item)) continue;
      lacking.push(n);
      break;
    }
  }
  const missing = new Set<string>();
  for (const number of bound.reliesOn) {
    const digest = bound.lines[number]?.sha256 ?? '';
    if (!unknown.has(digest) && !hasDigest(held, digest)) missing.add(digest);
  }
  if (missing.size > 0) {
    throw new ImportRefusal('INCOMPLETE', `${missing.size} objects are neither held nor carried`, {
      missing: [...missing].slice(0, 10_000),
    });
  }
  return lacking;
};
