import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { canonicalJson } from './canonical-json.ts';
import { isPackedDigests } from './digests.ts';
import { envelopeSchema, openEnvelope, parseEnvelope, payloadTypeOf, signEnvelope } from './envelope.ts';
import {
  base64,
  base64Of,
  encodeDocument,
  hex,
  id,
  int,
  journalHead,
  parseDocument,
  siteName,
  type TufVersions,
  text,
  time,
  tufVersions,
} from './fields.ts';
import { limits } from './limits.ts';
import type { SiteCard } from './site-card.ts';

export const wantKinds = [
  'newer',
  'suite',
  'advisory',
  'update',
  'firmware',
  'product',
  'object',
  'volume',
  'coverage',
] as const;

const want = z.strictObject({
  kind: z.enum(wantKinds),
  id: text(512),
  min: text().optional(),
  priority: text(32).optional(),
  n: int.max(limits.volumes).optional(),
});

const platformPackage = z.strictObject({
  name: text(),
  version: text(),
  source: text(),
  source_version: text(),
  /** 1 = on every device of the platform; only then it satisfies a dependency. */
  all: z.union([z.literal(0), z.literal(1)]),
});

const platform = z.strictObject({
  vendor: text(64),
  release: text(64),
  arch: text(64),
  suites: z.array(text(128)).max(64),
  packages: z.array(platformPackage).max(200_000),
});

/** What no feed of the site judges: packages of one ecosystem, and on how many devices. */
const uncovered = z.strictObject({ ecosystem: text(), components: int, devices: int });

const controller = z.strictObject({ vendor: text(), model: text(), order_no: text(), firmware: text() });

const requestState = z.strictObject({
  seq: int,
  seq_broadcast: int,
  last_bundle: id.optional(),
  inventory: hex.optional(),
  digest: hex,
});

const packedDigests = base64.refine(
  (value) => isPackedDigests(Buffer.from(value, 'base64')),
  'not sorted, distinct 32-byte digests',
);

export const requestSchema = z.strictObject({
  format: z.literal('sallyport-request/1'),
  site: siteName,
  reads: z.array(text(64)).min(1).max(16),
  request_id: id,
  number: int,
  nonce: base64Of(32),
  created_at: time,
  floor: time,
  to: z.array(hex).max(8),
  seal_to: base64Of(32),
  tuf: tufVersions,
  state: requestState,
  /** `before`: as in the last requests before this one, so that the host finds the one that it took. */
  journal: journalHead.extend({
    before: z.array(journalHead.extend({ number: int })).max(limits.journalHeads),
  }),
  have: packedDigests,
  wants: z.array(want).max(100_000),
  cursors: z.record(text(128), text()),
  platforms: z.array(platform).max(512),
  software: z.array(text(1024)).max(200_000),
  coverage: z.array(uncovered).max(limits.uncovered),
  missing_os: z.array(text(128)).max(100_000),
  advisories: z.array(text(128)).max(200_000),
  controllers: z.array(controller).max(50_000),
  media: z.strictObject({ kind: text(32), volume_bytes: int, free_bytes: int }),
  receipts: z.array(envelopeSchema).max(32),
  site_card: hex,
});

/** What a site asks for; section 3. No person's name, host name or address. */
export type SiteRequest = z.infer<typeof requestSchema>;
export type Want = SiteRequest['wants'][number];
export type RequestPlatform = SiteRequest['platforms'][number];

const payloadType = payloadTypeOf('request');

/** The digest of a site's state: `tuf` and the four fields of `state`, canonical JSON. */
export const stateDigest = (tuf: TufVersions, state: Omit<SiteRequest['state'], 'digest'>): string =>
  sha256Hex(
    canonicalJson({
      tuf,
      seq: state.seq,
      seq_broadcast: state.seq_broadcast,
      ...defined({ last_bundle: state.last_bundle, inventory: state.inventory }),
    }),
  );

/** Parses the body of a request. */
export const parseRequest = (bytes: Uint8Array): SiteRequest => {
  const request = parseDocument(requestSchema, bytes, 'request', limits.requestBytes);
  if (stateDigest(request.tuf, request.state) !== request.state.digest) {
    throw new BundleError('METADATA', 'request: state.digest does not fit the state');
  }
  return request;
};

/** Signs a request; seal the result with `sealTo`. Its SHA-256 is the digest that the answer names. */
export const signRequest = (request: SiteRequest, keys: readonly SigningKey[]): Uint8Array =>
  signEnvelope({ payloadType, body: encodeDocument(requestSchema, request, 'request'), keys });

/** The site that an unsealed request says it comes from, to find the card that decides; believe nothing of it yet. */
export const claimedSite = (envelopeBytes: Uint8Array): string => {
  const envelope = parseEnvelope(envelopeBytes, limits.requestBytes);
  if (envelope.payloadType !== payloadType) throw new BundleError('METADATA', 'this file is no request');
  return parseRequest(Buffer.from(envelope.payload, 'base64')).site;
};

/** Checks a request against the card of its site. A request of another signer is SITE_UNKNOWN. */
export const openRequest = (envelopeBytes: Uint8Array, card: SiteCard): { request: SiteRequest; digest: string } => {
  let body: Uint8Array;
  try {
    ({ body } = openEnvelope(envelopeBytes, {
      payloadType,
      publicKeys: card.sign_keys.map((key) => Buffer.from(key, 'base64')),
      threshold: card.sign_threshold,
      maxBytes: limits.requestBytes,
    }));
  } catch (error) {
    if (error instanceof BundleError && error.code === 'SIGNATURE') {
      throw new BundleError('SITE_UNKNOWN', `the request is not signed by the keys of site ${card.site}`, {
        cause: error,
      });
    }
    throw error;
  }
  const request = parseRequest(body);
  if (request.site !== card.site) {
    throw new BundleError('SITE_UNKNOWN', `the request names site ${request.site}, its signer is ${card.site}`);
  }
  return { request, digest: sha256Hex(envelopeBytes) };
};
