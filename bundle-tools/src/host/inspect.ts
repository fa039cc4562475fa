import { join } from 'node:path';
import { type Envelope, parseEnvelope, payloadTypeOf } from '../documents/envelope.ts';
import { limits } from '../documents/limits.ts';
import { claimedManifest } from '../documents/manifest.ts';
import { claimedSite, openRequest, type SiteRequest } from '../documents/request.ts';
import { openSealed } from '../documents/sealed.ts';
import { openSiteCard } from '../documents/site-card.ts';
import { parseStrictJson } from '../documents/strict-json.ts';
import { BundleError } from '../errors.ts';
import { kindOfFile } from '../media/find.ts';
import { lstatSync, statSync } from '../person/files.ts';
import { isThere } from '../platform/is-there.ts';
import { sha256Hex } from '../trust/hash.ts';
import { describeMetadata } from '../trust/repository.ts';
import { readCatalog } from './catalogs.ts';
import { peekBundle } from './peek-bundle.ts';
import { readBounded } from './read-bounded.ts';
import { readSealKeys } from './seal-keys.ts';
import { journalBehind } from './site-journal.ts';
import { findSite, type SiteRecord } from './sites.ts';
import type { HostState } from './state.ts';

// What a file says about itself. Nothing here is proven: `verify` is for that.

/** A document, by what it claims to be. */
export type Inspected =
  | { readonly kind: 'bundle'; readonly manifest: ReturnType<typeof claimedManifest>; readonly manifestSha256: string }
  | {
      readonly kind: 'request';
      readonly sealed: { readonly recipients: number; readonly bytes: number };
      readonly request?: RequestSummary;
      readonly closed?: string;
    }
  | { readonly kind: 'site-card'; readonly card: ReturnType<typeof openSiteCard>['card']; readonly fingerprint: string }
  | {
      readonly kind: 'receipt' | 'custody' | 'envelope';
      readonly sha256: string;
      readonly payloadType: string;
      readonly keyids: ReadonlyArray<string>;
      readonly content: unknown;
    }
  | { readonly kind: 'metadata'; readonly metadata: Omit<ReturnType<typeof describeMetadata>, 'signed'> }
  | {
      readonly kind: 'catalog';
      readonly catalog: number;
      readonly lines: number;
      readonly updates: number;
      readonly signed: boolean;
    };

/** A request in numbers; the whole of it can be large. */
type RequestSummary = {
  readonly site: string;
  readonly known: boolean;
  readonly requestId: string;
  readonly number: number;
  readonly createdAt: string;
  readonly tuf: SiteRequest['tuf'];
  readonly seq: number;
  readonly wants: Readonly<Record<string, number>>;
  readonly have: number;
  readonly cursors: SiteRequest['cursors'];
  readonly platforms: ReadonlyArray<{
    readonly vendor: string;
    readonly release: string;
    readonly arch: string;
    readonly suites: ReadonlyArray<string>;
    readonly packages: number;
  }>;
  readonly software: number;
  readonly advisories: number;
  readonly controllers: number;
  readonly receipts: number;
  /** The audit chain of the site: as the request says it, as this host saw it last, and whether it went back since. */
  readonly journal: {
    readonly entries: number;
    readonly head: string;
    readonly seen: { readonly request: number; readonly entries: number; readonly head: string } | null;
    readonly wentBack: boolean;
    readonly detail: string | null;
  };
};

const sealOverheadBytes = 64 * 1024;

const summarise = (request: SiteRequest, digest: string, record: SiteRecord): RequestSummary => {
  const { journal } = request;
  const behind = journalBehind(record, request, digest);
  const wants: Record<string, number> = {};
  for (const { kind } of request.wants) wants[kind] = (wants[kind] ?? 0) + 1;
  return {
    site: request.site,
    known: true,
    requestId: request.request_id,
    number: request.number,
    createdAt: request.created_at,
    tuf: request.tuf,
    seq: request.state.seq,
    wants,
    have: Buffer.byteLength(request.have, 'base64') / 32,
    cursors: request.cursors,
    platforms: request.platforms.map(({ vendor, release, arch, suites, packages }) => ({
      vendor,
      release,
      arch,
      suites,
      packages: packages.length,
    })),
    software: request.software.length,
    advisories: request.advisories.length,
    controllers: request.controllers.length,
    receipts: request.receipts.length,
    journal: {
      entries: journal.entries,
      head: journal.head,
      seen: record.journal === undefined ? null : { request: record.request?.number ?? 0, ...record.journal },
      wentBack: behind !== undefined,
      detail: behind ?? null,
    },
  };
};

