import { dirname, join } from 'node:path';
import { BundleError } from '../errors.ts';
import { rmSync, statSync } from '../person/files.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { signMetadata } from '../trust/repository.ts';
import { type KeyFile, signingKeysOf } from './key-files.ts';
import { type Proposal, type Requirement, readFolder, requirementsOf, sameSigned, signProposal } from './proposal.ts';
import { fulfilOf, roleKeysOf, signaturesOn, validSigners } from './role-keys.ts';
import type { HostState } from './state.ts';
import { findNewest, type Published, toPublished } from './trust-files.ts';

// A proposal on its way from person to person: a folder on a medium, with what is in force beside it, so that a signer
// sees what changes. Each signs on the same medium in turn, or on a copy; `trust publish` takes them together.

const folderName = ({ root, targets }: Proposal): string =>
  root === undefined ? `sallyport-targets-${targets?.version ?? 0}` : `sallyport-root-${root.version}`;

const readme = `A change of keys that waits for signatures. Sign it on any computer that has sallyport-bundle:

  sallyport-bundle trust sign --key KEYFILE THIS-FOLDER

The command shows what changes before it signs. Carry the folder to the next person, then back to the connected host:

  sallyport-bundle trust publish THIS-FOLDER
`;

/** Writes a proposal to a medium; returns its folder. */
export const writeCarried = (state: HostState, proposal: Proposal, medium: string): string => {
  if (!isThere(medium) || !statSync(medium).isDirectory())
    throw new BundleError('NOT_FOUND', `${medium} is no folder; give the medium that goes from person to person`);
  const folder = join(medium, folderName(proposal));
  if (isThere(folder)) throw new BundleError('EXISTS', `${folder} is there already`);
  const files: (readonly [string, Published | undefined])[] = [
    ['previous-root.json', findNewest(state, 'root')],
    ['previous-targets.json', findNewest(state, 'targets')],
    ['targets.json', proposal.targets],
    ['root.json', proposal.root],
  ];
  ensureDir(folder);
  try {
    writeFileDurable(join(folder, 'README.txt'), readme);
    for (const [name, file] of files) if (file !== undefined) writeFileDurable(join(folder, name), file.bytes);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
};

/** A carried proposal and what it follows. */
export type Carried = {
  readonly folder: string;
  readonly proposal: Proposal;
  readonly before: Pick<Proposal, 'root' | 'targets'>;
};

const checkCarried = ({ folder, proposal, before }: Carried): void => {
  const { root, targets } = proposal;
  if (root === undefined && targets === undefined)
    throw new BundleError('NOT_FOUND', `${folder} holds nothing to sign`);
  if (root !== undefined && root.version !== (before.root?.version ?? 0) + 1)
    throw new BundleError('ROOT_CHAIN', `root ${root.version} does not follow root ${before.root?.version ?? 0}`);
  if (root === undefined && before.root === undefined)
    throw new BundleError('MISSING', `${folder} does not say which root is in force`);
  if (before.root !== undefined) {
    const holders = roleKeysOf(before.root, 'root');
    if (validSigners(before.root, holders).length < holders.threshold)
      throw new BundleError('SIGNATURE', `previous-root.json in ${folder} is not signed by its own keys`);
  }
  if (targets !== undefined && before.targets !== undefined && targets.version <= before.targets.version)
    throw new BundleError('ROLLBACK', `targets ${targets.version} would follow targets ${before.targets.version}`);
};

/** Reads a carried proposal; `path` is its folder, or its root or targets file. */
export const readCarried = (path: string): Carried => {
  if (!isThere(path)) throw new BundleError('NOT_FOUND', `there is no ${path}`);
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const carried = { folder, proposal: readFolder(folder), before: readFolder(folder, 'previous-') };
  checkCarried(carried);
  return carried;
};

/** Whether the carried targets name other fulfil keys than those in force. */
export const namesNewFulfilKeys = ({ proposal, before }: Carried): boolean => {
  if (proposal.targets === undefined || before.targets === undefined) return false;
  const ids = (file: Published) => [...fulfilOf(file.described.signed).keyids].sort().join();
  return ids(proposal.targets) !== ids(before.targets);
};

/** Signs a carried proposal with these keys, in its place. */
export const signCarried = (carried: Carried, files: ReadonlyArray<KeyFile>): ReadonlyArray<Requirement> => {
  const { folder, proposal, before } = carried;
  const needed = requirementsOf(proposal, before.root);
  for (const { keyid, path } of files)
    if (!needed.some(({ keyids }) => keyids.includes(keyid)))
      throw new BundleError('SIGNATURE', `the key in ${path} is none of those that sign this change`);
  const signed = signProposal(proposal, before.root, signingKeysOf(files));
  for (const role of ['root', 'targets'] as const) {
    const [old, next] = [proposal[role], signed[role]];
    if (old !== undefined && next !== undefined && Buffer.compare(old.bytes, next.bytes) !== 0)
      writeFileDurable(join(folder, `${role}.json`), next.bytes);
  }
  return requirementsOf(signed, before.root);
};

const withSignatures = (own: Published, more: ReadonlyArray<{ keyid: string; sig: string }>): Published => {
  const { signed } = JSON.parse(Buffer.from(own.bytes).toString('utf8')) as { signed: unknown };
  const byId = new Map([...more, ...signaturesOn(own.bytes)].map(({ keyid, sig }) => [keyid, sig]));
  const signatures = [...byId].map(([keyid, sig]) => ({ keyid, sig }));
  // Signed by no further key: brings the file into its one canonical form.
  return toPublished(signMetadata(Buffer.from(JSON.stringify({ signed, signatures })), []));
};

/** The host's own proposal with the true signatures that a carried copy of it brings. */
export const mergeCarried = (proposal: Proposal, path: string, before: Published | undefined): Proposal => {
  if (!isThere(path)) throw new BundleError('NOT_FOUND', `there is no ${path}`);
  const carried = readFolder(statSync(path).isDirectory() ? path : dirname(path));
  if (carried.root === undefined && carried.targets === undefined)
    throw new BundleError('NOT_FOUND', `${path} holds no root or targets to publish`);
  const needed = requirementsOf(carried, before);
  const both = (role: 'root' | 'targets'): Published | undefined => {
    const [own, other] = [proposal[role], carried[role]];
    if (own === undefined || other === undefined) return own;
    if (!sameSigned(own, other))
      throw new BundleError('METADATA', `${role}.json in ${path} is not the one that this host proposed`);
    const what = `${role} ${other.version}`;
    const signers = new Set(needed.filter((entry) => entry.what === what).flatMap(({ signed }) => signed));
    return withSignatures(
      own,
      signaturesOn(other.bytes).filter(({ keyid }) => signers.has(keyid)),
    );
  };
  const [root, targets] = [both('root'), both('targets')];
  return {
    ...proposal,
    ...defined({ root, targets }),
  };
};
