import type { Database } from '../../platform/database.ts';
import { noPosition, type Position } from './types.ts';

export type Entry = {
  seq: number;
  operation: string;
  kind: string;
  object: string;
  revision: number;
  params: string | null;
};

/** How far the database is, and what was taken away since an entry. Reads audit, event, exchange_state, receipt and object_revision. */
export const rollbackStore = (db: Database) => {
  const head = db.prepare<[], { seq: number; hash: Buffer }>('select seq, hash from audit order by seq desc limit 1');
  const hashAt = db.prepare<[number], Buffer>('select hash from audit where seq = ?').pluck();
  const counters = db.prepare<[], { request: number; seq: number; seqBroadcast: number }>(
    'select request_number as request, seq, seq_broadcast as seqBroadcast from exchange_state where id = 1',
  );
  const receipt = db.prepare<[], number>('select coalesce(max(number), 0) from receipt').pluck();
  const since = db.prepare<[number, number], Entry>(
    `select a.seq, a.operation, a.kind, a.object, a.revision, e.params from audit a
       left join event e on e.audit_seq = a.seq
       where a.seq > ? and (a.kind in ('account', 'token', 'role') or a.operation in ('device-revoked', 'device-approved'))
       order by a.seq limit ?`,
  );
  const body = db
    .prepare<[string, string, number], string>(
      'select body from object_revision where kind = ? and id = ? and revision = ?',
    )
    .pluck();
  const lastAt = db.prepare<[], number>('select at from audit order by seq desc limit 1').pluck();
  return {
    /** When the last entry of the journal was written; 0 without one. */
    lastAt: (): number => lastAt.get() ?? 0,
    position: (): Position => {
      const last = head.get();
      const exchange = counters.get();
      return {
        entries: last?.seq ?? 0,
        head: last?.hash.toString('hex') ?? noPosition.head,
        request: exchange?.request ?? 0,
        receipt: receipt.get() ?? 0,
        seq: exchange?.seq ?? 0,
        seqBroadcast: exchange?.seqBroadcast ?? 0,
      };
    },
    hashAt: (entry: number): string | undefined => hashAt.get(entry)?.toString('hex'),
    since: (entry: number, limit: number): Entry[] => since.all(entry, limit),
    body: (kind: string, id: string, revision: number): Record<string, unknown> => {
      const stored = body.get(kind, id, revision);
      return stored === undefined ? {} : (JSON.parse(stored) as Record<string, unknown>);
    },
  };
};

export type RollbackStore = ReturnType<typeof rollbackStore>;
