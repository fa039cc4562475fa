import { join } from 'node:path';
import { limits } from '../documents/limits.ts';
import { claimedSite, openRequest, type SiteRequest } from '../documents/request.ts';
import { openSealed } from '../documents/sealed.ts';
import { BundleError } from '../errors.ts';
import { listMedium } from '../media/find.ts';
import { toTime } from '../platform/ambient.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { readBounded } from './read-bounded.ts';
import {
  checkReceipts,
  ownerOf,
  type ReceiptChain,
  receiptsOf,
  storeReceipts,
  type TakenReceipts,
  takeReceipts,
  withReceipts,
} from './receipts.ts';
import { readSealKeys } from './seal-keys.ts';
import { journalBehind } from './site-journal.ts';
import {
  findSite,
  getSite,
  keptNotes,
  listSites,
  noteRefused,
  type Site,
  type SiteRecord,
  writeRecord,
} from './sites.ts';
import type { HostState } from './state.ts';

/** A request that was checked against its site's card. */
export type OpenedRequest = {
  readonly site: Site;
  readonly request: SiteRequest;
  /** SHA-256 of the envelope before sealing: what the answer names. */
  readonly digest: string;
};

/** A file that could not be taken as a request, and why. */
type RefusedRequest = { readonly file: string; readonly code: BundleError['code']; readonly message: string };

/** The requests on a medium: the newest of each site, and what was refused or is older. */
type MediumRequests = {
  readonly requests: ReadonlyArray<OpenedRequest>;
  readonly refused: ReadonlyArray<RefusedRequest>;
  readonly superseded: ReadonlyArray<string>;
  /** Sites that were let go back to an older state. */
  readonly reverted: ReadonlyArray<string>;
  /** Receipts that lay on the medium beside the requests. */
  readonly receipts: ReadonlyArray<TakenReceipts>;
};

/** Frames and key slots around a sealed request. */
const sealOverheadBytes = 64 * 1024;
const maxRequests = 1_000;
/** The bundle format that this host writes. */
const writes = 'sallyport-bundle/1';

const openOne = (state: HostState, path: string): OpenedRequest & { envelope: Uint8Array } => {
  const sealed = readBounded(path, limits.requestBytes + sealOverheadBytes);
  const envelope = openSealed(sealed, [...readSealKeys(state)]);
  const site = getSite(state, claimedSite(envelope));
  const opened = openRequest(envelope, site.card.card);
  if (!opened.request.reads.includes(writes))
    throw new BundleError(
      'METADATA',
      `site ${site.record.site} reads ${opened.request.reads.join(', ')}; this host writes ${writes}`,
    );
  return { site, ...opened, envelope };
};

/** How a request goes behind what the host knows of its site; undefined when it does not. */
const revertedText = (opened: OpenedRequest, receipt: SiteRecord['receipt']): string | undefined => {
  const { site, request, digest } = opened;
  const { request: last } = site.record;
  const journal = journalBehind(site.record, request, digest);
  if (last !== undefined && request.number <= last.number && digest !== last.digest)
    return [`request ${request.number} comes after request ${last.number} was taken`, journal]
      .filter((text) => text !== undefined)
      .join(', and ');
  if (journal !== undefined) return journal;
  if (receipt === undefined) return undefined;
  if (request.state.seq < receipt.seq)
    return `its state is at bundle ${request.state.seq}, its receipts at ${receipt.seq}`;
  for (const role of ['root', 'targets'] as const)
    if (request.tuf[role] < receipt.tuf[role])
      return `it holds ${role} ${request.tuf[role]}, its receipts say ${receipt.tuf[role]}`;
  return undefined;
};

/** The site imported a bundle that this host does not know: the host went back to a backup of its own. */
const hasLostBundles = ({ site, request }: OpenedRequest): boolean =>
  request.state.last_bundle !== undefined &&
  !site.record.bundles.some(({ bundle_id: id }) => id === request.state.last_bundle);

/**
 * The chain of receipts with those of a request. A request must move its site forward: a higher number, and a state that
 * is not behind the site's own receipts. The same request again is fine. What goes back is a restored backup or a replay,
 * and a person must say which; a restored site then begins its chain at an earlier link.
 */
