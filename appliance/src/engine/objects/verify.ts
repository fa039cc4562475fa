import { commitmentOf } from '../../platform/commitment.ts';
import type { EventService } from '../events/service.ts';
import type { AuditEntry } from '../events/types.ts';
import type { ObjectStore, RevisionRow } from './store.ts';

export type RevisionFinding = { kind: string; id: string; revision: number; reason: string };

const objectKey = (kind: string, id: string): string => `${kind}\0${id}`;

/** The entries of all revisions by object; what was purged is gone for good and expected no more. */
const vouchedRevisions = (entries: Iterable<AuditEntry>): Map<string, Map<number, AuditEntry>> => {
  const expected = new Map<string, Map<number, AuditEntry>>();
  for (const entry of entries) {
    const key = objectKey(entry.kind, entry.object);
    if (entry.operation === 'purge') expected.delete(key);
    if (entry.revision === 0) continue;
    const held = expected.get(key);
    if (held === undefined) expected.set(key, new Map([[entry.revision, entry]]));
    else held.set(entry.revision, entry);
  }
  return expected;
};

/** What the chain vouches for beside who, when and where: the content and the persons behind it. */
export function revisionCommitment({ salt, body, persons }: Pick<RevisionRow, 'salt' | 'body' | 'persons'>): Buffer {
  return commitmentOf(salt, [body, persons]);
}

const isVouchedFor = (row: RevisionRow, entry: AuditEntry): boolean =>
  revisionCommitment(row).toString('hex') === entry.commitment &&
  row.at === entry.at &&
  row.actor === entry.actor &&
  row.from_address === entry.from &&
  row.operation === entry.operation;

/** Compares every revision with the audit chain, and what is in force with its newest revision. */
export const verifyRevisions = (store: ObjectStore, events: Pick<EventService, 'entries'>): RevisionFinding[] => {
  const findings: RevisionFinding[] = [];
  const expected = vouchedRevisions(events.entries());
  const newest = new Map<string, RevisionRow>();
  for (const row of store.allRevisions()) {
    const { kind, id, revision } = row;
    const revisions = expected.get(objectKey(kind, id));
    const entry = revisions?.get(revision);
    revisions?.delete(revision);
    if (entry === undefined) findings.push({ kind, id, revision, reason: 'not in the audit chain' });
    else if (!isVouchedFor(row, entry)) findings.push({ kind, id, revision, reason: 'altered' });
    newest.set(objectKey(kind, id), row);
  }
  for (const revisions of expected.values())
    for (const { kind, object: id, revision } of revisions.values())
      findings.push({ kind, id, revision, reason: 'is missing' });
  for (const { kind, id, revision, body } of newest.values()) {
    const current = store.byId(kind, id);
    if (current?.revision !== revision || current.body !== body)
      findings.push({ kind, id, revision, reason: 'is not the current content' });
  }
  return findings;
};
