import type { Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { type BundleOptions, planBundle } from './plan-bundle.ts';
import { type WrittenVolume, writeBundleVolume } from './write-volume.ts';

export type BuildOptions = BundleOptions & {
  /** The folder that the volumes go to. */
  out: string;
  objectPath: (sha256: string) => string;
  onProgress?: (doneBytes: number, totalBytes: number) => void;
};

export type BuiltBundle = { files: WrittenVolume[]; manifest: Manifest; manifestBytes: Uint8Array };

/** Plans a bundle and writes all of its volumes into one folder. The same input gives the same bytes. */
export const buildBundle = async (options: BuildOptions): Promise<BuiltBundle> => {
  const plan = planBundle(options);
  const [head] = plan.prelude;
  if (head === undefined) throw new BundleError('INTERNAL', 'a bundle without a manifest');
  const total = plan.manifest.volumes.reduce((sum, { bytes }) => sum + bytes, 0);
  const files: WrittenVolume[] = [];
  let before = 0;
  for (const { n } of plan.manifest.volumes) {
    const written = await writeBundleVolume(plan, n, {
      out: options.out,
      objectPath: options.objectPath,
      onProgress: (done) => options.onProgress?.(before + done, total),
    });
    files.push(written);
    before += written.bytes;
  }
  return { files, manifest: plan.manifest, manifestBytes: head.bytes };
};
