import * as z from 'zod';

// What the calls between agent and appliance share: field types with their bounds and the caps of the wire.
// Readers ignore unknown fields.

const MiB = 1024 * 1024;

/** Caps of every entry point: bytes on the wire, bytes after inflation, and the ratio between the two. */
export const wireLimits = {
  wireBytes: 8 * MiB,
  inflatedBytes: 16 * MiB,
  inflationRatio: 100,
  /** Check-ins, enrolments and renewals are small. */
  smallBytes: 64 * 1024,
  sections: 64,
  sectionItems: 100_000,
  eventsPerCall: 500,
} as const;

/** Where the native calls live. */
export const nativePrefix = '/api/agent/v1';

const digestPattern = /^[0-9a-f]{64}$/;
const collectionPattern = /^[a-z][a-z0-9-]{0,63}$/;

/** A SHA-256 digest in hex. */
export const digest = z.string().regex(digestPattern, 'not a SHA-256 digest');

/** 32 random hex digits: a device, a task, an event. */
export const opaqueId = z.string().regex(/^[0-9a-f]{32}$/, 'not an id');

/** `YYYY-MM-DDThh:mm:ssZ`. */
export const time = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'not a time');

/** A non-negative integer that JSON carries exactly. */
export const count = z.int().min(0);

/** The name of a collection. */
export const collectionName = z.string().regex(collectionPattern, 'not a collection');

/** Digests by collection, looked at by hand: most of the one call that every device makes each minute. */
export const sectionDigests = z.custom<Record<string, string>>((value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= wireLimits.sections &&
    entries.every(
      ([name, hash]) => collectionPattern.test(name) && typeof hash === 'string' && digestPattern.test(hash),
    )
  );
}, 'not sections with their digests');

/** Firmware text is padded with NUL, and nothing that a person reads may hold control characters. */
export const cleanText = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .toWellFormed()
    .trim();

/** Text of at most `maxLength` characters, cleaned of control characters. */
export const text = (maxLength: number) => z.string().max(maxLength).transform(cleanText);

/** PEM of one certificate or certificate request. */
export const pem = z
  .string()
  .max(16 * 1024)
  .regex(/^-----BEGIN [A-Z ]+-----[A-Za-z0-9+/=\s]+-----END [A-Z ]+-----\s*$/, 'not PEM');

/** Base64 of at most `maxBytes` bytes. */
export const base64 = (maxBytes: number) =>
  z
    .string()
    .max(Math.ceil(maxBytes / 3) * 4)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'not base64');

/** Every refusal: a stable code and English text. */
export const errorReply = z.object({ error: z.string().max(64), message: z.string().max(2000) });
