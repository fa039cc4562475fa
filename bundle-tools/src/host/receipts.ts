import { join } from 'node:path';
import { encodeEnvelope, parseEnvelope } from '../documents/envelope.ts';
import { limits } from '../documents/limits.ts';
import { claimedReceiptSite, type OpenedReceipt, openReceipt } from '../documents/receipt.ts';
import type { SiteRequest } from '../documents/request.ts';
import { BundleError } from '../errors.ts';
import { lstatSync, readdirSync } from '../person/files.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { readBounded } from './read-bounded.ts';
import { allSignKeysOf, getSite, type Site, type SiteRecord, writeRecord } from './sites.ts';
import type { HostState } from './state.ts';

/** Receipts that the host does not hold yet, checked, in the order of their numbers. */
type NewReceipt = { readonly bytes: Uint8Array; readonly opened: OpenedReceipt };

/** What the chain of receipts says after some more of them. */
export type ReceiptChain = {
  readonly fresh: ReadonlyArray<NewReceipt>;
  readonly head: SiteRecord['receipt'];
  /** Numbers that this host has lost: a bundle that names the last one it holds makes the site send them again. */
  readonly gap?: SiteRecord['receipt_gap'];
};

/** Whose receipts they are, and which of them are held. */
type ReceiptOwner = {
  readonly name: string;
  readonly keys: ReadonlyArray<Uint8Array>;
  /** Where the held chain begins. */
  readonly from: number;
  readonly has: (receipt: OpenedReceipt) => boolean;
};

const chainError = (owner: Pick<ReceiptOwner, 'name'>, text: string): BundleError =>
  new BundleError('CHAIN', `receipts of site ${owner.name}: ${text}`);

/** Opens a receipt of this site; one that the site did not sign as it stands is a broken chain. */
const openOwn = (owner: ReceiptOwner, bytes: Uint8Array): OpenedReceipt => {
  try {
    return openReceipt(bytes, owner.keys);
  } catch (error) {
    if (error instanceof BundleError && error.code === 'SIGNATURE')
      throw new BundleError('CHAIN', `receipts of site ${owner.name}: ${error.message}`, { cause: error });
    throw error;
  }
};

const receiptName = (number: number, digest: string): string => `${number}-${digest.slice(0, 8)}.dsse.json`;
const folderOf = (site: Site): string => join(site.folder, 'receipts');

/** A site that this host knows, as the owner of its receipts. */
export const ownerOf = (site: Site): ReceiptOwner => ({
  name: site.record.site,
  keys: allSignKeysOf(site),
  from: site.record.receipts_from ?? 1,
  has: ({ predicate, digest }) => isThere(join(folderOf(site), receiptName(predicate.number, digest))),
});

/**
 * Checks receipts against what the host holds: signed by the site, numbered without a gap, each naming the one before;
 * those that the host holds already must be the same ones. Where it holds none yet, the chain starts with the first that
 * arrives. `mayHaveLost`: the site imported a bundle that this host does not know, so the host went back to a backup and
 * the receipts that it once had are asked for again. Any other gap is CHAIN.
 */
export const checkReceipts = (
  owner: ReceiptOwner,
  receipts: ReadonlyArray<Uint8Array>,
  held: SiteRecord['receipt'],
  mayHaveLost: boolean,
): ReceiptChain => {
  const opened = receipts
    .map((bytes) => ({ bytes, opened: openOwn(owner, bytes) }))
    .sort((a, b) => a.opened.predicate.number - b.opened.predicate.number);
  let head = held;
  let previous: OpenedReceipt | undefined;
  const fresh: NewReceipt[] = [];
  let gap: SiteRecord['receipt_gap'];
  for (const receipt of opened) {
    const { predicate, digest } = receipt.opened;
    const { number } = predicate;
    if (predicate.site !== owner.name) throw chainError(owner, `receipt ${number} names site ${predicate.site}`);
    const isRepeated = previous?.digest === digest;
    // Whatever the host holds, what comes together must hang together.
    if (previous !== undefined && !isRepeated) {
      if (number !== previous.predicate.number + 1 || predicate.prev !== previous.digest)
        throw chainError(owner, `receipt ${number} does not follow receipt ${previous.predicate.number}`);
    }
    previous = receipt.opened;
    if (isRepeated || gap !== undefined) continue;
    if (head !== undefined && number <= head.number) {
      const isOlder = number < owner.from;
      if (number === head.number ? digest !== head.digest : !isOlder && !owner.has(receipt.opened))
        throw chainError(owner, `receipt ${number} was changed`);
      continue;
    }
    if (head !== undefined && number > head.number + 1 && mayHaveLost) {
      gap = { from: head.number + 1, to: number - 1 };
      continue;
    }
    if (head !== undefined && (number !== head.number + 1 || predicate.prev !== head.digest))
      throw chainError(owner, `receipt ${number} does not follow receipt ${head.number}`);
    // The number and the link can be right although the site went back: to before the entries that it wrote since.
    if (head !== undefined && predicate.journal.entries < head.journal.entries)
      throw new BundleError(
        'SITE_REVERTED',
        `receipts of site ${owner.name}: receipt ${number} says that the journal of the site has ${predicate.journal.entries} entries, an earlier one ${head.journal.entries}`,
      );
    head = { number, digest, seq: predicate.after.seq, tuf: predicate.after.tuf, journal: predicate.journal };
    fresh.push(receipt);
  }
  return { fresh, head, ...defined({ gap }) };
};