const inspectRequest = (path: string, state: HostState | undefined): Inspected => {
  const bytes = readBounded(path, limits.requestBytes + sealOverheadBytes);
  const sealed = { recipients: bytes[8] ?? 0, bytes: bytes.length };
  if (state === undefined) return { kind: 'request', sealed, closed: 'give --state to open it' };
  try {
    const envelope = openSealed(bytes, [...readSealKeys(state)]);
    const site = findSite(state, claimedSite(envelope));
    if (site === undefined)
      return { kind: 'request', sealed, closed: `it names site ${claimedSite(envelope)}, which is not known` };
    const { request, digest } = openRequest(envelope, site.card.card);
    return { kind: 'request', sealed, request: summarise(request, digest, site.record) };
  } catch (error) {
    if (error instanceof BundleError) return { kind: 'request', sealed, closed: `${error.code}: ${error.message}` };
    throw error;
  }
};

const contentOf = (envelope: Envelope): unknown => {
  const body = Buffer.from(envelope.payload, 'base64');
  return parseStrictJson(body, { maxBytes: limits.requestBytes });
};

const inspectEnvelope = (bytes: Uint8Array, envelope: Envelope): Inspected => {
  if (envelope.payloadType === payloadTypeOf('bundle'))
    return { kind: 'bundle', manifest: claimedManifest(bytes), manifestSha256: sha256Hex(bytes) };
  if (envelope.payloadType === payloadTypeOf('site-card')) {
    const { card, digest } = openSiteCard(bytes);
    return { kind: 'site-card', card, fingerprint: digest };
  }
  const kinds: Record<string, 'receipt' | 'custody'> = {
    'application/vnd.in-toto+json': 'receipt',
    [payloadTypeOf('custody')]: 'custody',
  };
  return {
    kind: kinds[envelope.payloadType] ?? 'envelope',
    sha256: sha256Hex(bytes),
    payloadType: envelope.payloadType,
    keyids: envelope.signatures.map(({ keyid }) => keyid),
    content: contentOf(envelope),
  };
};

const inspectJson = (path: string): Inspected => {
  const bytes = readBounded(path, limits.requestBytes);
  const value = parseStrictJson(bytes, { maxBytes: limits.requestBytes, allowFractions: true });
  if (typeof value === 'object' && value !== null && 'payloadType' in value)
    return inspectEnvelope(bytes, parseEnvelope(bytes, limits.requestBytes));
  if (typeof value === 'object' && value !== null && 'signed' in value) {
    const { signed: _, ...metadata } = describeMetadata(bytes);
    return { kind: 'metadata', metadata };
  }
  throw new BundleError('METADATA', `${path} is no document of the exchange`);
};

/** Looks at any document, offline. With a state, a request that is sealed for this host is opened. */
export const inspect = async (path: string, state: HostState | undefined): Promise<Inspected> => {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
    throw new BundleError('NOT_FOUND', `${path} is not there`);
  if (statSync(path).isDirectory()) {
    if (isThere(join(path, 'catalog.json'))) {
      const { number, lines, updates } = readCatalog(path);
      return {
        kind: 'catalog',
        catalog: number,
        lines: lines.length,
        updates: updates.length,
        signed: isThere(join(path, 'targets.json')),
      };
    }
    const { manifest, manifestSha256 } = await peekBundle(path);
    return { kind: 'bundle', manifest, manifestSha256 };
  }
  const kind = kindOfFile(path);
  if (kind === 'request') return inspectRequest(path, state);
  if (kind === 'json') return inspectJson(path);
  if (kind !== 'tar') throw new BundleError('METADATA', `${path} is no document of the exchange`);
  const { manifest, manifestSha256 } = await peekBundle(path);
  return { kind: 'bundle', manifest, manifestSha256 };
};
