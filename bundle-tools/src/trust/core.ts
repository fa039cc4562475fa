import { canonicalJson } from '../documents/canonical-json.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
import { type GuardedMetadata, guardMetadata, type MetadataRole } from './guards.ts';
import { sameBytes } from './hash.ts';
import { verifyBytes } from './keys.ts';
import {
  createTufStore,
  snapshotMeta,
  type TufStore,
  updateRoot,
  updateSnapshot,
  updateTargets,
  updateTimestamp,
} from './tuf-store.ts';

/** Metadata that was verified before, bytes as served. */
export type HeldMetadata = {
  root: Uint8Array;
  timestamp?: Uint8Array | undefined;
  snapshot?: Uint8Array | undefined;
  targets?: Uint8Array | undefined;
};

/** Where metadata comes from. NOT_FOUND is only for "there is no such file"; an I/O error throws. */
export type TrustSource = { get(name: string, maxBytes: number): Promise<Uint8Array | 'NOT_FOUND'> };

export type TrustedTarget = { length: number; sha256?: string; hashes: Readonly<Record<string, string>> };

export type RefreshedTrust = {
  metadata: Record<MetadataRole, Uint8Array>;
  newRoots: { version: number; bytes: Uint8Array }[];
  versions: Record<MetadataRole, number>;
  targets: Map<string, TrustedTarget>;
  expires: Record<MetadataRole, string>;
  fulfilKeys: Uint8Array[];
  fulfilThreshold: number;
};

export type RefreshOptions = {
  held: HeldMetadata;
  source: TrustSource;
  /** Expiry is judged at this time; `new Date(0)` judges none, for a caller that cannot know the time (section 7). */
  referenceTime: Date;
  production: boolean;
  /** Called as soon as a file is trusted, in order; spec 5.3.8, 5.4.5, 5.5.7, 5.6.6. */
  onTrusted?: (role: MetadataRole, version: number, bytes: Uint8Array) => void;
};

const fetchNamed = async (source: TrustSource, name: string, maxBytes: number): Promise<Uint8Array> => {
  const bytes = await source.get(name, maxBytes);
  if (bytes === 'NOT_FOUND') throw new BundleError('MISSING', `${name} is absent`);
  if (bytes.length > maxBytes) throw new BundleError('LIMIT', `${name} has ${bytes.length} bytes`);
  return bytes;
};

// Local metadata that the present root does not vouch for (rotated keys, spec 5.3.11) guards nothing and is dropped.
const tryHeld = (step: () => void): boolean => {
  try {
    step();
    return true;
  } catch (error) {
    if (error instanceof BundleError && error.code !== 'INTERNAL') return false;
    throw error;
  }
};

// A signature that names a key of the role and does not verify is an altered byte, even beside enough good ones.
export const checkEverySignature = (store: TufStore, role: MetadataRole, file: GuardedMetadata): void => {
  const root = store.root.signed;
  const covered = canonicalJson(file.signed);
  for (const { keyid, sig } of file.signatures) {
    const publicHex = root.roles[role]?.keyIDs.includes(keyid) ? root.keys[keyid]?.keyVal['public'] : undefined;
    if (publicHex === undefined) continue;
    if (!verifyBytes(covered, Buffer.from(sig, 'hex'), Buffer.from(publicHex, 'hex'))) {
      throw new BundleError('SIGNATURE', `${role}: the signature of key ${keyid.slice(0, 16)} does not verify`);
    }
  }
};

const refreshRoots = async (store: TufStore, options: RefreshOptions): Promise<RefreshedTrust['newRoots']> => {
  const newRoots: RefreshedTrust['newRoots'] = [];
  for (;;) {
    const version = store.root.signed.version + 1;
    const bytes = await options.source.get(`${version}.root.json`, limits.rootBytes);
    if (bytes === 'NOT_FOUND') return newRoots;
    if (newRoots.length === limits.rootSteps) throw new BundleError('LIMIT', `more than ${limits.rootSteps} new roots`);
    const file = guardMetadata(bytes, 'root', options.production);
    if (options.production) checkEverySignature(store, 'root', file);
    updateRoot(store, bytes);
    if (options.production) checkEverySignature(store, 'root', file);
    newRoots.push({ version, bytes });
    options.onTrusted?.('root', version, bytes);
  }
};

const refreshTimestamp = async (store: TufStore, options: RefreshOptions): Promise<Uint8Array> => {
  const { held, production } = options;
  if (held.timestamp !== undefined) {
    const bytes = held.timestamp;
    tryHeld(() => {
      guardMetadata(bytes, 'timestamp', production);
      updateTimestamp(store, bytes);
    });
  }
  const bytes = await fetchNamed(options.source, 'timestamp.json', limits.timestampBytes);
  const file = guardMetadata(bytes, 'timestamp', production);
  if (production) checkEverySignature(store, 'timestamp', file);
  if (!updateTimestamp(store, bytes)) {
    if (held.timestamp === undefined) throw new BundleError('INTERNAL', 'a timestamp of equal version, none is held');
    // The exchange never has two files of one version: with other bytes one of them is not the host's.
    if (production && !sameBytes(bytes, held.timestamp)) {
      throw new BundleError('MIX', `timestamp.json ${String(file.signed.version)} differs from the one that is held`);
    }
    return held.timestamp;
  }
  options.onTrusted?.('timestamp', file.signed.version, bytes);
  return bytes;
};