/** The receipts of a request, as the bytes that the site signed. */
export const receiptsOf = (request: SiteRequest): ReadonlyArray<Uint8Array> =>
  request.receipts.map((envelope) => encodeEnvelope(envelope));

/** Stores receipts before the record names them, so that the record never names one that is not there. */
export const storeReceipts = (site: Site, chain: ReceiptChain): void => {
  ensureDir(folderOf(site));
  for (const { bytes, opened } of chain.fresh) {
    const path = join(folderOf(site), receiptName(opened.predicate.number, opened.digest));
    if (!isThere(path)) writeFileDurable(path, bytes);
  }
};

/** The record after some more receipts. */
export const withReceipts = (record: SiteRecord, chain: ReceiptChain, begins: boolean): SiteRecord => {
  const { receipt: held, receipt_gap: _gap, receipts_from: heldFrom, ...rest } = record;
  const head = begins ? chain.head : (chain.head ?? held);
  const from = begins ? chain.fresh[0]?.opened.predicate.number : heldFrom;
  return {
    ...rest,
    ...defined({ receipt: head, receipts_from: from, receipt_gap: chain.gap }),
  };
};

/** The stored chain of a site, oldest first: each signed by the site, each following the one before. CHAIN when not. */
export const readReceipts = (site: Site): ReadonlyArray<OpenedReceipt> => {
  const { receipt: head, receipts_from: from } = site.record;
  if (head === undefined) return [];
  const owner = ownerOf(site);
  const chain: OpenedReceipt[] = [];
  let digest: string | undefined = head.digest;
  for (let number = head.number; number >= (from ?? 1); number -= 1) {
    if (digest === undefined) throw chainError(owner, `receipt ${number + 1} names none before it`);
    const path = join(folderOf(site), receiptName(number, digest));
    if (!isThere(path)) throw chainError(owner, `receipt ${number} is missing`);
    const opened = openOwn(owner, readBounded(path, limits.receiptBytes));
    if (opened.digest !== digest || opened.predicate.number !== number)
      throw chainError(owner, `receipt ${number} was changed`);
    chain.push(opened);
    digest = opened.predicate.prev;
  }
  return chain.reverse();
};

const maxFiles = 10_000;

/** The receipts in a folder, by the site that each says it comes from; nothing is proven yet. */
export const receiptsIn = (folder: string): ReadonlyMap<string, ReadonlyArray<Uint8Array>> => {
  const found = new Map<string, Uint8Array[]>();
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return found;
  const names = readdirSync(folder)
    .filter((name) => !name.startsWith('.') && name.endsWith('.json'))
    .sort();
  if (names.length > maxFiles) throw new BundleError('LIMIT', `${folder} holds more than ${maxFiles} receipts`);
  for (const name of names) {
    const bytes = readBounded(join(folder, name), limits.receiptBytes);
    const site = claimedReceiptSite(bytes);
    found.set(site, [...(found.get(site) ?? []), encodeEnvelope(parseEnvelope(bytes, limits.receiptBytes))]);
  }
  return found;
};

/** What came of the receipts of one site on a medium. */
export type TakenReceipts = {
  readonly site: string;
  readonly taken: number;
  readonly refused?: { readonly code: BundleError['code']; readonly message: string };
};

/** Takes the receipts that lie in a folder of a medium, site by site; a broken chain of one does not stop the others. */
export const takeReceipts = (state: HostState, folder: string): ReadonlyArray<TakenReceipts> =>
  [...receiptsIn(folder)].map(([name, receipts]) => {
    try {
      const site = getSite(state, name);
      const chain = checkReceipts(ownerOf(site), receipts, site.record.receipt, false);
      storeReceipts(site, chain);
      writeRecord(site.folder, withReceipts(site.record, chain, site.record.receipt === undefined));
      return { site: name, taken: chain.fresh.length };
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      return { site: name, taken: 0, refused: { code: error.code, message: error.message } };
    }
  });
