import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeInventory } from '../documents/inventory.ts';
import { encodePolicy } from '../documents/policy.ts';
import { BundleError } from '../errors.ts';
import { isThere } from '../platform/is-there.ts';
import { buildTargets, createRoot } from '../trust/repository.ts';
import { type KeyFile, signingKeysOf } from './key-files.ts';
import { rememberLabels } from './labels.ts';
import { daysAfter, lifetimeDays } from './lifetimes.ts';
import { generateOnlineKeys, onlineRoles, storeOnlineKeys } from './online-keys.ts';
import { checkNoProposal, type Proposal, signProposal, storeProposal } from './proposal.ts';
import { checkSigned, publishProposal } from './publish.ts';
import { createSealKey, readSealKeys } from './seal-keys.ts';
import type { HostState } from './state.ts';
import { type Published, toPublished } from './trust-files.ts';

// The first trust of a host: root keys held offline by several people, a curator's key, online keys on the host.

/** What is decided at the ceremony. */
type CeremonyOptions = {
  readonly state: HostState;
  readonly rootKeys: ReadonlyArray<KeyFile>;
  readonly rootThreshold: number;
  readonly curatorKeys: ReadonlyArray<KeyFile>;
  readonly curatorThreshold: number;
  readonly graceDays: number;
  readonly nowMs: number;
};

const checkDistinct = (files: ReadonlyArray<KeyFile>, what: string): void => {
  if (new Set(files.map((file) => file.keyid)).size !== files.length)
    throw new BundleError('USAGE', `two ${what} files hold the same key`);
};

const checkThreshold = (files: ReadonlyArray<KeyFile>, threshold: number, what: string): void => {
  if (threshold > files.length)
    throw new BundleError(
      'USAGE',
      `${what}: a threshold of ${threshold} needs as many keys; ${files.length} are given`,
    );
};

/** Refuses keys that cannot do what they are named for. */
export const checkKeys = (
  rootKeys: ReadonlyArray<KeyFile>,
  rootThreshold: number,
  curatorKeys: ReadonlyArray<KeyFile>,
  curatorThreshold: number,
): void => {
  checkDistinct(rootKeys, 'root key');
  checkDistinct(curatorKeys, 'curator key');
  checkThreshold(rootKeys, rootThreshold, 'root');
  checkThreshold(curatorKeys, curatorThreshold, 'curator');
  const roots = new Set(rootKeys.map((file) => file.keyid));
  if (curatorKeys.some((file) => roots.has(file.keyid)))
    throw new BundleError('USAGE', 'a curator key must not be a root key as well');
};

/** The text of policy.json. */
export const policyBytes = (state: HostState, graceDays: number): Uint8Array =>
  encodePolicy({
    format: 'sallyport-policy/1',
    // Only the present key: one that is being replaced opens what is under way, nothing new.
    seal_keys: readSealKeys(state)
      .slice(0, 1)
      .map((key) => Buffer.from(key.publicKey).toString('base64')),
    grace_days: graceDays,
    min_importer: '0.1.0',
  });

/** Proposes the first root and the first, empty catalog, signed by those keys that are here. */
export const proposeInit = (options: CeremonyOptions): Proposal => {
  const { state, nowMs } = options;
  if (isThere(join(state.trust, '1.root.json')))
    throw new BundleError('EXISTS', 'this state has a root already; use: trust rotate');
  checkNoProposal(state);
  checkKeys(options.rootKeys, options.rootThreshold, options.curatorKeys, options.curatorThreshold);
  // Left by an interrupted ceremony: without a root it was never used.
  for (const folder of [state.trust, state.keys]) for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const online = generateOnlineKeys(onlineRoles);
  storeOnlineKeys(state, online);
  createSealKey(state);
  const policy = policyBytes(state, options.graceDays);
  const root = createRoot({
    version: 1,
    expires: daysAfter(nowMs, lifetimeDays.root),
    rootKeys: options.rootKeys.map((file) => file.publicKey),
    rootThreshold: options.rootThreshold,
    targetsKeys: options.curatorKeys.map((file) => file.publicKey),
    targetsThreshold: options.curatorThreshold,
    snapshotKeys: [online.snapshot.publicKey],
    timestampKeys: [online.timestamp.publicKey],
  });
  const targets = buildTargets({
    version: 1,
    expires: daysAfter(nowMs, lifetimeDays.targets),
    targets: [
      { path: 'policy.json', bytes: policy },
      { path: 'catalog/1/inventory.jsonl', bytes: encodeInventory([]) },
    ],
    fulfilKeys: [online.fulfil.publicKey],
    fulfilThreshold: 1,
  });
  rememberLabels(state, [...options.rootKeys, ...options.curatorKeys]);
  const proposal = { root: toPublished(root), targets: toPublished(targets), policy };
  return signProposal(proposal, undefined, signingKeysOf([...options.rootKeys, ...options.curatorKeys]));
};

/** Makes the root, the first, empty catalog and the online metadata, with enough secret keys at hand. */
export const initTrust = (options: CeremonyOptions): Published => {
  const proposal = proposeInit(options);
  checkSigned(proposal, undefined);
  storeProposal(options.state, proposal);
  return publishProposal(options.state, proposal, options.nowMs);
};
