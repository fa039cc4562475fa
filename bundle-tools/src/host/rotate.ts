import { BundleError } from '../errors.ts';
import { buildTargets, createRoot, signMetadata } from '../trust/repository.ts';
import { checkKeys } from './ceremony.ts';
import { type KeyFile, signingKeysOf } from './key-files.ts';
import { daysAfter, lifetimeDays } from './lifetimes.ts';
import { createOnlineKeys, dropUnusedOnlineKeys, fulfilOf, readOnlineKeys } from './online-keys.ts';
import { signOnlineMetadata } from './online-metadata.ts';
import type { HostState } from './state.ts';
import { getNewest, type Published, publish } from './trust-files.ts';

/** What changes; what is not given stays. */
export type RotateOptions = {
  readonly state: HostState;
  /** Root keys that sign: enough of the present ones, and of the new ones. */
  readonly signers: ReadonlyArray<KeyFile>;
  /** The whole new set of root keys. */
  readonly rootKeys?: ReadonlyArray<KeyFile>;
  readonly rootThreshold?: number;
  /** The whole new set of curator keys, or the present ones when the online keys change. */
  readonly curatorKeys?: ReadonlyArray<KeyFile>;
  readonly curatorThreshold?: number;
  readonly renewOnline: boolean;
  readonly nowMs: number;
};

type RoleName = 'root' | 'targets' | 'snapshot' | 'timestamp';
type RoleKeys = {
  readonly keys: ReadonlyArray<Uint8Array>;
  readonly keyids: ReadonlyArray<string>;
  readonly threshold: number;
};

/** Who holds a role by a root. */
export const roleKeysOf = (root: Published, role: RoleName): RoleKeys => {
  const named = root.described.roles?.[role];
  // The guards have checked this shape.
  const keys = root.described.signed['keys'] as Record<string, { keyval: { public?: unknown } }>;
  if (named === undefined) throw new BundleError('METADATA', `the root names nobody for ${role}`);
  return {
    keyids: named.keyids,
    threshold: named.threshold,
    keys: named.keyids.map((keyid) => Buffer.from(String(keys[keyid]?.keyval.public ?? ''), 'hex')),
  };
};

const countOf = (signers: ReadonlyArray<KeyFile>, keyids: ReadonlyArray<string>): number =>
  signers.filter((file) => file.signing !== undefined && keyids.includes(file.keyid)).length;

const checkSigners = (
  signers: ReadonlyArray<KeyFile>,
  before: RoleKeys,
  keyids: ReadonlyArray<string>,
  threshold: number,
): void => {
  if (countOf(signers, before.keyids) < before.threshold)
    throw new BundleError(
      'SIGNATURE',
      `${before.threshold} of the present root keys must sign; give their files with --sign-key`,
    );
  if (countOf(signers, keyids) < threshold)
    throw new BundleError('SIGNATURE', `${threshold} of the new root keys must sign as well; give their files`);
};

const targetsOf = (signed: Record<string, unknown>): { path: string; length: number; sha256: string }[] => {
  const targets = signed['targets'] as Record<string, { length: number; hashes: Record<string, string> }>;
  return Object.entries(targets).map(([path, { length, hashes }]) => ({
    path,
    length,
    sha256: hashes['sha256'] ?? '',
  }));
};

/** Publishes the next root, and where curator or online keys change, what these sign. */
export const rotateTrust = (options: RotateOptions): Published => {
  const { state, nowMs, signers } = options;
  const before = getNewest(state, 'root');
  const held = { root: roleKeysOf(before, 'root'), targets: roleKeysOf(before, 'targets') };
  const rootKeys = options.rootKeys;
  const curatorKeys = options.curatorKeys;
  const rootThreshold = options.rootThreshold ?? held.root.threshold;
  const curatorThreshold = options.curatorThreshold ?? held.targets.threshold;
  const signing = [...signers, ...(rootKeys ?? [])].filter(
    (file, at, all) => all.findIndex((other) => other.keyid === file.keyid) === at,
  );
  checkSigners(signing, held.root, rootKeys?.map((file) => file.keyid) ?? held.root.keyids, rootThreshold);
  if (rootKeys !== undefined && curatorKeys !== undefined)
    checkKeys(rootKeys, rootThreshold, curatorKeys, curatorThreshold);
  const mustSignTargets = options.renewOnline || curatorKeys !== undefined;
  if (mustSignTargets && signingKeysOf(curatorKeys ?? []).length < curatorThreshold)
    throw new BundleError(
      'SIGNATURE',
      `${curatorThreshold} curator keys must sign the targets again; give their files with --curator-key`,
    );

  const present = readOnlineKeys(state);
  const online = options.renewOnline ? createOnlineKeys(state) : present;
  const root = signMetadata(
    createRoot({
      version: before.version + 1,
      expires: daysAfter(nowMs, lifetimeDays.root),
      rootKeys: rootKeys?.map((file) => file.publicKey) ?? held.root.keys,
      rootThreshold,
      targetsKeys: curatorKeys?.map((file) => file.publicKey) ?? held.targets.keys,
      targetsThreshold: curatorThreshold,
      snapshotKeys: [online.snapshot.publicKey],
      timestampKeys: [online.timestamp.publicKey],
    }),
    signingKeysOf(signing),
  );
  const targets = getNewest(state, 'targets');
  const newTargets = mustSignTargets
    ? signMetadata(
        buildTargets({
          version: targets.version + 1,
          expires: daysAfter(nowMs, lifetimeDays.targets),
          targets: targetsOf(targets.described.signed),
          fulfilKeys: options.renewOnline ? [online.fulfil.publicKey] : fulfilOf(targets.described.signed).publicKeys,
          fulfilThreshold: 1,
        }),
        signingKeysOf(curatorKeys ?? []),
      )
    : undefined;
  const published = newTargets === undefined ? targets : publish(state, 'targets', newTargets);
  const newRoot = publish(state, 'root', root);
  if (mustSignTargets) signOnlineMetadata({ state, targets: published, keys: online, nowMs, renewSnapshot: true });
  if (options.renewOnline) dropUnusedOnlineKeys(state);
  return newRoot;
};
