import { createHash } from 'node:crypto';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import type { AuditEntry } from './types.ts';

/** What the first entry's `prev` is. */
export const chainStart = '0'.repeat(64);

/** SHA-256 over canonical JSON of everything in an entry but the hash itself. */
export const entryHash = (entry: Omit<AuditEntry, 'hash'>): string =>
  createHash('sha256')
    .update(
      canonicalJson({
        seq: entry.seq,
        at: entry.at,
        actor: entry.actor,
        from: entry.from,
        operation: entry.operation,
        kind: entry.kind,
        object: entry.object,
        revision: entry.revision,
        commitment: entry.commitment,
        prev: entry.prev,
      }),
    )
    .digest('hex');

/** Bytes that the head's MAC covers. */
export const headBytes = (seq: number, hash: string): Buffer => Buffer.from(`${seq}:${hash}`);

export type CheckedEntries = { length: number; head: string; fault?: { at: number; reason: string } };

/** Checks links and hashes in order, on from what was checked; returns the first fault. */
export const checkEntries = (
  entries: Iterable<AuditEntry>,
  from: CheckedEntries = { length: 0, head: chainStart },
): CheckedEntries => {
  let { length, head } = from;
  for (const entry of entries) {
    const at = length + 1;
    if (entry.seq !== at) return { length, head, fault: { at, reason: `entry ${at} is missing` } };
    if (entry.prev !== head)
      return { length, head, fault: { at, reason: `entry ${at} does not follow the one before` } };
    if (entryHash(entry) !== entry.hash) return { length, head, fault: { at, reason: `entry ${at} was altered` } };
    length = at;
    head = entry.hash;
  }
  return { length, head };
};
