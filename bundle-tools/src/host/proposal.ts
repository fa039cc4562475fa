import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../documents/canonical-json.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir, syncDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import type { SigningKey } from '../trust/keys.ts';
import { signMetadata } from '../trust/repository.ts';
import { readBounded } from './read-bounded.ts';
import { type RoleKeys, roleKeysOf, validSigners } from './role-keys.ts';
import type { HostState } from './state.ts';
import { type Published, toPublished } from './trust-files.ts';

// A change of keys is proposed as a whole and published as a whole, once enough of the people have signed who must. Until
// then it lies in pending/ and nothing that a site could see has changed.

/** Metadata that waits for signatures. `policy` belongs to the first targets of a host. */
export type Proposal = {
  readonly root?: Published;
  readonly targets?: Published;
  readonly policy?: Uint8Array;
};

/** Who must sign what, and who has. */
export type Requirement = {
  readonly what: string;
  readonly who: string;
  readonly threshold: number;
  readonly keyids: ReadonlyArray<string>;
  readonly signed: ReadonlyArray<string>;
};

const requirement = (file: Published, who: string, holders: RoleKeys): Requirement => ({
  what: `${file.described.role} ${file.version}`,
  who,
  threshold: holders.threshold,
  keyids: holders.keyids,
  signed: validSigners(file, holders),
});

/**
 * What a proposal needs: a root the threshold of the root before and its own (spec 5.3.4), targets the threshold of
 * their curators. `before` is the root in force.
 */
export const requirementsOf = (
  proposal: Pick<Proposal, 'root' | 'targets'>,
  before: Published | undefined,
): ReadonlyArray<Requirement> => {
  const { root, targets } = proposal;
  const inForce = root ?? before;
  return [
    ...(root === undefined || before === undefined
      ? []
      : [requirement(root, 'the root keys in force', roleKeysOf(before, 'root'))]),
    ...(root === undefined ? [] : [requirement(root, 'its own root keys', roleKeysOf(root, 'root'))]),
    ...(targets === undefined || inForce === undefined
      ? []
      : [requirement(targets, 'the curators', roleKeysOf(inForce, 'targets'))]),
  ];
};

/** Whether enough have signed. */
export const isMet = ({ signed, threshold }: Requirement): boolean => signed.length >= threshold;

/** A requirement as a line for people. */
export const requirementText = ({ what, who, threshold, signed }: Requirement): string =>
  `${what}: ${signed.length} of ${threshold} signatures of ${who}`;

/** Adds the signatures of those keys that count for a file. */
export const signProposal = (
  proposal: Proposal,
  before: Published | undefined,
  keys: ReadonlyArray<SigningKey>,
): Proposal => {
  const needed = requirementsOf(proposal, before);
  const sign = (file: Published): Published => {
    const what = `${file.described.role} ${file.version}`;
    const holders = new Set(needed.filter((entry) => entry.what === what).flatMap(({ keyids }) => keyids));
    return toPublished(
      signMetadata(
        file.bytes,
        keys.filter(({ keyid }) => holders.has(keyid)),
      ),
    );
  };
  return {
    ...proposal,
    ...(proposal.root === undefined ? {} : { root: sign(proposal.root) }),
    ...(proposal.targets === undefined ? {} : { targets: sign(proposal.targets) }),
  };
};

/** Whether two files of metadata have the same content; signatures are not compared. */
export const sameSigned = (a: Published, b: Published): boolean =>
  Buffer.compare(canonicalJson(a.described.signed), canonicalJson(b.described.signed)) === 0;

const load = (path: string, maxBytes: number): Published | undefined =>
  isThere(path) ? toPublished(readBounded(path, maxBytes)) : undefined;

/** The metadata in a folder, as `root.json` and `targets.json`, or with a prefix such as `previous-`. */
export const readFolder = (folder: string, prefix = ''): Pick<Proposal, 'root' | 'targets'> => {
  const root = load(join(folder, `${prefix}root.json`), limits.rootBytes);
  const targets = load(join(folder, `${prefix}targets.json`), limits.targetsBytes);
  if (root !== undefined && root.described.role !== 'root')
    throw new BundleError('METADATA', `${prefix}root.json is ${root.described.role} metadata`);
  if (targets !== undefined && targets.described.role !== 'targets')
    throw new BundleError('METADATA', `${prefix}targets.json is ${targets.described.role} metadata`);
  return defined({ root, targets });
};

/** What waits for signatures on this host; undefined when nothing does. */
export const findProposal = (state: HostState): Proposal | undefined => {
  if (!isThere(state.pending)) return undefined;
  const policy = join(state.pending, 'policy.json');
  return {
    ...readFolder(state.pending),
    ...(isThere(policy) ? { policy: readBounded(policy, limits.policyBytes) } : {}),
  };
};

const filesOf = ({ root, targets, policy }: Proposal): ReadonlyArray<readonly [string, Uint8Array]> => [
  ...(root === undefined ? [] : ([['root.json', root.bytes]] as const)),
  ...(targets === undefined ? [] : ([['targets.json', targets.bytes]] as const)),
  ...(policy === undefined ? [] : ([['policy.json', policy]] as const)),
];

/** Stores what waits; the folder appears whole. */
export const storeProposal = (state: HostState, proposal: Proposal): void => {
  const aside = `${state.pending}.new`;
  rmSync(aside, { recursive: true, force: true });
  ensureDir(aside);
  for (const [name, bytes] of filesOf(proposal)) writeFileDurable(join(aside, name), bytes);
  renameSync(aside, state.pending);
  syncDir(state.dir);
};

/** Stores a proposal with more signatures than before. */
export const updateProposal = (state: HostState, proposal: Proposal): void => {
  for (const [name, bytes] of filesOf(proposal)) writeFileDurable(join(state.pending, name), bytes);
};

/** Takes a proposal away, published or given up. */
export const dropProposal = (state: HostState): void => {
  const aside = `${state.pending}.old`;
  rmSync(aside, { recursive: true, force: true });
  if (isThere(state.pending)) renameSync(state.pending, aside);
  syncDir(state.dir);
  rmSync(aside, { recursive: true, force: true });
};

/** Refuses a second proposal beside one that waits. */
export const checkNoProposal = (state: HostState): void => {
  if (isThere(state.pending))
    throw new BundleError(
      'EXISTS',
      'a change waits for signatures; finish it with trust publish, or give it up with trust discard',
    );
};
