import type { Manifest } from '../documents/manifest.ts';
import { openManifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { type HeldMetadata, type RefreshedTrust, refreshTrust, type TrustSource } from '../trust/core.ts';
import { sameBytes } from '../trust/hash.ts';
import { checkPassedRoots } from '../trust/passed-roots.ts';
import type { ImportContext } from './context.ts';
import type { Prelude } from './prelude.ts';
import type { NewRoot } from './verdict.ts';

const decode = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

/** The held metadata of a context as bytes. */
export const heldOf = ({ trust }: ImportContext): HeldMetadata => ({
  root: decode(trust.root),
  timestamp: trust.timestamp === undefined ? undefined : decode(trust.timestamp),
  snapshot: trust.snapshot === undefined ? undefined : decode(trust.snapshot),
  targets: trust.targets === undefined ? undefined : decode(trust.targets),
});

const sourceOf = (files: ReadonlyMap<string, Uint8Array>): TrustSource => ({
  get: async (name, maxBytes) => {
    const bytes = files.get(name);
    if (bytes === undefined) return 'NOT_FOUND';
    if (bytes.length > maxBytes)
      throw new BundleError('LIMIT', `${name} has ${bytes.length} bytes, at most ${maxBytes}`);
    return bytes;
  },
});

/** State 3: from the held metadata to the bundle's. `onRoot` hears of each newer root at once (D1). */
export const trustPrelude = async (
  prelude: Prelude,
  held: HeldMetadata,
  referenceTime: Date,
  onRoot: (root: NewRoot) => void,
): Promise<RefreshedTrust> => {
  checkPassedRoots(prelude.roots, held.root);
  const files = new Map<string, Uint8Array>([
    ['timestamp.json', prelude.timestamp],
    [`${prelude.snapshot.version}.snapshot.json`, prelude.snapshot.bytes],
    [`${prelude.targets.version}.targets.json`, prelude.targets.bytes],
  ]);
  for (const [version, bytes] of prelude.roots) files.set(`${version}.root.json`, bytes);
  const trust = await refreshTrust({
    held,
    source: sourceOf(files),
    referenceTime,
    production: true,
    onTrusted: (role, version, bytes) => {
      if (role === 'root') onRoot({ version, bytes: Buffer.from(bytes).toString('base64') });
    },
  });
  // A role that the site held already was not asked for: then the bundle's copy must be the same, not just unread.
  if (
    !sameBytes(trust.metadata.snapshot, prelude.snapshot.bytes) ||
    prelude.snapshot.version !== trust.versions.snapshot
  ) {
    throw new BundleError('MIX', `snapshot ${prelude.snapshot.version} is not the one that the timestamp names`);
  }
  if (!sameBytes(trust.metadata.targets, prelude.targets.bytes) || prelude.targets.version !== trust.versions.targets) {
    throw new BundleError('MIX', `targets ${prelude.targets.version} are not the ones that the snapshot names`);
  }
  return trust;
};

/**
 * An old bundle on the medium looks like a rollback once a newer one was imported. If its manifest is signed by keys
 * that the held metadata still names and its id was imported, it is the no-op that it was (ALREADY_IMPORTED).
 */
export const importedBefore = async (
  prelude: Prelude,
  context: ImportContext,
): Promise<{ manifest: Manifest; trust: RefreshedTrust; receipt: string } | undefined> => {
  const held = heldOf(context);
  const { timestamp, snapshot, targets } = held;
  if (timestamp === undefined || snapshot === undefined || targets === undefined) return undefined;
  try {
    // With every role held, nothing but the timestamp is asked for.
    const trust = await refreshTrust({
      held,
      source: sourceOf(new Map([['timestamp.json', timestamp]])),
      referenceTime: new Date(0),
      production: true,
    });
    const { manifest } = openManifest(prelude.manifestBytes, {
      publicKeys: trust.fulfilKeys,
      threshold: trust.fulfilThreshold,
    });
    const before = context.imported.find(({ bundleId }) => bundleId === manifest.bundle_id);
    return before === undefined ? undefined : { manifest, trust, receipt: before.receipt };
  } catch (error) {
    if (error instanceof BundleError && error.code !== 'INTERNAL') return undefined;
    throw error;
  }
};
