import type { SigningKey } from '../trust/keys.ts';
import { buildTargets, createRoot } from '../trust/repository.ts';
import { checkKeys } from './ceremony.ts';
import { type KeyFile, signingKeysOf } from './key-files.ts';
import { rememberLabels } from './labels.ts';
import { daysAfter, lifetimeDays } from './lifetimes.ts';
import { generateOnlineKeys, type OnlineKeys, type OnlineRole, storeOnlineKeys } from './online-keys.ts';
import { checkNoProposal, type Proposal, signProposal, storeProposal } from './proposal.ts';
import { checkSigned, publishProposal } from './publish.ts';
import { fulfilOf, roleKeysOf } from './role-keys.ts';
import type { HostState } from './state.ts';
import { getNewest, type Published, toPublished } from './trust-files.ts';

/** What changes; what is not given stays. */
export type RotateOptions = {
  readonly state: HostState;
  /** Keys that sign: root keys in force, curators; who else signs is among the new keys. */
  readonly signers: ReadonlyArray<KeyFile>;
  /** The whole new set of root keys. */
  readonly rootKeys?: ReadonlyArray<KeyFile>;
  readonly rootThreshold?: number;
  /** The whole new set of curator keys. */
  readonly curatorKeys?: ReadonlyArray<KeyFile>;
  readonly curatorThreshold?: number;
  /** Online roles that get a new key. */
  readonly renew: ReadonlySet<OnlineRole>;
  readonly nowMs: number;
};

const targetsIn = (signed: Record<string, unknown>): { path: string; length: number; sha256: string }[] => {
  const targets = signed['targets'] as Record<string, { length: number; hashes: Record<string, string> }>;
  return Object.entries(targets).map(([path, { length, hashes }]) => ({
    path,
    length,
    sha256: hashes['sha256'] ?? '',
  }));
};

const keysOf = (
  files: ReadonlyArray<KeyFile> | undefined,
  held: ReadonlyArray<Uint8Array>,
): ReadonlyArray<Uint8Array> => files?.map((file) => file.publicKey) ?? held;

/** A key as a file would hold it, to judge it together with those that are given. */
const asFile = (publicKey: Uint8Array, keyid: string): KeyFile => ({ path: '', keyid, publicKey, isNew: false });

const checkSets = (options: RotateOptions, before: Published): void => {
  const root = roleKeysOf(before, 'root');
  const targets = roleKeysOf(before, 'targets');
  const held = ({ keys, keyids }: typeof root): KeyFile[] => keys.map((key, at) => asFile(key, keyids[at] ?? ''));
  checkKeys(
    options.rootKeys ?? held(root),
    options.rootThreshold ?? root.threshold,
    options.curatorKeys ?? held(targets),
    options.curatorThreshold ?? targets.threshold,
  );
};

/** A new key of the fulfiller is the curators' matter alone; everything else goes through a new root. */
const changesRoot = ({ rootKeys, rootThreshold, curatorKeys, curatorThreshold, renew }: RotateOptions): boolean =>
  [rootKeys, rootThreshold, curatorKeys, curatorThreshold].some((value) => value !== undefined) ||
  renew.has('snapshot') ||
  renew.has('timestamp') ||
  renew.size === 0;

const nextRoot = (options: RotateOptions, before: Published, online: Partial<OnlineKeys>): Published => {
  const held = (role: 'root' | 'targets' | 'snapshot' | 'timestamp') => roleKeysOf(before, role);
  const own = (key: SigningKey | undefined, role: 'snapshot' | 'timestamp') =>
    key === undefined ? held(role).keys : [key.publicKey];
  return toPublished(
    createRoot({
      version: before.version + 1,
      expires: daysAfter(options.nowMs, lifetimeDays.root),
      rootKeys: keysOf(options.rootKeys, held('root').keys),
      rootThreshold: options.rootThreshold ?? held('root').threshold,
      targetsKeys: keysOf(options.curatorKeys, held('targets').keys),
      targetsThreshold: options.curatorThreshold ?? held('targets').threshold,
      snapshotKeys: own(online.snapshot, 'snapshot'),
      timestampKeys: own(online.timestamp, 'timestamp'),
    }),
  );
};

/** The same content under the next version, for other curators or another fulfiller. */
const nextTargets = (options: RotateOptions, before: Published, fulfil: SigningKey | undefined): Published => {
  const held = fulfilOf(before.described.signed);
  return toPublished(
    buildTargets({
      version: before.version + 1,
      expires: daysAfter(options.nowMs, lifetimeDays.targets),
      targets: targetsIn(before.described.signed),
      fulfilKeys: fulfil === undefined ? held.keys : [fulfil.publicKey],
      fulfilThreshold: fulfil === undefined ? held.threshold : 1,
    }),
  );
};

/** A change of keys with its new online keys; nothing is stored yet. */
type ProposedRotation = { readonly proposal: Proposal; readonly online: Partial<OnlineKeys> };

/** Proposes the next root, and where curators or the fulfiller change, the next targets; signed by the keys at hand. */
export const proposeRotation = (options: RotateOptions): ProposedRotation => {
  const { state, renew } = options;
  checkNoProposal(state);
  const before = getNewest(state, 'root');
  checkSets(options, before);
  const online: Partial<OnlineKeys> = generateOnlineKeys([...renew]);
  const needsTargets =
    renew.has('fulfil') || options.curatorKeys !== undefined || options.curatorThreshold !== undefined;
  const proposal: Proposal = {
    ...(changesRoot(options) ? { root: nextRoot(options, before, online) } : {}),
    ...(needsTargets ? { targets: nextTargets(options, getNewest(state, 'targets'), online.fulfil) } : {}),
  };
  const files = [...options.signers, ...(options.rootKeys ?? []), ...(options.curatorKeys ?? [])];
  return { proposal: signProposal(proposal, before, signingKeysOf(files)), online };
};

/** Stores a proposed change of keys, to be signed by others or published. */
export const storeRotation = (options: RotateOptions, { proposal, online }: ProposedRotation): void => {
  storeOnlineKeys(options.state, online);
  rememberLabels(options.state, [...options.signers, ...(options.rootKeys ?? []), ...(options.curatorKeys ?? [])]);
  storeProposal(options.state, proposal);
};

/** Changes keys at once, with enough secret keys at hand; returns the root in force. */
export const rotateTrust = (options: RotateOptions): Published => {
  const proposed = proposeRotation(options);
  checkSigned(proposed.proposal, getNewest(options.state, 'root'));
  storeRotation(options, proposed);
  return publishProposal(options.state, proposed.proposal, options.nowMs);
};

/** Whether these options change anything but the expiry date of the root. */
export const changesKeys = (options: Omit<RotateOptions, 'state' | 'nowMs' | 'signers'>): boolean =>
  options.renew.size > 0 ||
  [options.rootKeys, options.rootThreshold, options.curatorKeys, options.curatorThreshold].some(
    (value) => value !== undefined,
  );
