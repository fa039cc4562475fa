import * as z from 'zod';
import { BundleError } from '../errors.ts';
import type { SigningKey } from '../trust/keys.ts';
import { openEnvelope, parseEnvelope, payloadTypeOf, signEnvelope } from './envelope.ts';
import {
  base64,
  base64Of,
  encodeDocument,
  hex,
  id,
  int,
  parseDocument,
  siteName,
  time,
  tufVersions,
} from './fields.ts';
import { limits } from './limits.ts';

export const unfulfilledReasons = [
  'NO_SOURCE',
  'NO_LICENCE',
  'NOT_APPROVED',
  'TOO_LARGE',
  'FETCH_FAILED',
  'UNKNOWN',
] as const;

const part = z.strictObject({ line: int, part: int.min(1), offset: int, length: int.min(1) });

const volume = z.strictObject({ n: int.min(1).max(limits.volumes), bytes: int, first: int, last: int });

export const manifestSchema = z
  .strictObject({
    format: z.literal('sallyport-bundle/1'),
    bundle_id: id,
    site: z.union([siteName, z.literal('*')]),
    request_id: id.optional(),
    request_digest: hex.optional(),
    nonce: base64Of(32).optional(),
    seq: int,
    prev_bundle: id.optional(),
    issued_at: time,
    expires: time,
    tuf: tufVersions,
    inventory: z.strictObject({
      catalog: int,
      size: int,
      lines: int,
      packed_size: int,
      sha256: hex,
      encoding: z.enum(['identity', 'gzip']),
    }),
    include: base64,
    relies_on: base64,
    parts: z.array(part).max(100_000),
    unfulfilled: z
      .array(z.strictObject({ reason: z.enum(unfulfilledReasons), wants: z.array(int).max(100_000) }))
      .max(unfulfilledReasons.length),
    totals: z.strictObject({ bytes: int, objects: int, peak_disk: int }),
    receipt_seen: int,
    volumes: z.array(volume).min(1).max(limits.volumes),
  })
  .refine(
    (manifest) =>
      (manifest.request_id === undefined) === (manifest.nonce === undefined) &&
      (manifest.request_id === undefined) === (manifest.request_digest === undefined),
    'request_id, request_digest and nonce come together',
  )
  .refine((manifest) => manifest.site !== '*' || manifest.nonce === undefined, 'a broadcast answers no request')
  .refine((manifest) => manifest.volumes.every((entry, index) => entry.n === index + 1), 'volumes are not 1, 2, 3 …');

/**
 * The signed head of a bundle. `volumes` and `parts` count positions in the list of objects and parts: every included
 * line in inventory order, a cut object as its parts. `first` and `last` are inclusive; a volume without objects has
 * `first` one above `last` (1 and 0).
 */
export type Manifest = z.infer<typeof manifestSchema>;

const payloadType = payloadTypeOf('bundle');

/** Parses the body of a manifest. */
export const parseManifest = (bytes: Uint8Array): Manifest =>
  parseDocument(manifestSchema, bytes, 'bundle manifest', limits.manifestBytes);

/** Signs a manifest with `fulfil` keys; a result past 64 KiB is LIMIT. */
export const signManifest = (manifest: Manifest, keys: readonly SigningKey[]): Uint8Array => {
  const bytes = signEnvelope({ payloadType, body: encodeDocument(manifestSchema, manifest, 'bundle manifest'), keys });
  if (bytes.length > limits.manifestBytes) {
    throw new BundleError('LIMIT', `the bundle manifest has ${bytes.length} bytes, at most ${limits.manifestBytes}`);
  }
  return bytes;
};

/** What a manifest says about itself, unproven: for `inspect` and for finding the volumes of one bundle. */
export const claimedManifest = (envelopeBytes: Uint8Array): Manifest => {
  const envelope = parseEnvelope(envelopeBytes, limits.manifestBytes);
  if (envelope.payloadType !== payloadType) throw new BundleError('METADATA', 'this is no bundle manifest');
  return parseManifest(Buffer.from(envelope.payload, 'base64'));
};

/** Opens a manifest with the `fulfil` keys that the targets metadata delegates to. */
export const openManifest = (
  envelopeBytes: Uint8Array,
  keys: { publicKeys: readonly Uint8Array[]; threshold: number },
): { manifest: Manifest; keyids: string[] } => {
  const { body, keyids } = openEnvelope(envelopeBytes, { payloadType, ...keys, maxBytes: limits.manifestBytes });
  return { manifest: parseManifest(body), keyids };
};
