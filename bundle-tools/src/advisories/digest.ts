import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BundleError } from '../errors.ts';
import { type Advisory, AdvisorySchema } from './advisory.ts';

/** An advisory as its canonical line, with the digest of that line: what parts and deltas are made of. */
export type FeedRecord = { id: string; digest: string; line: string };

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** One canonical JSON line without the line feed: the schema's field order, absent fields left out. */
export const encodeAdvisory = (advisory: Advisory): string => {
  const parsed = AdvisorySchema.safeParse(advisory);
  if (!parsed.success) throw new BundleError('METADATA', `advisory ${advisory.id}: ${z.prettifyError(parsed.error)}`);
  return JSON.stringify(parsed.data);
};

/** The canonical line of an advisory and its digest. */
export const toRecord = (advisory: Advisory): FeedRecord => {
  const line = encodeAdvisory(advisory);
  return { id: advisory.id, digest: sha256(line), line };
};

/**
 * The content digest of a whole feed: SHA-256 over `<id> <digest>` lines, sorted by the bytes of the id. The order of
 * the input does not matter; a chain of deltas and a full import of the same content give the same digest.
 */
export const contentDigest = (entries: Iterable<{ id: string; digest: string }>): string => {
  const lines = Array.from(entries, ({ id, digest }) => `${id} ${digest}\n`);
  // Ids are ASCII, so the order of code units is the order of bytes.
  lines.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
};
