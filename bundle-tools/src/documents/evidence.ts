import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { canonicalJson } from './canonical-json.ts';
import { openEnvelope, signEnvelope } from './envelope.ts';
import { checkDocument, hex, int, text } from './fields.ts';
import { parseStrictJson } from './strict-json.ts';

// Evidence of a site about a period: a signed document, its print, and the signature over the print, which names both by
// their hashes. They are checked with the card of the site, without the site.

export const EVIDENCE_TYPE = 'application/vnd.sallyport.evidence.v1+json';
const EVIDENCE_PRINT_TYPE = 'application/vnd.sallyport.evidence-print.v1+json';
export const maxEvidenceBytes = 64 * 1024 * 1024;

const printSchema = z.strictObject({
  format: z.literal('sallyport-evidence-print/1'),
  site: text(64),
  /** SHA-256 of the signed document and of the print. */
  evidence: hex,
  print: hex,
  size: int,
});
type EvidencePrint = z.infer<typeof printSchema>;

/** Signs evidence; the same content gives the same bytes. */
export const signEvidence = (content: unknown, key: SigningKey): Uint8Array =>
  signEnvelope({ payloadType: EVIDENCE_TYPE, body: canonicalJson(content), keys: [key] });

/** Signs what a print is and of which document. */
export const signEvidencePrint = (
  given: { site: string; evidence: Uint8Array; print: Uint8Array },
  key: SigningKey,
): Uint8Array => {
  const print: EvidencePrint = {
    format: 'sallyport-evidence-print/1',
    site: given.site,
    evidence: sha256Hex(given.evidence),
    print: sha256Hex(given.print),
    size: given.print.length,
  };
  return signEnvelope({ payloadType: EVIDENCE_PRINT_TYPE, body: canonicalJson(print), keys: [key] });
};

const headSchema = z.looseObject({
  format: z.literal('sallyport-evidence/1'),
  site: text(64),
  period: z.strictObject({ from: text(20), to: text(20) }),
  rows: int,
});
type EvidenceHead = z.infer<typeof headSchema>;

/** Opens evidence with a key of its site; SIGNATURE, METADATA. */
export const openEvidence = (
  bytes: Uint8Array,
  publicKeys: readonly Uint8Array[],
): { head: EvidenceHead; body: Uint8Array; keyids: string[] } => {
  const opened = openEnvelope(bytes, {
    payloadType: EVIDENCE_TYPE,
    publicKeys,
    threshold: 1,
    maxBytes: maxEvidenceBytes * 2,
  });
  const parsed = parseStrictJson(opened.body, { maxBytes: maxEvidenceBytes });
  return { ...opened, head: checkDocument(headSchema, parsed, 'evidence') };
};

/** Checks the print of evidence against its signature; SIGNATURE, HASH. */
export const checkEvidencePrint = (
  given: { evidence: Uint8Array; print: Uint8Array; signature: Uint8Array },
  publicKeys: readonly Uint8Array[],
): EvidencePrint => {
  const { body } = openEnvelope(given.signature, {
    payloadType: EVIDENCE_PRINT_TYPE,
    publicKeys,
    threshold: 1,
    maxBytes: 64 * 1024,
  });
  const print = checkDocument(printSchema, parseStrictJson(body, { maxBytes: 4_096 }), 'evidence print');
  if (print.evidence !== sha256Hex(given.evidence)) throw new BundleError('HASH', 'the print is of another evidence');
  if (print.print !== sha256Hex(given.print)) throw new BundleError('HASH', 'the print was changed');
  return print;
};
