import { buildSnapshot, buildTimestamp, signMetadata } from '../trust/repository.ts';
import type { Floor } from './claimed-versions.ts';
import { daysAfter, daysUntil, lifetimeDays } from './lifetimes.ts';
import type { OnlineKeys } from './online-keys.ts';
import type { HostState } from './state.ts';
import { findNewest, type Published, publish } from './trust-files.ts';

// A snapshot is signed again well before it expires, so that a site which imports rarely keeps a valid one.
const renewSnapshotDays = 180;

const refersTo = (snapshot: Published, targetsVersion: number): boolean => {
  const meta = snapshot.described.signed['meta'] as Record<string, { version: number }> | undefined;
  return meta?.['targets.json']?.version === targetsVersion;
};

/**
 * Signs what the host may sign: a snapshot when the targets changed or it ages, and always a new timestamp. Published
 * before a bundle carries them, so that no version is ever used for two contents.
 */
export const signOnlineMetadata = (options: {
  readonly state: HostState;
  readonly targets: Published;
  readonly keys: OnlineKeys;
  readonly nowMs: number;
  readonly floor?: Floor;
}): { readonly snapshot: Published; readonly timestamp: Published } => {
  const { state, targets, keys, nowMs } = options;
  const floor = options.floor ?? { snapshot: 0, timestamp: 0 };
  const held = findNewest(state, 'snapshot');
  const isFit =
    held !== undefined &&
    refersTo(held, targets.version) &&
    // A new snapshot key does not vouch for what the old one signed.
    held.described.signers.includes(keys.snapshot.keyid) &&
    held.version >= floor.snapshot &&
    daysUntil(held.described.expires, nowMs) >= renewSnapshotDays;
  const snapshot = isFit
    ? held
    : publish(
        state,
        'snapshot',
        signMetadata(
          buildSnapshot({
            version: Math.max(held?.version ?? 0, floor.snapshot) + 1,
            expires: daysAfter(nowMs, lifetimeDays.snapshot),
            targets: targets.bytes,
          }),
          [keys.snapshot],
        ),
      );
  const timestamp = publish(
    state,
    'timestamp',
    signMetadata(
      buildTimestamp({
        version: Math.max(findNewest(state, 'timestamp')?.version ?? 0, floor.timestamp) + 1,
        expires: daysAfter(nowMs, lifetimeDays.timestamp),
        snapshot: snapshot.bytes,
      }),
      [keys.timestamp],
    ),
  );
  return { snapshot, timestamp };
};
