import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../documents/limits.ts';
import { claimedSite, openRequest, type SiteRequest } from '../documents/request.ts';
import { openSealed } from '../documents/sealed.ts';
import { BundleError } from '../errors.ts';
import { listMedium } from '../media/find.ts';
import { toTime } from '../platform/ambient.ts';
import { writeFileDurable } from '../platform/files.ts';
import { readBounded } from './read-bounded.ts';
import { checkReceipts, storeReceipts } from './receipts.ts';
import { readSealKeys } from './seal-keys.ts';
import { getSite, listSites, type Site, writeRecord } from './sites.ts';
import type { HostState } from './state.ts';

/** A request that was checked against its site's card. */
export type OpenedRequest = {
  readonly site: Site;
  readonly request: SiteRequest;
  /** SHA-256 of the envelope before sealing: what the answer names. */
  readonly digest: string;
};

/** A file that could not be taken as a request, and why. */
export type RefusedRequest = { readonly file: string; readonly code: BundleError['code']; readonly message: string };

/** The requests on a medium: the newest of each site, and what was refused or is older. */
export type MediumRequests = {
  readonly requests: ReadonlyArray<OpenedRequest>;
  readonly refused: ReadonlyArray<RefusedRequest>;
  readonly superseded: ReadonlyArray<string>;
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

/**
 * A request must move its site forward: a higher number, and a state that is not behind the site's own receipts. The
 * same request again is fine. What goes back is a restored backup or a replay, and a person must say which.
 */
const checkForward = ({ site, request, digest }: OpenedRequest, acceptReverted: ReadonlySet<string>): void => {
  if (acceptReverted.has(site.record.site)) return;
  const { request: last, receipt } = site.record;
  const reverted = (text: string) => new BundleError('SITE_REVERTED', `site ${site.record.site}: ${text}`);
  if (last !== undefined && request.number <= last.number && digest !== last.digest)
    throw reverted(`request ${request.number} comes after request ${last.number} was taken`);
  if (receipt === undefined) return;
  if (request.state.seq < receipt.seq)
    throw reverted(`its state is at bundle ${request.state.seq}, its receipts at ${receipt.seq}`);
  for (const role of ['root', 'targets'] as const)
    if (request.tuf[role] < receipt.tuf[role])
      throw reverted(`it holds ${role} ${request.tuf[role]}, its receipts say ${receipt.tuf[role]}`);
};

/** Takes a request: receipts first, then the request itself, then the record that names both. */
const record = (
  opened: OpenedRequest & { envelope: Uint8Array },
  acceptReverted: ReadonlySet<string>,
  nowMs: number,
): void => {
  const { site, request, digest, envelope } = opened;
  // A restored site begins its chain of receipts at an earlier link; it is compared from there on.
  const isReverted = acceptReverted.has(site.record.site);
  const chain = checkReceipts(site, request, isReverted ? undefined : site.record.receipt);
  storeReceipts(site, chain);
  writeFileDurable(join(site.folder, 'request.dsse.json'), envelope, 0o600);
  const { receipt: _, ...rest } = site.record;
  const head = chain.head ?? site.record.receipt;
  const begins = isReverted || site.record.receipt === undefined;
  const from = begins ? (chain.fresh[0]?.opened.predicate.number ?? rest.receipts_from) : rest.receipts_from;
  writeRecord(site.folder, {
    ...rest,
    ...(head === undefined ? {} : { receipt: head }),
    ...(from === undefined ? {} : { receipts_from: from }),
    request: { number: request.number, id: request.request_id, digest, seen_at: toTime(nowMs) },
  });
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
  const refuse = (file: string, error: unknown): void => {
    if (!(error instanceof BundleError)) throw error;
    first ??= error;
    refused.push({ file, code: error.code, message: error.message });
  };
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
  for (const opened of newest.values()) {
    try {
      checkForward(opened, options.acceptReverted);
      record(opened, options.acceptReverted, options.nowMs);
      const { request, digest } = opened;
      requests.push({ site: getSite(state, opened.site.record.site), request, digest });
    } catch (error) {
      refuse(opened.file, error);
    }
  }
  if (requests.length === 0) throw first;
  return { requests, refused, superseded };
};

/** The last request of every site: what a catalog is built for. */
export const lastRequests = (state: HostState): ReadonlyArray<OpenedRequest> =>
  listSites(state).flatMap((site) => {
    const path = join(site.folder, 'request.dsse.json');
    if (site.record.request === undefined || !existsSync(path)) return [];
    try {
      return [{ site, ...openRequest(readBounded(path, limits.requestBytes), site.card.card) }];
    } catch (error) {
      // Signed under the card before: the site's next request counts.
      if (error instanceof BundleError && error.code === 'SITE_UNKNOWN') return [];
      throw error;
    }
  });
