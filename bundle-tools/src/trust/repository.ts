import { canonicalJson } from '../documents/canonical-json.ts';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
import { type GuardedMetadata, guardMetadata, type MetadataRole, roleLimits } from './guards.ts';
import { sha256Hex } from './hash.ts';
import { keyidOf, type SigningKey, signBytes, type TufKey, tufKeyOf } from './keys.ts';

// Writes TUF metadata. A file is made unsigned and then signed, so that the holders of a threshold can sign in turn.

const specVersion = '1.0.31';

type Common = { version: number; expires: string };

const encode = (role: MetadataRole, common: Common, fields: object): Uint8Array => {
  const signed = {
    _type: role,
    spec_version: specVersion,
    version: common.version,
    expires: common.expires,
    ...fields,
  };
  const bytes = canonicalJson({ signatures: [], signed });
  guardMetadata(bytes, role, true);
  return bytes;
};

const keyTable = (publicKeys: readonly Uint8Array[]): Record<string, TufKey> =>
  Object.fromEntries(publicKeys.map((key) => [keyidOf(key), tufKeyOf(key)]));

const roleOf = (name: string, publicKeys: readonly Uint8Array[], threshold: number) => {
  const keyids = [...new Set(publicKeys.map(keyidOf))].sort();
  if (threshold < 1 || threshold > keyids.length) {
    throw new BundleError('USAGE', `${name}: a threshold of ${threshold} with ${keyids.length} distinct keys`);
  }
  return { keyids, threshold };
};

export type RootOptions = Common & {
  rootKeys: readonly Uint8Array[];
  rootThreshold: number;
  targetsKeys: readonly Uint8Array[];
  targetsThreshold: number;
  snapshotKeys: readonly Uint8Array[];
  timestampKeys: readonly Uint8Array[];
};

/** An unsigned root from public keys. */
export const createRoot = (options: RootOptions): Uint8Array =>
  encode('root', options, {
    consistent_snapshot: true,
    keys: keyTable([...options.rootKeys, ...options.targetsKeys, ...options.snapshotKeys, ...options.timestampKeys]),
    roles: {
      root: roleOf('root', options.rootKeys, options.rootThreshold),
      targets: roleOf('targets', options.targetsKeys, options.targetsThreshold),
      snapshot: roleOf('snapshot', options.snapshotKeys, 1),
      timestamp: roleOf('timestamp', options.timestampKeys, 1),
    },
  });

type TargetsOptions = Common & {
  targets: readonly ({ path: string; bytes: Uint8Array } | { path: string; length: number; sha256: string })[];
  /** Public keys of the `fulfil` delegation, which carries keys only: no `fulfil.json` exists. */
  fulfilKeys: readonly Uint8Array[];
  fulfilThreshold: number;
};

/** Unsigned targets metadata. */
export const buildTargets = (options: TargetsOptions): Uint8Array =>
  encode('targets', options, {
    targets: Object.fromEntries(
      options.targets.map((target) => [
        target.path,
        'bytes' in target
          ? { length: target.bytes.length, hashes: { sha256: sha256Hex(target.bytes) } }
          : { length: target.length, hashes: { sha256: target.sha256 } },
      ]),
    ),
    delegations: {
      keys: keyTable(options.fulfilKeys),
      roles: [
        {
          name: 'fulfil',
          ...roleOf('fulfil', options.fulfilKeys, options.fulfilThreshold),
          paths: ['fulfil/*'],
          terminating: true,
        },
      ],
    },
  });

const metaOf = (bytes: Uint8Array, role: MetadataRole) => ({
  version: guardMetadata(bytes, role, true).signed.version,
  length: bytes.length,
  hashes: { sha256: sha256Hex(bytes) },
});

/** Unsigned snapshot metadata over signed targets metadata. */
export const buildSnapshot = (options: Common & { targets: Uint8Array }): Uint8Array =>
  encode('snapshot', options, { meta: { 'targets.json': metaOf(options.targets, 'targets') } });

/** Unsigned timestamp metadata over signed snapshot metadata. */
export const buildTimestamp = (options: Common & { snapshot: Uint8Array }): Uint8Array =>
  encode('timestamp', options, { meta: { 'snapshot.json': metaOf(options.snapshot, 'snapshot') } });

const isRole = (value: unknown): value is MetadataRole => typeof value === 'string' && Object.hasOwn(roleLimits, value);

const roleIn = (bytes: Uint8Array): MetadataRole => {
  // The guards refuse a file whose type is not the one asked for, so this peek decides nothing.
  const match = /"_type"\s*:\s*"([a-z]+)"/.exec(Buffer.from(bytes).toString('utf8'))?.[1];
  if (!isRole(match)) throw new BundleError('METADATA', 'this is no TUF metadata');
  return match;
};

/** Adds signatures; one that a key made before is replaced. The result is canonical JSON. */
export const signMetadata = (bytes: Uint8Array, keys: readonly SigningKey[]): Uint8Array => {
  const { signed, signatures } = guardMetadata(bytes, roleIn(bytes), true);
  const covered = canonicalJson(signed);
  const byId = new Map(signatures.map(({ keyid, sig }) => [keyid, sig]));
  for (const key of keys) byId.set(key.keyid, Buffer.from(signBytes(covered, key)).toString('hex'));
  const sorted = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([keyid, sig]) => ({ keyid, sig }));
  return canonicalJson({ signatures: sorted, signed });
};

export type MetadataDescription = {
  role: MetadataRole;
  version: number;
  expires: string;
  /** SHA-256 of the file, for people to compare. */
  sha256: string;
  /** Who signed, by key id; unproven. */
  signers: string[];
  /** Of a root: each role's key ids and threshold. */
  roles?: Record<string, { keyids: string[]; threshold: number }>;
  signed: GuardedMetadata['signed'];
};

const rolesOf = (signed: Record<string, unknown>): MetadataDescription['roles'] => {
  const roles = signed['roles'];
  if (typeof roles !== 'object' || roles === null) return undefined;
  return Object.fromEntries(
    Object.entries(roles).map(([name, role]: [string, { keyids: string[]; threshold: number }]) => [
      name,
      { keyids: role.keyids, threshold: role.threshold },
    ]),
  );
};

/** Reads metadata for showing it; checks its shape, not its signatures. */
export const describeMetadata = (bytes: Uint8Array): MetadataDescription => {
  const role = roleIn(bytes);
  const { signed, signatures } = guardMetadata(bytes, role, true);
  const roles = role === 'root' ? rolesOf(signed) : undefined;
  return {
    role,
    version: signed.version,
    expires: signed.expires,
    sha256: sha256Hex(bytes),
    signers: signatures.map(({ keyid }) => keyid),
    ...defined({ roles }),
    signed,
  };
};
