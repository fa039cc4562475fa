import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { noPosition, type Position } from './types.ts';

export type Entry = {
  seq: number;
  operation: string;
  kind: string;
  object: string;
  revision: number;
  params: string | null;
};

/** How far the database is, and what was taken away since an entry. Reads audit, event, exchange_state, receipt, object and object_revision. */
export const rollbackStore = (db: Database) => {
  const sql = statements(db);
  const head = sql.get<[], { seq: number; hash: Buffer }>('select seq, hash from audit order by seq desc limit 1');
  const hashAt = sql.value<[number], Buffer>('select hash from audit where seq = ?');
  const counters = sql.get<[], { request: number; seq: number; seqBroadcast: number }>(
    'select request_number as request, seq, seq_broadcast as seqBroadcast from exchange_state where id = 1',
  );
  const receipt = sql.count<[]>('select coalesce(max(number), 0) from receipt');
  const body = sql.value<[string, string, number], string>(
    'select body from object_revision where kind = ? and id = ? and revision = ?',
  );
  return {
    /** When the last entry of the journal was written; 0 without one. */
    lastAt: sql.count<[]>('select at from audit order by seq desc limit 1'),
    position: (): Position => {
      const last = head();
      const exchange = counters();
      return {
        entries: last?.seq ?? 0,
        head: last?.hash.toString('hex') ?? noPosition.head,
        request: exchange?.request ?? 0,
        receipt: receipt(),
        seq: exchange?.seq ?? 0,
        seqBroadcast: exchange?.seqBroadcast ?? 0,
      };
    },
    hashAt: (entry: number): string | undefined => hashAt(entry)?.toString('hex'),
    since: sql.all<[entry: number, limit: number], Entry>(
      `select a.seq, a.operation, a.kind, a.object, a.revision, e.params from audit a
       left join event e on e.audit_seq = a.seq
       where a.seq > ? and (a.kind in ('account', 'token', 'role') or a.operation in ('device-revoked', 'device-approved'))
       order by a.seq limit ?`,
    ),
    /** Ids of the living objects of a kind. */
    living: sql.values<[kind: string], string>('select id from object where kind = ? and deleted_at is null'),
    /** Ids of the tokens that wait after a return; from the index, so `cross`: there are few, and many tokens. */
    heldTokens: sql.values<[], string>(
      `select o.id from object_index i cross join object o on o.kind = i.kind and o.id = i.id
       where i.kind = 'token' and i.field = 'held' and o.deleted_at is null
       order by o.created_at, o.title`,
    ),
    /** How many of them could let something in at this time, and since when the first waits. */
    waitingTokens: sql.get<[now: number], { count: number; since: number | null }>(
      `select count(*) as count, min(unixepoch(i.value)) * 1000 as since
       from object_index i cross join object o on o.kind = i.kind and o.id = i.id
       where i.kind = 'token' and i.field = 'held' and o.deleted_at is null
       and json_extract(o.body, '$.disabled') is not true
       and coalesce(unixepoch(json_extract(o.body, '$.expiresAt'), 'subsec') * 1000 > ?, true)`,
    ),
    /** Public ids of the controllers. */
    controllers: sql.values<[], string>('select public_id from controller'),
    /** Objects that were written or destroyed after an entry. */
    written: sql.all<[entry: number], { kind: string; object: string }>(
      `select distinct kind, object from audit where seq > ? and kind <> 'event'`,
    ),
    body: (kind: string, id: string, revision: number): Record<string, unknown> => {
      const stored = body(kind, id, revision);
      return stored === undefined ? {} : (JSON.parse(stored) as Record<string, unknown>);
    },
  };
};

export type RollbackStore = ReturnType<typeof rollbackStore>;
