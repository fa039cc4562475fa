import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { encodeDocument, id, parseDocument, text, time } from './fields.ts';
import { limits } from './limits.ts';

// A note of the connected side to the people of a site: an object of the kind `announcement`. Plain text, no markup, no links.

export const announcementLanguages = ['kk', 'ru', 'en'] as const;
export const announcementSeverities = ['info', 'warning', 'critical'] as const;

const maxBodyLength = 8000;
const body = z
  .string()
  .min(1)
  .max(maxBodyLength)
  .regex(/^[^\u0000-\u0009\u000b-\u001f\u007f]*$/, 'control character');

export const announcementSchema = z
  .strictObject({
    format: z.literal('sallyport-announcement/1'),
    id,
    severity: z.enum(announcementSeverities),
    published_at: time,
    /** From then on no site shows it. */
    ends_at: time,
    /** What it is about, in words of the connected side; a site shows it and compares it with nothing. */
    concerns: z.strictObject({ product: text(128).min(1), versions: text(128).min(1).optional() }).optional(),
    texts: z
      .array(z.strictObject({ language: z.enum(announcementLanguages), title: text(200).min(1), body }))
      .min(1)
      .max(announcementLanguages.length)
      .refine((texts) => new Set(texts.map(({ language }) => language)).size === texts.length, 'a language twice'),
  })
  .refine(({ published_at: from, ends_at: to }) => from < to, 'it ends before it begins');

export type Announcement = z.infer<typeof announcementSchema>;

/** Reads an announcement. METADATA where it is none. */
export function parseAnnouncement(bytes: Uint8Array): Announcement {
  return parseDocument(announcementSchema, bytes, 'announcement', limits.announcementBytes);
}

/** The bytes of an announcement; LIMIT where they are too many. */
export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  const bytes = encodeDocument(announcementSchema, announcement, 'announcement');
  if (bytes.length > limits.announcementBytes)
    throw new BundleError('LIMIT', `announcement of ${bytes.length} bytes; at most ${limits.announcementBytes}`);
  return bytes;
}

/** Its label in an inventory. */
export function announcementPath({ id: name }: Pick<Announcement, 'id'>): string {
  return `announcements/${name}.json`;
}