const refreshSnapshot = async (store: TufStore, options: RefreshOptions): Promise<Uint8Array> => {
  const { held, production } = options;
  if (held.snapshot !== undefined) {
    const bytes = held.snapshot;
    const kept = tryHeld(() => {
      guardMetadata(bytes, 'snapshot', production);
      updateSnapshot(store, bytes, true);
    });
    if (kept) return bytes;
  }
  const meta = store.timestamp?.signed.snapshotMeta;
  if (meta === undefined) throw new BundleError('INTERNAL', 'no timestamp');
  const name = store.root.signed.consistentSnapshot ? `${meta.version}.snapshot.json` : 'snapshot.json';
  const bytes = await fetchNamed(options.source, name, Math.min(meta.length ?? Infinity, limits.snapshotBytes));
  const file = guardMetadata(bytes, 'snapshot', production);
  updateSnapshot(store, bytes, false);
  options.onTrusted?.('snapshot', file.signed.version, bytes);
  return bytes;
};

/** A targets role as its delegator names it: the top-level one is delegated by the root. */
type TargetsRole = { role: string; delegator: string; held: Uint8Array | undefined };

/**
 * Spec 5.6 for one targets role, after snapshot and delegator are trusted. A held copy stands if this delegator's
 * keys made it: what another delegator vouched for gives nothing. The exchange itself has the top-level role alone.
 */
export const refreshTargetsRole = async (
  store: TufStore,
  { source, production }: Pick<RefreshOptions, 'source' | 'production'>,
  { role, delegator, held }: TargetsRole,
): Promise<{ bytes: Uint8Array; fresh: boolean }> => {
  if (held !== undefined) {
    const kept = tryHeld(() => {
      guardMetadata(held, 'targets', production);
      updateTargets(store, held, role, delegator);
    });
    if (kept) return { bytes: held, fresh: false };
  }
  const meta = snapshotMeta(store, role);
  if (meta === undefined) throw new BundleError('METADATA', `snapshot: ${role}.json is not listed`);
  const file = `${encodeURIComponent(role)}.json`;
  const name = store.root.signed.consistentSnapshot ? `${meta.version}.${file}` : file;
  const bytes = await fetchNamed(source, name, Math.min(meta.length ?? Infinity, limits.targetsBytes));
  guardMetadata(bytes, 'targets', production);
  updateTargets(store, bytes, role, delegator);
  return { bytes, fresh: true };
};

const refreshTargets = async (store: TufStore, options: RefreshOptions): Promise<Uint8Array> => {
  const top = { role: 'targets', delegator: 'root', held: options.held.targets };
  const { bytes, fresh } = await refreshTargetsRole(store, options, top);
  const version = store.targets?.signed.version;
  if (version === undefined) throw new BundleError('INTERNAL', 'no targets after the refresh');
  if (fresh) options.onTrusted?.('targets', version, bytes);
  return bytes;
};

const fulfilOf = (store: TufStore): Pick<RefreshedTrust, 'fulfilKeys' | 'fulfilThreshold'> => {
  const delegations = store.targets?.signed.delegations;
  const role = delegations?.roles?.['fulfil'];
  if (delegations === undefined || role === undefined) return { fulfilKeys: [], fulfilThreshold: 1 };
  const fulfilKeys = role.keyIDs.flatMap((keyid) => {
    const publicHex = delegations.keys[keyid]?.keyVal['public'];
    return publicHex !== undefined && /^[0-9a-f]{64}$/.test(publicHex)
      ? [new Uint8Array(Buffer.from(publicHex, 'hex'))]
      : [];
  });
  return { fulfilKeys, fulfilThreshold: role.threshold };
};

const targetsOf = (store: TufStore): Map<string, TrustedTarget> =>
  new Map(
    Object.entries(store.targets?.signed.targets ?? {}).map(([path, { length, hashes }]) => {
      const sha256 = hashes['sha256'];
      return [path, { length, hashes, ...defined({ sha256 }) }];
    }),
  );

type RefreshedStore = Pick<RefreshedTrust, 'metadata' | 'newRoots'> & { store: TufStore };

/** TUF specification 1.0, 5.2-5.6 for the four top-level roles: the trusted set itself, for a walk over delegations. */
export const refreshStore = async (options: RefreshOptions): Promise<RefreshedStore> => {
  guardMetadata(options.held.root, 'root', options.production);
  const store = createTufStore(options.held.root, options.referenceTime);
  const newRoots = await refreshRoots(store, options);
  const timestamp = await refreshTimestamp(store, options);
  const snapshot = await refreshSnapshot(store, options);
  const targets = await refreshTargets(store, options);
  const root = newRoots.at(-1)?.bytes ?? options.held.root;
  return { store, newRoots, metadata: { root, timestamp, snapshot, targets } };
};

/**
 * TUF specification 1.0, section 5: from what is held to what the source offers. Throws a BundleError at the first
 * thing that does not hold; files that `onTrusted` was told of stay trusted even then (newer roots above all).
 */
export const refreshTrust = async (options: RefreshOptions): Promise<RefreshedTrust> => {
  const { store, newRoots, metadata } = await refreshStore(options);
  const signed = {
    root: store.root.signed,
    timestamp: store.timestamp?.signed,
    snapshot: store.snapshot?.signed,
    targets: store.targets?.signed,
  };
  const of = <T>(pick: (value: { version: number; expires: string }) => T): Record<MetadataRole, T> => {
    const one = (role: MetadataRole): T => {
      const value = signed[role];
      if (value === undefined) throw new BundleError('INTERNAL', `no ${role} after the refresh`);
      return pick(value);
    };
    return { root: one('root'), timestamp: one('timestamp'), snapshot: one('snapshot'), targets: one('targets') };
  };
  return {
    metadata,
    newRoots,
    versions: of(({ version }) => version),
    targets: targetsOf(store),
    expires: of(({ expires }) => expires),
    ...fulfilOf(store),
  };
};
