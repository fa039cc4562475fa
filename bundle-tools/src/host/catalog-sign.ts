import { join } from 'node:path';
import { canonicalJson } from '../documents/canonical-json.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { sha256Hex } from '../trust/hash.ts';
import { buildTargets, describeMetadata, signMetadata } from '../trust/repository.ts';
import { announcementsIn } from './announcements.ts';
import { type CatalogDiff, diffCatalogs, diffText } from './catalog-diff.ts';
import { type Catalog, type CatalogHead, readCatalog, targetIn } from './catalogs.ts';
import { type KeyFile, signingKeysOf } from './key-files.ts';
import { type KeyWarning, keyWarnings } from './key-warnings.ts';
import { daysAfter, lifetimeDays } from './lifetimes.ts';
import { readOnlineKeys } from './online-keys.ts';
import { readBounded } from './read-bounded.ts';
import { fulfilOf, roleKeysOf, validSigners } from './role-keys.ts';
import type { HostState } from './state.ts';
import { rolesIn } from './trust-drawing.ts';
import { getNewest, type Published, publish, toPublished } from './trust-files.ts';

const load = (path: string, maxBytes: number): Published => toPublished(readBounded(path, maxBytes));

/** What a signature did. `diff` is made from the files that are signed, not from what the host wrote about them. */
type CatalogSigning = {
  readonly diff: CatalogDiff;
  readonly diffText: string;
  readonly head: CatalogHead;
  readonly signers: number;
  readonly threshold: number;
  readonly newFulfilKeys: boolean;
  /** What runs out: the root, or the targets as they are signed now. */
  readonly expiring: ReadonlyArray<KeyWarning>;
};

const sameKeys = (head: CatalogHead, previous: Published): boolean => {
  const known = fulfilOf(previous.described.signed).keys.map((key) => Buffer.from(key).toString('base64'));
  return [...known].sort().join() === [...head.fulfil.keys].sort().join();
};

type Previous = { readonly number: number; readonly lines: Catalog['lines']; readonly updates: Catalog['updates'] };

/** The catalog that previous-targets.json lists, from a folder that must hold exactly it. */
const previousContent = (folder: string | undefined, previous: Published): Previous => {
  if (folder === undefined) return { number: 0, lines: [], updates: [] };
  const catalog = readCatalog(folder);
  const { number, sha256 } = targetIn(previous);
  if (sha256Hex(catalog.inventory) !== sha256)
    throw new BundleError('HASH', `${folder} is not catalog ${number}, which was signed last`);
  return catalog;
};

const unsignedTargets = (head: CatalogHead, policyBytes: Uint8Array, expires: string): Uint8Array =>
  buildTargets({
    version: head.targets_version,
    expires,
    targets: [
      { path: 'policy.json', bytes: policyBytes },
      { path: `catalog/${head.catalog}/inventory.jsonl`, length: head.inventory.size, sha256: head.inventory.sha256 },
    ],
    fulfilKeys: head.fulfil.keys.map((key) => Buffer.from(key, 'base64')),
    fulfilThreshold: head.fulfil.threshold,
  });

/**
 * A curator signs a catalog: the hashes of its inventory and policy, and who may fulfil. A second curator adds a
 * signature to the same bytes. Works on a copy of the folder, on a computer without the host's state.
 */
export const signCatalog = (options: {
  readonly folder: string;
  readonly keys: ReadonlyArray<KeyFile>;
  readonly acceptNewFulfilKeys: boolean;
  /** The folder of the catalog that was signed last, to compare with; without it everything counts as new. */
  readonly previousFolder?: string;
  readonly nowMs: number;
}): CatalogSigning => {
  const { folder, keys, nowMs } = options;
  const catalog = readCatalog(folder);
  const { head, policy } = catalog;
  const root = load(join(folder, 'root.json'), limits.rootBytes);
  const previous = load(join(folder, 'previous-targets.json'), limits.targetsBytes);
  const curators = roleKeysOf(root, 'targets');
  const { keyids, threshold } = curators;
  for (const file of keys)
    if (!keyids.includes(file.keyid))
      throw new BundleError('SIGNATURE', `the key in ${file.path} is not a curator's key by root ${root.version}`);
  if (validSigners(previous, curators).length < threshold)
    throw new BundleError('SIGNATURE', 'previous-targets.json is not signed by the curators of this root');
  if (head.targets_version <= previous.version)
    throw new BundleError(
      'ROLLBACK',
      `the catalog wants targets ${head.targets_version}, signed was ${previous.version}`,
    );
  const before = previousContent(options.previousFolder, previous);
  const diff = diffCatalogs(before, catalog);
  const announcements = announcementsIn(folder, [...diff.added, ...diff.changed]);
  const newFulfilKeys = !sameKeys(head, previous);
  if (newFulfilKeys && !options.acceptNewFulfilKeys)
    throw new BundleError(
      'SIGNATURE',
      'the catalog names other fulfil keys than the one before; sign with --accept-new-fulfil-keys if the host changed them',
    );
  const path = join(folder, 'targets.json');
  const begun = isThere(path) ? load(path, limits.targetsBytes) : undefined;
  const fresh = unsignedTargets(head, policy, begun?.described.expires ?? daysAfter(nowMs, lifetimeDays.targets));
  const isSame =
    begun !== undefined &&
    Buffer.compare(canonicalJson(begun.described.signed), canonicalJson(describeMetadata(fresh).signed)) === 0;
  const signed = signMetadata(isSame ? begun.bytes : fresh, signingKeysOf(keys));
  writeFileDurable(path, signed);
  const written = load(path, limits.targetsBytes);
  return {
    diff,
    diffText: diffText(head.catalog, before.number, diff, catalog, { announcements }),
    head,
    newFulfilKeys,
    threshold,
    signers: validSigners(written, curators).length,
    expiring: keyWarnings(rolesIn({ root, targets: written }, nowMs)),
  };
};

/** Publishes a catalog that enough curators have signed; undefined when it still waits for them. */
export const publishSigned = (state: HostState, folder: string): Published | undefined => {
  const path = join(folder, 'targets.json');
  if (!isThere(path)) return undefined;
  const { head, policy } = readCatalog(folder);
  const targets = load(path, limits.targetsBytes);
  const root = getNewest(state, 'root');
  const before = getNewest(state, 'targets');
  const curators = roleKeysOf(root, 'targets');
  if (validSigners(targets, curators).length < curators.threshold) return undefined;
  if (targets.version <= before.version)
    throw new BundleError(
      'ROLLBACK',
      `catalog ${head.catalog} is signed as targets ${targets.version}, published is ${before.version}; build it again`,
    );
  const expected = describeMetadata(unsignedTargets(head, policy, targets.described.expires)).signed;
  if (Buffer.compare(canonicalJson(expected), canonicalJson(targets.described.signed)) !== 0)
    throw new BundleError(
      'METADATA',
      `the targets metadata of catalog ${head.catalog} says something else than the catalog`,
    );
  if (!fulfilOf(targets.described.signed).keyids.includes(readOnlineKeys(state).fulfil.keyid))
    throw new BundleError(
      'SIGNATURE',
      `catalog ${head.catalog} was built before the fulfil key changed; build it again`,
    );
  return publish(state, 'targets', targets.bytes);
};
