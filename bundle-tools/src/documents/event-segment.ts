import * as z from 'zod';
import { BundleError } from '../errors.ts';
import type { SigningKey } from '../trust/keys.ts';
import { canonicalJson } from './canonical-json.ts';
import { openEnvelope, signEnvelope } from './envelope.ts';
import { checkDocument, hex, int, siteName, text, time } from './fields.ts';
import { parseStrictJson } from './strict-json.ts';

// Events of a site as files, for a receiver that is reached in one direction alone. Each file is a segment: the lines of the events
// behind one number, up to another. Beside it lies its signature, which names the span, so a reader sees what it lacks though a
// filter leaves numbers out.

const EVENT_SEGMENT_TYPE = 'application/vnd.sallyport.event-segment.v1+json';
export const maxSegmentBytes = 64 * 1024 * 1024;
export const maxSegmentSignatureBytes = 16 * 1024;
/** What the signature of a file has behind the name of the file. */
export const SIGNATURE_ENDING = '.dsse.json';

const segmentSchema = z.strictObject({
  format: z.literal('sallyport-event-segment/1'),
  site: siteName,
  /** Id of the receiver that the site has it for. */
  receiver: text(64),
  /** The number that its events are behind, and the last that it is about. */
  after: int,
  up_to: int,
  lines: int,
  /** Events of the span that the site had removed before. */
  removed: int,
  line_format: text(16),
  sha256: hex,
  size: int,
  made_at: time,
});
export type EventSegment = z.infer<typeof segmentSchema>;

const digits = (value: number): string => String(value).padStart(12, '0');

/** The name of a segment's file. Two receivers may share a folder. */
export function segmentName({ receiver, after, up_to }: Pick<EventSegment, 'receiver' | 'after' | 'up_to'>): string {
  return `events-${receiver.replaceAll(/[^0-9a-z]/g, '').slice(0, 8)}-${digits(after)}-${digits(up_to)}.log`;
}

/** The signature of a segment. */
export function signEventSegment(segment: EventSegment, key: SigningKey): Uint8Array {
  return signEnvelope({ payloadType: EVENT_SEGMENT_TYPE, body: canonicalJson(segment), keys: [key] });
}

/** What a signature says, opened with a key of the site; SIGNATURE, METADATA. */
export function openEventSegment(bytes: Uint8Array, publicKeys: readonly Uint8Array[]): EventSegment {
  const { body } = openEnvelope(bytes, {
    payloadType: EVENT_SEGMENT_TYPE,
    publicKeys,
    threshold: 1,
    maxBytes: maxSegmentSignatureBytes,
  });
  const segment = checkDocument(
    segmentSchema,
    parseStrictJson(body, { maxBytes: maxSegmentSignatureBytes }),
    'event segment',
  );
  if (segment.up_to <= segment.after) throw new BundleError('METADATA', 'event segment: it ends before it begins');
  return segment;
}

/** A span of events: behind one number, up to another. */
export type EventSpan = { readonly after: number; readonly upTo: number };

/** What is between spans that are there: neither in one of them, nor before the first or behind the last. */
export function gapsBetween(spans: readonly EventSpan[]): EventSpan[] {
  const gaps: EventSpan[] = [];
  let reached: number | undefined;
  for (const { after, upTo } of [...spans].sort((a, b) => a.after - b.after)) {
    if (reached !== undefined && after > reached) gaps.push({ after: reached, upTo: after });
    reached = Math.max(reached ?? 0, upTo);
  }
  return gaps;
}

/** A span as people type it: `120-480` is what is behind 120, up to 480. */
export function spanText({ after, upTo }: EventSpan): string {
  return `${after}-${upTo}`;
}

/** The span of such a text; undefined for one that is none. */
export function spanOf(typed: string): EventSpan | undefined {
  const [, from = '', to = ''] = /^\s*(\d{1,15})\s*-\s*(\d{1,15})\s*$/.exec(typed) ?? [];
  const span = { after: Number(from), upTo: Number(to) };
  return from !== '' && span.upTo > span.after ? span : undefined;
}
