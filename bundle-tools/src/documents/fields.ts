import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { parseStrictJson } from './strict-json.ts';

// The field types of section 3, "Types".

const roundTrips = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text;

/** Padded base64 in its one canonical spelling, so that a changed bit is always a changed value. */
export const base64 = z.string().refine(roundTrips, 'not canonical base64');

/** Canonical base64 of exactly `size` bytes. */
export const base64Of = (size: number) =>
  z
    .string()
    .refine((text) => roundTrips(text) && Buffer.byteLength(text, 'base64') === size, `not ${size} bytes in base64`);

/** 0..2^53-1. */
export const int = z.int().min(0);

/** A SHA-256 digest. */
export const hex = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 digest');

/** 32 random hex digits. */
export const id = z.string().regex(/^[0-9a-f]{32}$/, 'not an id');

const timeForm = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;

/** True for `YYYY-MM-DDThh:mm:ssZ` that names a real second. */
export const isTime = (text: string): boolean => {
  if (!timeForm.test(text)) return false;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && `${new Date(ms).toISOString().slice(0, 19)}Z` === text;
};

/** `YYYY-MM-DDThh:mm:ssZ`. */
export const time = z.string().refine(isTime, 'not a time');

/** The site's name: `[a-z0-9-]{1,64}`. */
export const siteName = z.string().regex(/^[a-z0-9-]{1,64}$/, 'not a site name');

/** Text without control characters. */
export const text = (maxLength = 256) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'control character');

/** TUF versions, 0 = none. */
export const tufVersions = z.strictObject({ root: int, timestamp: int, snapshot: int, targets: int });
/** The audit chain of a site: how many entries, and the hash of the last; zeros before the first. It never goes back. */
export const journalHead = z.strictObject({ entries: int, head: hex });
export type JournalHead = z.infer<typeof journalHead>;
export type TufVersions = z.infer<typeof tufVersions>;

/** Checks a value against a document's schema; the refusal is METADATA and names the field. */
export const checkDocument = <T>(schema: z.ZodType<T>, value: unknown, what: string): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new BundleError('METADATA', `${what}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
};

/** Parses strict JSON against a document's schema. */
export const parseDocument = <T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string, maxBytes: number): T =>
  checkDocument(schema, parseStrictJson(bytes, { maxBytes }), what);

const utf8 = new TextEncoder();

/** The bytes of a document that is about to be signed; the schema holds for what we write too. */
export const encodeDocument = <T>(schema: z.ZodType<T>, value: T, what: string): Uint8Array =>
  utf8.encode(JSON.stringify(checkDocument(schema, value, what)));
