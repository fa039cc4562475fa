import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeInventory } from '../documents/inventory.ts';
import { encodePolicy } from '../documents/policy.ts';
import { BundleError } from '../errors.ts';
import { toTime } from '../platform/ambient.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { sha256Hex } from '../trust/hash.ts';
import { buildSnapshot, buildTargets, buildTimestamp, createRoot, signMetadata } from '../trust/repository.ts';
import { writeCatalogHead } from './catalogs.ts';
import { type KeyFile, signingKeysOf } from './key-files.ts';
import { daysAfter, lifetimeDays } from './lifetimes.ts';
import { createOnlineKeys, createSealKey, readSealKeys } from './online-keys.ts';
import type { HostState } from './state.ts';
import { type Published, publish } from './trust-files.ts';

// The first trust of a host: root keys held offline by several people, a curator's key, online keys on the host.

/** What is decided at the ceremony. */
export type CeremonyOptions = {
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
  if (signingKeysOf(files).length < threshold)
    throw new BundleError('SIGNATURE', `${what}: ${threshold} of the given files must hold a secret key to sign now`);
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

/** Makes the root, the first, empty catalog and the online metadata. */
export const initTrust = (options: CeremonyOptions): Published => {
  const { state, nowMs } = options;
  if (existsSync(join(state.trust, '1.root.json')))
    throw new BundleError('EXISTS', 'this state has a root already; use: trust rotate');
  checkKeys(options.rootKeys, options.rootThreshold, options.curatorKeys, options.curatorThreshold);
  // Left by a ceremony that was interrupted: without a root nobody has seen it.
  for (const folder of [state.trust, state.keys]) for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const online = createOnlineKeys(state);
  createSealKey(state);
  const root = signMetadata(
    createRoot({
      version: 1,
      expires: daysAfter(nowMs, lifetimeDays.root),
      rootKeys: options.rootKeys.map((file) => file.publicKey),
      rootThreshold: options.rootThreshold,
      targetsKeys: options.curatorKeys.map((file) => file.publicKey),
      targetsThreshold: options.curatorThreshold,
      snapshotKeys: [online.snapshot.publicKey],
      timestampKeys: [online.timestamp.publicKey],
    }),
    signingKeysOf(options.rootKeys),
  );
  const policy = policyBytes(state, options.graceDays);
  const inventory = encodeInventory([]);
  const targets = signMetadata(
    buildTargets({
      version: 1,
      expires: daysAfter(nowMs, lifetimeDays.targets),
      targets: [
        { path: 'policy.json', bytes: policy },
        { path: 'catalog/1/inventory.jsonl', bytes: inventory },
      ],
      fulfilKeys: [online.fulfil.publicKey],
      fulfilThreshold: 1,
    }),
    signingKeysOf(options.curatorKeys),
  );
  const snapshot = signMetadata(
    buildSnapshot({ version: 1, expires: daysAfter(nowMs, lifetimeDays.snapshot), targets }),
    [online.snapshot],
  );
  const timestamp = signMetadata(
    buildTimestamp({ version: 1, expires: daysAfter(nowMs, lifetimeDays.timestamp), snapshot }),
    [online.timestamp],
  );
  const folder = join(state.catalogs, '1');
  ensureDir(folder);
  writeFileDurable(join(folder, 'inventory.jsonl'), inventory);
  writeFileDurable(join(folder, 'updates.jsonl'), '');
  writeFileDurable(join(folder, 'policy.json'), policy);
  writeFileDurable(join(folder, 'diff.txt'), 'The first catalog is empty.\n');
  writeCatalogHead(folder, {
    format: 'sallyport-catalog/1',
    catalog: 1,
    created_at: toTime(nowMs),
    targets_version: 1,
    inventory: { sha256: sha256Hex(inventory), size: inventory.length, lines: 0 },
    policy: sha256Hex(policy),
    updates: sha256Hex(new Uint8Array()),
    fulfil: { keys: [Buffer.from(online.fulfil.publicKey).toString('base64')], threshold: 1 },
  });
  publish(state, 'targets', targets);
  publish(state, 'snapshot', snapshot);
  publish(state, 'timestamp', timestamp);
  // The root comes last: a state without a root is no state, so an interrupted ceremony starts again.
  return publish(state, 'root', root);
};
