import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodeEnvelope } from '../documents/envelope.ts';
import { limits } from '../documents/limits.ts';
import { type OpenedReceipt, openReceipt } from '../documents/receipt.ts';
import type { SiteRequest } from '../documents/request.ts';
import { BundleError } from '../errors.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { readBounded } from './read-bounded.ts';
import { allSignKeysOf, type Site, type SiteRecord } from './sites.ts';

/** Receipts of a request that the host does not hold yet, checked, in the order of their numbers. */
export type NewReceipt = { readonly bytes: Uint8Array; readonly opened: OpenedReceipt };

/** What the chain of receipts says after a request. */
export type ReceiptChain = { readonly fresh: ReadonlyArray<NewReceipt>; readonly head: SiteRecord['receipt'] };

const chainError = (site: Site, text: string): BundleError =>
  new BundleError('CHAIN', `receipts of site ${site.record.site}: ${text}`);

/** Opens a receipt of this site; one that the site did not sign as it stands is a broken chain. */
const openOwn = (site: Site, bytes: Uint8Array, keys: ReadonlyArray<Uint8Array>): OpenedReceipt => {
  try {
    return openReceipt(bytes, keys);
  } catch (error) {
    if (error instanceof BundleError && error.code === 'SIGNATURE')
      throw new BundleError('CHAIN', `receipts of site ${site.record.site}: ${error.message}`, { cause: error });
    throw error;
  }
};

/**
 * Checks the receipts that a request carries: signed by the site, numbered without a gap, each naming the one before.
 * Receipts that the host holds already must be the same ones. Where the host holds none yet, the chain starts with the
 * first that arrives.
 */
export const checkReceipts = (site: Site, request: SiteRequest, held: SiteRecord['receipt']): ReceiptChain => {
  const keys = allSignKeysOf(site);
  const opened = request.receipts
    .map((envelope) => encodeEnvelope(envelope))
    .map((bytes) => ({ bytes, opened: openOwn(site, bytes, keys) }))
    .sort((a, b) => a.opened.predicate.number - b.opened.predicate.number);
  let head = held;
  const fresh: NewReceipt[] = [];
  for (const receipt of opened) {
    const { predicate, digest } = receipt.opened;
    if (predicate.site !== site.record.site)
      throw chainError(site, `receipt ${predicate.number} names site ${predicate.site}`);
    if (head !== undefined && predicate.number <= head.number) {
      if (predicate.number === head.number && digest !== head.digest)
        throw chainError(site, `receipt ${predicate.number} was changed`);
      continue;
    }
    if (head !== undefined && (predicate.number !== head.number + 1 || predicate.prev !== head.digest))
      throw chainError(site, `receipt ${predicate.number} does not follow receipt ${head.number}`);
    head = { number: predicate.number, digest, seq: predicate.after.seq, tuf: predicate.after.tuf };
    fresh.push(receipt);
  }
  return { fresh, head };
};

const receiptName = (number: number, digest: string): string => `${number}-${digest.slice(0, 8)}.dsse.json`;

/** Stores receipts before the record names them, so that the record never names one that is not there. */
export const storeReceipts = (site: Site, chain: ReceiptChain): void => {
  const folder = join(site.folder, 'receipts');
  ensureDir(folder);
  for (const { bytes, opened } of chain.fresh) {
    const path = join(folder, receiptName(opened.predicate.number, opened.digest));
    if (!existsSync(path)) writeFileDurable(path, bytes);
  }
};

/** Checks the stored receipts of a site: each signed by the site, each following the one before. CHAIN when not. */
export const verifyReceipts = (site: Site): { readonly count: number; readonly head: string | null } => {
  const { receipt: head, receipts_from: from } = site.record;
  if (head === undefined) return { count: 0, head: null };
  const folder = join(site.folder, 'receipts');
  const keys = allSignKeysOf(site);
  let count = 0;
  let digest: string | undefined = head.digest;
  for (let number = head.number; number >= (from ?? 1); number -= 1) {
    if (digest === undefined) throw chainError(site, `receipt ${number + 1} names none before it`);
    const path = join(folder, receiptName(number, digest));
    if (!existsSync(path)) throw chainError(site, `receipt ${number} is missing`);
    const opened = openOwn(site, readBounded(path, limits.receiptBytes), keys);
    if (opened.digest !== digest || opened.predicate.number !== number)
      throw chainError(site, `receipt ${number} was changed`);
    count += 1;
    digest = opened.predicate.prev;
  }
  return { count, head: head.digest };
};
