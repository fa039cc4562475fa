import * as z from 'zod';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { openEnvelope, payloadTypeOf, signEnvelope } from './envelope.ts';
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

/** Opens a custody line that one of `publicKeys` signed. */
export const openCustody = (
  bytes: Uint8Array,
  publicKeys: readonly Uint8Array[],
): { line: CustodyLine; digest: string; keyids: string[] } => {
  const { body, keyids } = openEnvelope(bytes, {
    payloadType,
    publicKeys,
    threshold: 1,
    maxBytes: limits.custodyBytes,
  });
  return {
    line: parseDocument(custodySchema, body, 'custody line', limits.custodyBytes),
    digest: sha256Hex(bytes),
    keyids,
  };
};
