import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeInventory } from '../documents/inventory.ts';
import { BundleError } from '../errors.ts';
import { toTime } from '../platform/ambient.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { sha256Hex } from '../trust/hash.ts';
import { writeCatalogHead } from './catalogs.ts';
import { dropUnusedOnlineKeys, onlineKeysBy } from './online-keys.ts';
import { signOnlineMetadata } from './online-metadata.ts';
import { dropProposal, isMet, type Proposal, requirementsOf, requirementText, sameSigned } from './proposal.ts';
import { fulfilOf } from './role-keys.ts';
import type { HostState } from './state.ts';
import { findNewest, getNewest, type Published, publish } from './trust-files.ts';

/** Refuses a proposal that not enough people have signed, with what is missing. */
export const checkSigned = (proposal: Proposal, before: Published | undefined): void => {
  const missing = requirementsOf(proposal, before).filter((entry) => !isMet(entry));
  if (missing.length > 0)
    throw new BundleError(
      'SIGNATURE',
      `not enough signatures (${missing.map(requirementText).join('; ')}); give more key files, or have others sign with --carry MEDIUM`,
    );
};

/** The first catalog, which is empty: what the first targets list. */
const writeFirstCatalog = (state: HostState, targets: Published, policy: Uint8Array, nowMs: number): void => {
  const inventory = encodeInventory([]);
  const folder = join(state.catalogs, '1');
  const { keys, threshold } = fulfilOf(targets.described.signed);
  ensureDir(folder);
  writeFileDurable(join(folder, 'inventory.jsonl'), inventory);
  writeFileDurable(join(folder, 'updates.jsonl'), '');
  writeFileDurable(join(folder, 'policy.json'), policy);
  writeFileDurable(join(folder, 'diff.txt'), 'The first catalog is empty.\n');
  writeCatalogHead(folder, {
    format: 'sallyport-catalog/1',
    catalog: 1,
    created_at: toTime(nowMs),
    targets_version: targets.version,
    inventory: { sha256: sha256Hex(inventory), size: inventory.length, lines: 0 },
    policy: sha256Hex(policy),
    updates: sha256Hex(new Uint8Array()),
    fulfil: { keys: keys.map((key) => Buffer.from(key).toString('base64')), threshold },
  });
};

const publishFirst = (state: HostState, { root, targets, policy }: Proposal, nowMs: number): Published => {
  if (root === undefined || targets === undefined || policy === undefined)
    throw new BundleError('NOT_FOUND', `${state.pending} holds no whole ceremony`);
  // Left by an interrupted publication: without a root it was never used.
  for (const name of readdirSync(state.trust)) rmSync(join(state.trust, name));
  writeFirstCatalog(state, targets, policy, nowMs);
  const published = publish(state, 'targets', targets.bytes);
  signOnlineMetadata({ state, targets: published, keys: onlineKeysBy(state, root, published), nowMs });
  // The root comes last: a state without a root is no state, so an interrupted publication starts again.
  return publish(state, 'root', root.bytes);
};

/**
 * Publishes a proposal that enough people have signed: root, targets, then snapshot and timestamp by the keys that
 * these name; keys that nothing names any more are deleted. Every step may be repeated after a crash.
 */
export const publishProposal = (state: HostState, proposal: Proposal, nowMs: number): Published => {
  const before = findNewest(state, 'root');
  const { root, targets } = proposal;
  if (before === undefined) {
    checkSigned(proposal, undefined);
    const first = publishFirst(state, proposal, nowMs);
    dropUnusedOnlineKeys(state);
    dropProposal(state);
    return first;
  }
  // Published by a run that was interrupted: the root before it is what its signatures are judged by no more.
  const isRepeated = root !== undefined && root.version === before.version;
  checkSigned(isRepeated ? (targets === undefined ? {} : { targets }) : proposal, before);
  if (root !== undefined && root.version > before.version + 1)
    throw new BundleError('ROOT_CHAIN', `root ${root.version} does not follow root ${before.version}`);
  const newest = getNewest(state, 'targets');
  const isOvertaken =
    targets !== undefined &&
    (targets.version < newest.version || (targets.version === newest.version && !sameSigned(targets, newest)));
  if (isOvertaken)
    throw new BundleError(
      'ROLLBACK',
      `targets ${newest.version} were published since; give the change up with trust discard and propose it again`,
    );
  const newRoot = root === undefined ? before : publish(state, 'root', root.bytes);
  const newTargets = targets === undefined ? newest : publish(state, 'targets', targets.bytes);
  signOnlineMetadata({ state, targets: newTargets, keys: onlineKeysBy(state, newRoot, newTargets), nowMs });
  dropUnusedOnlineKeys(state);
  dropProposal(state);
  return newRoot;
};
