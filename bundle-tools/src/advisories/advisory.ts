import { z } from 'zod';
import { csafBodySchema } from './csaf/normal.ts';
import { supportSchema } from './support.ts';
import { threatSchema } from './threat.ts';
import { wholeSchema } from './whole.ts';

// The normalised advisory: what crosses the gap, whatever format the source had. Bounds are part of the format:
// a record past them is rejected with its reason, never cut silently, except for the texts that only people read.

/** A feed's name: part of a path inside the inventory. */
export const FEED_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export const MAX_SUMMARY = 2_000;
export const MAX_REFERENCES = 50;
export const MAX_RANGES = 20_000;
export const MAX_VERSIONS = 20_000;
export const MAX_AFFECTED = 20_000;
const MAX_IDS = 5_000;
const MAX_ID_LENGTH = 200;

const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const id = z
  .string()
  .min(1)
  .max(MAX_ID_LENGTH)
  .regex(/^[\x21-\x7e]+$/);
const ids = z.array(id).max(MAX_IDS);
const keyHex = z
  .string()
  .max(4_096)
  .regex(/^(?:[0-9a-f]{2})*$/);
const versionText = z.string().min(1).max(1_000);

/** One half-open interval `[lo, hi)` of version keys; '' is −∞ and `ffffffff` is +∞. */
const AffectedRangeSchema = z.strictObject({
  lo: keyHex,
  hi: keyHex,
  introduced: versionText.optional(),
  fixed: versionText.optional(),
  last_affected: versionText.optional(),
  /** False when a bound has no key: such a range is never matched, but counted and shown. */
  comparable: z.boolean(),
});

export const AffectedSchema = z.strictObject({
  /** With its release: `Debian:13`. */
  ecosystem: z.string().min(1).max(100),
  package: z.string().min(1).max(500),
  ranges: z.array(AffectedRangeSchema).max(MAX_RANGES),
  /** Listed versions that lie in no comparable range, or have no key. */
  versions: z.array(versionText).max(MAX_VERSIONS),
  qualifiers: z
    .strictObject({ arch: z.string().max(50), module: z.string().max(100), channel: z.string().max(100) })
    .partial()
    .optional(),
});

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'unknown'] as const;

export const AdvisorySchema = z.strictObject({
  id,
  feed: z.string().regex(FEED_NAME),
  /** The same vulnerability under another name. */
  aliases: ids,
  /** What the record descends from. */
  upstream: ids,
  /** Merely related; some vendors put their CVEs here. */
  related: ids,
  modified: time,
  published: time.optional(),
  /** Set: findings of this record go away. */
  withdrawn: time.optional(),
  severity: z.enum(SEVERITIES),
  /** The CVSS vector that the severity was computed from. */
  cvss: z.string().max(300).optional(),
  summary: z.string().max(MAX_SUMMARY),
  references: z.array(z.string().max(2_000)).max(MAX_REFERENCES),
  affected: z.array(AffectedSchema).max(MAX_AFFECTED),
  /** What a CSAF document says of controllers and other products that are no component. */
  csaf: csafBodySchema.optional(),
  /** What a catalogue of exploitation says of the CVE; such a record affects nothing by itself. */
  threat: threatSchema.optional(),
  /** Until when a release is supported; such a record affects nothing. Read where the request says so (`readsSupport`). */
  support: supportSchema.optional(),
  /** An ecosystem that the curator calls whole; such a record affects nothing. Read where the request says so (`readsWhole`). */
  whole: wholeSchema.optional(),
});

export type AffectedRange = z.infer<typeof AffectedRangeSchema>;
export type Affected = z.infer<typeof AffectedSchema>;
export type Advisory = z.infer<typeof AdvisorySchema>;
export type Severity = (typeof SEVERITIES)[number];

/** Why a source's record was not taken; each is counted and reported. */
export type RejectReason = 'JSON' | 'TOO_LARGE' | 'NO_ID' | 'FIELD' | 'LIMIT' | 'HASH' | 'SIGNATURE';

/** What a source yields: nothing is dropped without an entry. */
export type SourceResult =
  | { advisory: Advisory; gitRanges: number }
  | { rejected: { id: string; reason: RejectReason; detail: string } };