const chainOf = (
  opened: OpenedRequest,
  acceptReverted: ReadonlySet<string>,
): { chain: ReceiptChain; begins: boolean; isReverted: boolean } => {
  const { site, request } = opened;
  const held = site.record.receipt;
  const refuse = (text: string): BundleError =>
    new BundleError(
      'SITE_REVERTED',
      `site ${site.record.site}: ${text}. Either an old request lies here, or the site restored a backup`,
    );
  const mayGoBack = acceptReverted.has(site.record.site);
  const behind = revertedText(opened, held);
  if (behind !== undefined && !mayGoBack) throw refuse(behind);
  const isReverted = behind !== undefined;
  const start = isReverted ? undefined : held;
  const chain = checkReceipts(ownerOf(site), receiptsOf(request), start, hasLostBundles(opened));
  const behindOwn = revertedText(opened, chain.head);
  if (behindOwn !== undefined && !mayGoBack) throw refuse(behindOwn);
  return { chain, begins: start === undefined, isReverted: isReverted || behindOwn !== undefined };
};

/** Takes a request: receipts first, then the request itself, then the record that names both. */
const record = (
  opened: OpenedRequest & { envelope: Uint8Array },
  acceptReverted: ReadonlySet<string>,
  nowMs: number,
): { isReverted: boolean } => {
  const { site, request, digest, envelope } = opened;
  const { chain, begins, isReverted } = chainOf(opened, acceptReverted);
  storeReceipts(site, chain);
  writeFileDurable(join(site.folder, 'request.dsse.json'), envelope, 0o600);
  const at = toTime(nowMs);
  const from = Math.max(site.record.seq, site.record.receipt?.seq ?? 0);
  const back = { at, from, to: request.state.seq, request: request.number };
  writeRecord(site.folder, {
    ...withReceipts(site.record, chain, begins),
    ...(isReverted ? { reverted: [...(site.record.reverted ?? []), back].slice(-keptNotes) } : {}),
    request: { number: request.number, id: request.request_id, digest, seen_at: at },
    journal: { entries: request.journal.entries, head: request.journal.head },
  });
  return { isReverted };
};

/** Reads, checks and records the requests of a medium; throws only when no request at all could be taken. */
export const takeRequests = (
  state: HostState,
  media: string,
  options: { acceptReverted: ReadonlySet<string>; nowMs: number },
): MediumRequests => {
  const files = listMedium(media).filter((file) => file.kind === 'request');
  if (files.length > maxRequests) throw new BundleError('LIMIT', `${media} holds more than ${maxRequests} requests`);
  if (files.length === 0) throw new BundleError('NOT_FOUND', `${media} holds no request`);
  const refused: RefusedRequest[] = [];
  const newest = new Map<string, OpenedRequest & { envelope: Uint8Array; file: string }>();
  const superseded: string[] = [];
  let first: unknown;
  const refuse = (file: string, error: unknown, name?: string): void => {
    if (!(error instanceof BundleError)) throw error;
    first ??= error;
    refused.push({ file, code: error.code, message: error.message });
    const site = name === undefined ? undefined : findSite(state, name);
    if (site !== undefined) noteRefused(site, error.code, error.message, toTime(options.nowMs));
  };
  const receipts = takeReceipts(state, join(media, 'receipts'));
  for (const file of files) {
    try {
      const opened = { ...openOne(state, file.path), file: file.name };
      const name = opened.site.record.site;
      const held = newest.get(name);
      if (held !== undefined && held.request.number >= opened.request.number) superseded.push(file.name);
      else {
        if (held !== undefined) superseded.push(held.file);
        newest.set(name, opened);
      }
    } catch (error) {
      refuse(file.name, error);
    }
  }
  const requests: OpenedRequest[] = [];
  const reverted: string[] = [];
  for (const opened of newest.values()) {
    const name = opened.site.record.site;
    try {
      const { isReverted } = record(opened, options.acceptReverted, options.nowMs);
      if (isReverted) reverted.push(name);
      const { request, digest } = opened;
      requests.push({ site: getSite(state, name), request, digest });
    } catch (error) {
      refuse(opened.file, error, name);
    }
  }
  if (requests.length === 0) throw first;
  return { requests, refused, superseded, reverted, receipts };
};

/** The last request of every site: what a catalog is built for. */
export const lastRequests = (state: HostState): ReadonlyArray<OpenedRequest> =>
  listSites(state).flatMap((site) => {
    const path = join(site.folder, 'request.dsse.json');
    if (site.record.request === undefined || !isThere(path)) return [];
    try {
      return [{ site, ...openRequest(readBounded(path, limits.requestBytes), site.card.card) }];
    } catch (error) {
      // Signed under the card before: the site's next request counts.
      if (error instanceof BundleError && error.code === 'SITE_UNKNOWN') return [];
      throw error;
    }
  });
