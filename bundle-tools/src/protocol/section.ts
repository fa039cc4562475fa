import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../documents/canonical-json.ts';
import { count, digest, time, wireLimits } from './common.ts';

// PUT /sections/:collection: one whole section. Field values are checked by the collection's declaration, after the hash.

export const sectionRequest = z.object({
  hash: digest,
  collectedAt: time,
  items: z.array(z.unknown()).max(wireLimits.sectionItems),
});

/** `known`: the hash was held already and nothing was read. */
export const sectionReply = z.object({
  known: z.boolean(),
  added: count.optional(),
  removed: count.optional(),
  changed: count.optional(),
});
export type SectionReply = z.infer<typeof sectionReply>;

/** A section's hash: SHA-256 of the canonical JSON of its items as sent. */
export const sectionHash = (items: readonly unknown[]): string =>
  createHash('sha256').update(canonicalJson(items)).digest('hex');

/**
 * The items with their fields in the order of canonical JSON. Sent so, the bytes of the items are mostly those of the
 * hash, and the appliance need not write them out anew to check it.
 */
export const inHashOrder = (items: readonly object[]): object[] =>
  items.map((item) => Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))));
