import { mkdtempSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BundlePlan } from '../builder/plan-bundle.ts';
import { type WrittenVolume, writeBundleVolume } from '../builder/write-volume.ts';
import type { Io } from '../cli/io.ts';
import { BundleError } from '../errors.ts';
import { freeBytes, mediumReserveBytes, type Written, writeToMedium } from '../media/write.ts';
import { rmSync } from '../person/files.ts';
import { ensureDir } from '../platform/files.ts';
import { objectStore } from './objects.ts';
import type { HostState } from './state.ts';

// Volumes are made one at a time in staging, checked there, and copied to the medium while it has room. What does not
// fit is made again for the next medium: `rebuild` gives the same bytes.

/** One volume: where it is on the medium, or absent there for want of room. */
export type PlacedVolume = Omit<WrittenVolume, 'path'> & {
  readonly file: string;
  readonly path?: string;
  readonly readBack?: Written['readBack'];
};

type PlaceOptions = {
  readonly state: HostState;
  readonly plan: BundlePlan;
  readonly media: string;
  readonly io: Io;
  /** Looks at each volume before it leaves. */
  readonly check: (path: string, n: number, sha256: string) => Promise<void>;
  /** Whether this host keeps the bundle: then what was placed is of use when the rest fails, else it is taken away. */
  readonly isKept: boolean;
};

const placeOne = async (options: PlaceOptions, n: number, folder: string, isFull: boolean): Promise<PlacedVolume> => {
  const { state, plan, media, io } = options;
  const objects = objectStore(state.objects);
  const of = plan.manifest.volumes.length;
  const label = of === 1 ? plan.manifest.site : `${plan.manifest.site}, volume ${n} of ${of}`;
  const { path, ...written } = await writeBundleVolume(plan, n, {
    out: folder,
    objectPath: (sha256) => objects.path(sha256),
    onProgress: (done, total) => io.progress(`building for ${label}, bytes`, done, total),
  });
  const file = basename(path);
  try {
    await options.check(path, n, written.sha256);
    // The first one must fit; the command is of no use otherwise, and says what is missing.
    if (isFull || (n > 1 && freeBytes(media) < written.bytes + mediumReserveBytes)) return { ...written, file };
    const placed = writeToMedium(path, media, file, (done, total) =>
      io.progress(`writing ${file}, bytes`, done, total),
    );
    return { ...written, file, ...placed };
  } finally {
    rmSync(path, { force: true });
  }
};

// Otherwise the site waits for volumes that are never written.
const dropPlaced = (placed: ReadonlyArray<PlacedVolume>): void => {
  for (const { path } of placed) {
    try {
      if (path !== undefined) rmSync(path, { force: true });
    } catch {
      // The medium may be gone; why the work ended is what the person must hear.
    }
  }
};

/** Makes, checks and places volumes in the order that is given. NO_SPACE when staging cannot take one. */
export const placeVolumes = async (
  options: PlaceOptions,
  numbers: ReadonlyArray<number>,
): Promise<ReadonlyArray<PlacedVolume>> => {
  const { state, plan } = options;
  ensureDir(state.staging);
  const folder = mkdtempSync(join(state.staging, 'bundle-'));
  const placed: PlacedVolume[] = [];
  try {
    for (const n of numbers) {
      const needed = plan.manifest.volumes[n - 1]?.bytes ?? 0;
      const free = freeBytes(state.staging);
      if (free < needed)
        throw new BundleError('NO_SPACE', `${state.staging} has ${free} bytes free, volume ${n} needs ${needed}`);
      // Once one does not fit, none of the later ones is put there either: a person counts volumes in order.
      placed.push(
        await placeOne(
          options,
          n,
          folder,
          placed.some(({ path }) => path === undefined),
        ),
      );
    }
    return placed;
  } catch (error) {
    if (!options.isKept) dropPlaced(placed);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
