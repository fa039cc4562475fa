import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { sha256Hex } from '../trust/hash.ts';
import { keyidOf, type SigningKey } from '../trust/keys.ts';
import { openEnvelope, parseEnvelope, payloadTypeOf, signEnvelope } from './envelope.ts';
import { encodeDocument, hex, int, parseDocument, text, time } from './fields.ts';
import { limits } from './limits.ts';

export const custodySchema = z.strictObject({
  step: z.enum(['fulfil', 'hand-over', 'scan', 'import']),
  /** A local number; no name leaves. */
  person: int,
  medium: text(),
  sha256: hex,
  at: time,
  prev: hex.optional(),
});

/** One hand that a medium went through. */
export type CustodyLine = z.infer<typeof custodySchema>;

const payloadType = payloadTypeOf('custody');

/** Signs a custody line. */
export const signCustody = (line: CustodyLine, key: SigningKey): Uint8Array =>
  signEnvelope({ payloadType, body: encodeDocument(custodySchema, line, 'custody line'), keys: [key] });

/**
 * Opens a custody line that one of `publicKeys` signed. With `acceptUnknown` a line of another key is opened unproven, so
 * that it can be named; a signature of a known key that does not verify is SIGNATURE even so.
 */
export const openCustody = (
  bytes: Uint8Array,
  publicKeys: readonly Uint8Array[],
  options: { acceptUnknown?: boolean } = {},
): { line: CustodyLine; digest: string; keyids: string[] } => {
  const { payload, signatures, payloadType: claimedType } = parseEnvelope(bytes, limits.custodyBytes);
  const known = new Set(publicKeys.map((key) => keyidOf(key)));
  const isForeign = options.acceptUnknown === true && !signatures.some(({ keyid }) => known.has(keyid));
  if (isForeign && claimedType !== payloadType) throw new BundleError('METADATA', 'this is no custody line');
  const { body, keyids } = isForeign
    ? { body: new Uint8Array(Buffer.from(payload, 'base64')), keyids: signatures.map(({ keyid }) => keyid) }
    : openEnvelope(bytes, { payloadType, publicKeys, threshold: 1, maxBytes: limits.custodyBytes });
  return {
    line: parseDocument(custodySchema, body, 'custody line', limits.custodyBytes),
    digest: sha256Hex(bytes),
    keyids,
  };
};
