import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { sha256Hex } from '../trust/hash.ts';
import { keyidOf, type SigningKey, signBytes, verifyBytes } from '../trust/keys.ts';
import { base64, checkDocument, hex } from './fields.ts';
import { parseStrictJson } from './strict-json.ts';

/** The payload type of one of our own documents. */
export const payloadTypeOf = (name: 'request' | 'bundle' | 'site-card' | 'custody' | 'release'): string =>
  `application/vnd.sallyport.${name}.v1+json`;

const signature = z.strictObject({ keyid: hex, sig: base64 });
export const envelopeSchema = z.strictObject({
  payloadType: z.string().max(128),
  payload: base64,
  signatures: z.array(signature).min(1).max(16),
});
/** A DSSE envelope as an object, the form in which a request carries receipts. */
export type Envelope = z.infer<typeof envelopeSchema>;

type OpenedEnvelope = {
  body: Uint8Array;
  /** The ids of the keys that signed, each counted once. */
  keyids: string[];
};

const utf8 = new TextEncoder();

/** What a DSSE signature covers: `DSSEv1 SP len SP type SP len SP body`. */
export const preAuthEncoding = (payloadType: string, body: Uint8Array): Uint8Array =>
  Buffer.concat([utf8.encode(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `), body]);

/** The one byte form in which we write an envelope; its digest is what receipts and requests chain on. */
export const encodeEnvelope = (envelope: Envelope): Uint8Array =>
  utf8.encode(
    JSON.stringify({
      payloadType: envelope.payloadType,
      payload: envelope.payload,
      signatures: envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig })),
    }),
  );

/** Parses an envelope without believing it. */
export const parseEnvelope = (bytes: Uint8Array, maxBytes: number): Envelope =>
  checkDocument(envelopeSchema, parseStrictJson(bytes, { maxBytes }), 'envelope');

/** SHA-256 of an envelope's bytes. */
export const envelopeDigest = (bytes: Uint8Array): string => sha256Hex(bytes);

/** Signs `body` with each key. */
export const signEnvelope = (options: {
  payloadType: string;
  body: Uint8Array;
  keys: readonly SigningKey[];
}): Uint8Array => {
  const covered = preAuthEncoding(options.payloadType, options.body);
  return encodeEnvelope({
    payloadType: options.payloadType,
    payload: Buffer.from(options.body).toString('base64'),
    signatures: options.keys.map((key) => ({
      keyid: key.keyid,
      sig: Buffer.from(signBytes(covered, key)).toString('base64'),
    })),
  });
};

/**
 * Opens an envelope: the payload comes out only after `threshold` distinct keys have signed it. A signature by a key
 * that is not asked for counts for nothing; one that names an asked key and does not verify is refused, so that no
 * altered byte passes beside enough good signatures.
 */
export const openEnvelope = (
  bytes: Uint8Array,
  options: { payloadType: string; publicKeys: readonly Uint8Array[]; threshold: number; maxBytes: number },
): OpenedEnvelope => {
  const envelope = parseEnvelope(bytes, options.maxBytes);
  if (envelope.payloadType !== options.payloadType) {
    throw new BundleError('METADATA', `envelope: payload type ${JSON.stringify(envelope.payloadType)}`);
  }
  const body = new Uint8Array(Buffer.from(envelope.payload, 'base64'));
  const covered = preAuthEncoding(envelope.payloadType, body);
  const known = new Map(options.publicKeys.map((key) => [keyidOf(key), key]));
  const signers = new Set<string>();
  for (const { keyid, sig } of envelope.signatures) {
    const publicKey = known.get(keyid);
    if (publicKey === undefined) continue;
    if (!verifyBytes(covered, Buffer.from(sig, 'base64'), publicKey)) {
      throw new BundleError('SIGNATURE', `envelope: the signature of key ${keyid.slice(0, 16)} does not verify`);
    }
    signers.add(keyid);
  }
  const needed = Math.max(1, options.threshold);
  if (signers.size < needed) {
    throw new BundleError('SIGNATURE', `envelope: ${signers.size} of ${needed} needed signatures`);
  }
  return { body, keyids: [...signers] };
};
