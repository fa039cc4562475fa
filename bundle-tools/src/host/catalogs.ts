import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { base64Of, encodeDocument, hex, int, parseDocument, time } from '../documents/fields.ts';
import { type InventoryLine, parseInventory } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { sha256Hex } from '../trust/hash.ts';
import { parseUpdates, type Update } from '../updates/update.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';
import { getNewest, type Published } from './trust-files.ts';

// catalogs/<n>/: what a curator is asked to sign, as a folder that can be carried to another computer.
//   catalog.json            what it is, and what the targets metadata will say
//   inventory.jsonl, policy.json, updates.jsonl
//   diff.txt                what changed, for people
//   root.json, previous-targets.json   to check the curator's key and to count on
//   targets.json            written by `catalog sign`

const catalogSchema = z.strictObject({
  format: z.literal('sallyport-catalog/1'),
  catalog: int.min(1),
  created_at: time,
  targets_version: int.min(1),
  inventory: z.strictObject({ sha256: hex, size: int, lines: int }),
  policy: hex,
  updates: hex,
  fulfil: z.strictObject({ keys: z.array(base64Of(32)).min(1).max(16), threshold: int.min(1) }),
});

/** The head of a catalog folder. */
export type CatalogHead = z.infer<typeof catalogSchema>;

/** A catalog folder, read and compared with its own head. */
export type Catalog = {
  readonly folder: string;
  readonly number: number;
  readonly inventory: Uint8Array;
  readonly lines: ReadonlyArray<InventoryLine>;
  readonly policy: Uint8Array;
  readonly updates: ReadonlyArray<Update>;
};

const maxUpdatesBytes = 64 * 1024 * 1024;

/** The numbers of the catalog folders. */
export const catalogNumbers = (state: HostState): ReadonlyArray<number> =>
  readdirSync(state.catalogs)
    .filter((name) => /^[1-9][0-9]{0,8}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);

/** The folder of a catalog. */
export const catalogFolder = (state: HostState, number: number): string => join(state.catalogs, String(number));

/** The head of a catalog folder. */
export const readCatalogHead = (folder: string): CatalogHead => {
  const path = join(folder, 'catalog.json');
  if (!isThere(path)) throw new BundleError('NOT_FOUND', `${folder} is no catalog`);
  return parseDocument(catalogSchema, readBounded(path, limits.policyBytes), 'catalog.json', limits.policyBytes);
};

/** Stores the head of a catalog folder; the last file, so that a folder with a head is whole. */
export const writeCatalogHead = (folder: string, head: CatalogHead): void =>
  writeFileDurable(join(folder, 'catalog.json'), encodeDocument(catalogSchema, head, 'catalog.json'));

const readParts = (folder: string, number: number): Catalog => {
  const inventory = readBounded(join(folder, 'inventory.jsonl'), limits.inventoryBytes);
  return {
    folder,
    number,
    inventory,
    lines: parseInventory(inventory),
    policy: readBounded(join(folder, 'policy.json'), limits.policyBytes),
    updates: parseUpdates(readBounded(join(folder, 'updates.jsonl'), maxUpdatesBytes)),
  };
};

/** Reads a catalog folder and checks that its files are the ones its head names. */
export const readCatalog = (folder: string): Catalog & { readonly head: CatalogHead } => {
  const head = readCatalogHead(folder);
  const catalog = readParts(folder, head.catalog);
  const updates = readBounded(join(folder, 'updates.jsonl'), maxUpdatesBytes);
  if (
    sha256Hex(catalog.inventory) !== head.inventory.sha256 ||
    sha256Hex(catalog.policy) !== head.policy ||
    sha256Hex(updates) !== head.updates
  )
    throw new BundleError('HASH', `the files in ${folder} are not the ones that catalog.json names`);
  const line = catalog.lines.find(({ path }) => path === 'updates.jsonl');
  if (line !== undefined && line.sha256 !== head.updates)
    throw new BundleError('HASH', `the inventory in ${folder} lists another updates.jsonl`);
  return { ...catalog, head };
};

/** The catalog that targets metadata lists. */
export const targetIn = (targets: Published): { number: number; sha256: string; policy: string } => {
  const listed = targets.described.signed['targets'] as Record<string, { hashes: Record<string, string> }>;
  for (const [path, { hashes }] of Object.entries(listed)) {
    const number = /^catalog\/([1-9][0-9]{0,8})\/inventory\.jsonl$/.exec(path)?.[1];
    if (number !== undefined)
      return {
        number: Number(number),
        sha256: hashes['sha256'] ?? '',
        policy: listed['policy.json']?.hashes['sha256'] ?? '',
      };
  }
  throw new BundleError('METADATA', 'the targets metadata lists no catalog');
};

/** The catalog that the newest targets metadata lists, compared with what was signed. */
export const signedCatalog = (state: HostState): Catalog & { readonly targets: Published } => {
  const targets = getNewest(state, 'targets');
  const { number, sha256, policy } = targetIn(targets);
  const catalog = readParts(catalogFolder(state, number), number);
  if (sha256Hex(catalog.inventory) !== sha256 || sha256Hex(catalog.policy) !== policy)
    throw new BundleError('HASH', `the files of catalog ${number} are not the signed ones`);
  return { ...catalog, targets };
};

/** The folders of whole catalogs above the signed one, by number. */
export const pendingFolders = (state: HostState): ReadonlyArray<string> => {
  const signed = targetIn(getNewest(state, 'targets')).number;
  return catalogNumbers(state)
    .filter((number) => number > signed)
    .map((number) => catalogFolder(state, number))
    .filter((folder) => isThere(join(folder, 'catalog.json')));
};

/** The newest catalog that waits for a curator; undefined when there is none. */
export const findPendingCatalog = (state: HostState): (Catalog & { readonly head: CatalogHead }) | undefined => {
  const folder = pendingFolders(state).at(-1);
  return folder === undefined ? undefined : readCatalog(folder);
};
