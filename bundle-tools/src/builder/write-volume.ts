import { basename, join } from 'node:path';
import { volumeItems } from '../archive/layout.ts';
import { type WriterEntry, writeVolume } from '../archive/writer.ts';
import { BundleError } from '../errors.ts';
import type { BundlePlan } from './plan-bundle.ts';

/** One volume as it was written. */
export type WrittenVolume = { path: string; n: number; bytes: number; sha256: string };

/** The neutral name of a volume: nothing that reads it trusts it. */
const volumeName = (bundleId: string, n: number, of: number): string => `${bundleId.slice(0, 8)}-${n}of${of}.tar`;

/** Writes volume `n` of a planned bundle into `out`. The same plan and objects give the same bytes, whenever. */
export const writeBundleVolume = async (
  plan: Pick<BundlePlan, 'manifest' | 'prelude' | 'items'>,
  n: number,
  options: {
    out: string;
    objectPath: (sha256: string) => string;
    onProgress?: (doneBytes: number, totalBytes: number) => void;
  },
): Promise<WrittenVolume> => {
  const { volumes, bundle_id: bundleId } = plan.manifest;
  const volume = volumes[n - 1];
  if (volume === undefined)
    throw new BundleError('USAGE', `bundle ${bundleId} has ${volumes.length} volumes, there is no volume ${n}`);
  const path = join(options.out, volumeName(bundleId, n, volumes.length));
  const entries: WriterEntry[] = volumeItems(volume, plan.items).map((item) => ({
    name: item.name,
    size: item.length,
    path: options.objectPath(item.sha256),
    offset: item.offset,
    ...(item.whole ? { sha256: item.sha256 } : {}),
  }));
  const written = await writeVolume(path, [...plan.prelude, ...entries], (done) =>
    options.onProgress?.(done, volume.bytes),
  );
  if (written.bytes !== volume.bytes) throw new BundleError('INTERNAL', `${basename(path)} has ${written.bytes} bytes`);
  return { path, n, ...written };
};
