import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { type Envelope, encodeEnvelope, openEnvelope, parseEnvelope, signEnvelope } from './envelope.ts';
import {
  encodeDocument,
  hex,
  id,
  int,
  journalHead,
  parseDocument,
  siteName,
  text,
  time,
  tufVersions,
} from './fields.ts';
import { limits } from './limits.ts';

const side = z.strictObject({ tuf: tufVersions, seq: int, inventory: hex.optional() });

export const receiptPredicateSchema = z.strictObject({
  format: z.literal('sallyport-receipt/1'),
  site: siteName,
  number: int,
  prev: hex.optional(),
  request_id: id.optional(),
  bundle_id: id.optional(),
  seq: int.optional(),
  result: z.enum(['imported', 'partial', 'refused']),
  code: text(64),
  detail: text(2000),
  started_at: time,
  finished_at: time,
  floor: time,
  before: side,
  after: side,
  /** As it was when the receipt was made. */
  journal: journalHead,
  counts: z.strictObject({ new: int, held: int, removed: int, unfulfilled: int, bytes: int }),
  volumes: z.strictObject({ seen: z.array(int).max(limits.volumes), missing: z.array(int).max(limits.volumes) }),
  scan: z
    .strictObject({
      engine: text(),
      version: text(),
      definitions_at: time,
      verdict: z.enum(['clean', 'infected', 'error']),
    })
    .optional(),
  /** The chain of each file that was read, as it lay beside it, and this site's own line. */
  custody: z
    .array(z.strictObject({ sha256: hex, lines: z.array(text(limits.custodyBytes)).max(limits.custodyLines + 2) }))
    .max(limits.volumes)
    .optional(),
  /** What was carried of kinds that this site's release does not know; it was checked and not stored. */
  unknown_kinds: z
    .array(z.strictObject({ kind: text(32), objects: int, bytes: int }))
    .max(32)
    .optional(),
  warnings: z.array(text(64)).max(32),
  overrides: z.array(z.strictObject({ code: text(64), reason: text(500), operator: int })).max(32),
  applied: z
    .array(
      z.strictObject({
        update: text(512),
        done: int,
        failed: int,
        waiting: int,
        reasons: z.array(text(500)).max(100),
      }),
    )
    .max(10_000),
  devices: z.strictObject({ ok: int, warning: int, critical: int }),
  /** Days to expiry by role, also `bundle`; below 0 when past. */
  days_left: z.record(text(64), z.int()),
});

/** What an import did, in the site's own words. */
export type ReceiptPredicate = z.infer<typeof receiptPredicateSchema>;

const subject = z.strictObject({ name: text(), digest: z.strictObject({ sha256: hex }) });
export type ReceiptSubject = z.infer<typeof subject>;

/** The statement under a receipt. */
export const statementSchema = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(subject).max(limits.volumes + 1),
  predicateType: z.literal('urn:sallyport:receipt:1'),
  predicate: receiptPredicateSchema,
});

const payloadType = 'application/vnd.in-toto+json';

export type OpenedReceipt = {
  subjects: ReceiptSubject[];
  predicate: ReceiptPredicate;
  /** SHA-256 of the envelope: the next receipt's `prev`. */
  digest: string;
};

/** Signs a receipt: an in-toto statement about the manifest and each volume read. */
export const signReceipt = (options: {
  subjects: readonly ReceiptSubject[];
  predicate: ReceiptPredicate;
  key: SigningKey;
}): Uint8Array => {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1' as const,
    subject: [...options.subjects],
    predicateType: 'urn:sallyport:receipt:1' as const,
    predicate: options.predicate,
  };
  const body = encodeDocument(statementSchema, statement, 'receipt');
  return signEnvelope({ payloadType, body, keys: [options.key] });
};

/** Opens a receipt that one of `publicKeys` signed. */
export const openReceipt = (bytes: Uint8Array, publicKeys: readonly Uint8Array[]): OpenedReceipt => {
  const { body } = openEnvelope(bytes, { payloadType, publicKeys, threshold: 1, maxBytes: limits.receiptBytes });
  const statement = parseDocument(statementSchema, body, 'receipt', limits.receiptBytes);
  return { subjects: statement.subject, predicate: statement.predicate, digest: sha256Hex(bytes) };
};

/** The site that a receipt says it comes from, to find the card that decides; believe nothing of it yet. */
export const claimedReceiptSite = (bytes: Uint8Array): string => {
  const envelope = parseEnvelope(bytes, limits.receiptBytes);
  if (envelope.payloadType !== payloadType) throw new BundleError('METADATA', 'this file is no receipt');
  const body = Buffer.from(envelope.payload, 'base64');
  return parseDocument(statementSchema, body, 'receipt', limits.receiptBytes).predicate.site;
};

/** Opens a receipt as a request carries it. */
export const openReceiptEnvelope = (envelope: Envelope, publicKeys: readonly Uint8Array[]): OpenedReceipt =>
  openReceipt(encodeEnvelope(envelope), publicKeys);
