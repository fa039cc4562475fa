import type { Io } from '../cli/io.ts';
import { BundleError } from '../errors.ts';
import { toTime } from '../platform/ambient.ts';
import { recordCustody } from './custody.ts';
import { findKeptBundle } from './kept-bundles.ts';
import { readOnlineKeys } from './online-keys.ts';
import type { HostState } from './state.ts';
import { type PlacedVolume, placeVolumes } from './write-volumes.ts';

/** Volumes that were made again. */
export type Rebuilt = {
  readonly site: string;
  readonly bundleId: string;
  readonly of: number;
  readonly volumes: ReadonlyArray<PlacedVolume>;
};

/**
 * Makes volumes of a bundle that this host wrote once more, bit by bit the same, and puts them on a medium. Without
 * numbers all that the medium takes. An object that this host no longer has is STORE_IO.
 */
export const rebuild = async (options: {
  readonly state: HostState;
  readonly bundleId: string;
  readonly numbers: ReadonlyArray<number>;
  readonly media: string;
  readonly io: Io;
  readonly nowMs: number;
  readonly person: number;
}): Promise<Rebuilt> => {
  const { state, media, io } = options;
  const { site, plan } = findKeptBundle(state, options.bundleId);
  const { bundle_id: bundleId, volumes: all } = plan.manifest;
  for (const n of options.numbers)
    if (all[n - 1] === undefined)
      throw new BundleError('USAGE', `bundle ${bundleId} has ${all.length} volumes, there is no volume ${n}`);
  const known = site.record.bundles.find((entry) => entry.bundle_id === bundleId);
  const digestOf = (n: number): string | undefined =>
    known?.volumes?.find((volume) => volume.n === n)?.sha256 ?? (n === 1 ? known?.sha256 : undefined);
  const numbers = options.numbers.length > 0 ? options.numbers : all.map(({ n }) => n);
  // Before it leaves: a volume that is not the same must not lie on the medium.
  const check = async (_path: string, n: number, sha256: string): Promise<void> => {
    const before = digestOf(n);
    if (before !== undefined && before !== sha256)
      throw new BundleError('SELF_CHECK', `volume ${n} has the digest ${sha256}, it was ${before}: it is not the same`);
  };
  const volumes = await placeVolumes({ state, plan, media, io, check, isKept: true }, numbers);
  const key = readOnlineKeys(state).fulfil;
  for (const { sha256, path } of volumes) {
    if (path === undefined) continue;
    recordCustody({
      site,
      person: options.person,
      media,
      sha256,
      at: toTime(options.nowMs),
      key,
    });
  }
  return { site: site.record.site, bundleId, of: all.length, volumes };
};
