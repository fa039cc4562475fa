import { canonicalJson } from '../src/documents/canonical-json.ts';
import type { Manifest } from '../src/documents/manifest.ts';
import { type SigningKey, signBytes } from '../src/trust/keys.ts';
import { describeMetadata } from '../src/trust/repository.ts';
import { type RawEntry, replace, resign } from './forge.ts';
import { digestOf, type Published, type World } from './kit.ts';

// TUF metadata as a thief of some of the keys would write it.

/** Signs any `signed` part, also one that our own writer would refuse to make. */
export const signRaw = (signed: object, keys: readonly SigningKey[]): Uint8Array => {
  const covered = canonicalJson(signed);
  return canonicalJson({
    signatures: keys.map((key) => ({ keyid: key.keyid, sig: Buffer.from(signBytes(covered, key)).toString('hex') })),
    signed,
  });
};

export const signedOf = (bytes: Uint8Array): Record<string, unknown> => describeMetadata(bytes).signed;

/** A volume whose TUF files are replaced, hashes and manifest made to fit by whoever holds the keys. */
export const withTufOf = (
  world: World,
  entries: readonly RawEntry[],
  tuf: Partial<Published>,
  change?: (manifest: Manifest) => Manifest,
): Buffer =>
  resign(
    replace(entries, {
      ...(tuf.timestamp && { 'tuf/timestamp.json': tuf.timestamp }),
      ...(tuf.snapshot && { 'tuf/1.snapshot.json': tuf.snapshot }),
      ...(tuf.targets && { 'tuf/1.targets.json': tuf.targets }),
    }),
    [world.keys.fulfil],
    change,
  );

/** Snapshot and timestamp over any targets, signed by their true keys. */
export const overTargetsOf = (world: World, targets: Uint8Array): Published => {
  const meta = (bytes: Uint8Array, version = 1) => ({
    version,
    length: bytes.length,
    hashes: { sha256: digestOf(bytes) },
  });
  const snapshot = signRaw({ ...signedOf(world.published.snapshot), meta: { 'targets.json': meta(targets) } }, [
    world.keys.snapshot,
  ]);
  const timestamp = signRaw({ ...signedOf(world.published.timestamp), meta: { 'snapshot.json': meta(snapshot) } }, [
    world.keys.timestamp,
  ]);
  return { targets, snapshot, timestamp };
};
