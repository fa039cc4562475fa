import { defined } from '@sallyport/bundle-tools/platform/defined';
import { type Database, nowIn } from '../../platform/database.ts';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import type { Vocabulary } from '../../platform/filter/types.ts';
import { allTrue, among, type Condition, oneOf } from '../../platform/list/condition.ts';
import { listBuilder, readRows } from '../../platform/list/list-queries.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { reachedEvents } from './reach-queries.ts';
import type { AuditEntry, EventPage, EventQuery, EventSpan, StoredEvent } from './types.ts';

type EventRow = {
  id: number;
  at: number;
  type: string;
  severity: string;
  area: string;
  device: number | null;
  actor: string | null;
  from_address: string | null;
  params: string;
  audit_seq: number | null;
  salt: Buffer | null;
};

type AuditRow = {
  seq: number;
  at: number;
  actor: string;
  from_address: string | null;
  operation: string;
  kind: string;
  object: string;
  revision: number;
  commitment: Buffer;
  prev: Buffer;
  hash: Buffer;
};

type EventInsert = Omit<EventRow, 'id'>;

const toEvent = (row: EventRow): StoredEvent => ({
  id: row.id,
  at: row.at,
  type: row.type,
  severity: row.severity as StoredEvent['severity'],
  area: row.area as StoredEvent['area'],
  device: row.device,
  actor: row.actor,
  from: row.from_address,
  params: JSON.parse(row.params) as StoredEvent['params'],
  auditSeq: row.audit_seq,
});

const toEntry = (row: AuditRow): AuditEntry => ({
  seq: row.seq,
  at: row.at,
  actor: row.actor,
  from: row.from_address,
  operation: row.operation,
  kind: row.kind,
  object: row.object,
  revision: row.revision,
  commitment: row.commitment.toString('hex'),
  prev: row.prev.toString('hex'),
  hash: row.hash.toString('hex'),
});

const newestFirst = { keys: ['id'] };
/** So few are found by what names them and sorted: going back through all events for them reads every one. */
const mostSorted = 1_000;

/** SQL of events and of the audit chain; the words of filters depend on what is reached. */
export const eventStore = (db: Database, vocabularyOf: (scope: Scope) => Vocabulary) => {
  const sql = statements(db);
  const auditEvents = sql.all<[number, number, number], EventRow>(
    `select * from event where audit_seq is not null and (audit_seq, id) > (?, ?) order by audit_seq, id limit ?`,
  );
  const ofEntry = sql.get<[number], EventRow>('select * from event where audit_seq = ?');
  const last = sql.get<[], { seq: number; hash: Buffer }>('select seq, hash from audit order by seq desc limit 1');
  const insertAudit = sql.run(
    `insert into audit (seq, at, actor, from_address, operation, kind, object, revision, commitment, prev, hash)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const head = sql.get<[], { seq: number; mac: Buffer }>('select seq, mac from audit_head where one = 1');
  const allAudit = db.prepare<[], AuditRow>('select * from audit order by seq');
  const auditFrom = sql.all<[number, number], AuditRow>('select * from audit where seq > ? order by seq limit ?');
  const withHead = db.transaction((after: number, limit: number) => ({
    entries: auditFrom(after, limit).map(toEntry),
    sealed: head(),
  }));
  const list = listBuilder<EventRow, 'id'>(db, {
    from: 'event',
    id: 'id',
    select: '*',
    orders: { id: newestFirst },
    few: { most: mostSorted },
  });
  /** A page of what is in reach. */
  const reachedPage = (where: readonly Condition[], query: EventQuery): { rows: EventRow[]; total: number } => {
    const reached = reachedEvents(db, query.scope, query.reader ?? '');
    const each = reached.each(where.length > 0);
    const total = each.reduce((sum, of) => sum + list.count({ where: [...where, of] }), 0);
    const behind = query.after === undefined ? [] : [{ sql: 'id < ?', params: [query.after] }];
    const limit = query.limit + 1;
    const rows = readRows<EventRow>(db, {
      select: '*',
      from: 'event',
      where: reached.among(allTrue([...where, ...behind]), limit),
      order: newestFirst,
      descending: true,
      limit,
      sorted: reached.isSmall || total <= mostSorted,
    });
    return { rows, total };
  };

  return {
    insert: sql.insert<[row: EventInsert]>(
      `insert into event (at, type, severity, area, device, actor, from_address, params, audit_seq, salt)
     values (:at, :type, :severity, :area, :device, :actor, :from_address, :params, :audit_seq, :salt)`,
    ),
    /** Audit events in the order of their entries, after the one given. */
    auditEvents: (after: { auditSeq: number; id: number }, limit: number) =>
      auditEvents(after.auditSeq, after.id, limit).map((row) => ({ ...toEvent(row), salt: row.salt })),
    /** Entries of a kind up to a number. */
    countEntries: sql.count<[kind: string, upTo: number]>(
      'select count(*) as n from audit where kind = ? and seq <= ?',
    ),
    /** Entries after a number, and the sealed head of the same moment. */
    entriesWithHead: (after: number, limit: number) => withHead(after, limit),
    eventOf: (seq: number): (StoredEvent & { salt: Buffer | null }) | undefined => {
      const row = ofEntry(seq);
      return row && { ...toEvent(row), salt: row.salt };
    },
    lastEntry: (): { seq: number; hash: string } | undefined => {
      const row = last();
      return row && { seq: row.seq, hash: row.hash.toString('hex') };
    },
    insertEntry: (entry: AuditEntry): void => {
      insertAudit(
        entry.seq,
        entry.at,
        entry.actor,
        entry.from,
        entry.operation,
        entry.kind,
        entry.object,
        entry.revision,
        Buffer.from(entry.commitment, 'hex'),
        Buffer.from(entry.prev, 'hex'),
        Buffer.from(entry.hash, 'hex'),
      );
    },
    setHead: sql.run<[seq: number, mac: Uint8Array]>(
      'insert into audit_head (one, seq, mac) values (1, ?, ?) on conflict (one) do update set seq = excluded.seq, mac = excluded.mac',
    ),
    entries: function* (): Generator<AuditEntry> {
      for (const row of allAudit.iterate()) yield toEntry(row);
    },
    entry: sql.get<[seq: number], AuditRow, AuditEntry>('select * from audit where seq = ?', toEntry),
    auditPage: (query: { after?: number; limit: number; kind?: string; object?: string }): AuditEntry[] => {
      const parts = ['1'];
      const params: unknown[] = [];
      if (query.kind !== undefined) {
        parts.push('kind = ?');
        params.push(query.kind);
      }
      if (query.object !== undefined) {
        parts.push('object = ?');
        params.push(query.object);
      }
      if (query.after !== undefined) {
        parts.push('seq < ?');
        params.push(query.after);
      }
      return db
        .prepare<unknown[], AuditRow>(`select * from audit where ${parts.join(' and ')} order by seq desc limit ?`)
        .all(...params, query.limit)
        .map(toEntry);
    },
    page: (query: EventQuery): EventPage => {
      const { filter, type, device, scope, limit, after } = query;
      const where = [
        ...conditionsOf(filter, { vocabulary: vocabularyOf(scope), now: nowIn(db) }),
        ...oneOf('type', type),
        ...oneOf('device', device === undefined ? [] : [device]),
      ];
      if (scope.site) {
        const key = after === undefined ? undefined : [after];
        const { rows, total, next } = list.page({ sort: 'id', descending: true, where, limit, after: key });
        const last = next === undefined ? undefined : rows.at(-1)?.id;
        return { rows: rows.map(toEvent), total, ...defined({ next: last }) };
      }
      const { rows, total } = reachedPage(where, query);
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1)?.id : undefined;
      return { rows: page.map(toEvent), total, ...defined({ next: last }) };
    },
    trimType: sql.changes<[type: string, before: number, most: number]>(
      'delete from event where id in (select id from event where type = ? and at < ? and audit_seq is null order by id limit ?)',
    ),
    trimOldest: sql.changes<[most: number]>(
      'delete from event where id in (select id from event where audit_seq is null order by id limit ?)',
    ),
    newest: sql.count<[]>('select max(id) from event'),
    countIn: sql.count<[after: number, upTo: number]>('select count(*) from event where id > ? and id <= ?'),
    after: sql.all<[after: number, limit: number], EventRow, StoredEvent>(
      'select * from event where id > ? order by id limit ?',
      toEvent,
    ),
    byNumbers: sql.all<[ids: readonly number[]], EventRow, StoredEvent>(
      'select * from event where id in (select value from json_each(?)) order by id',
      toEvent,
    ),
    /** The numbers or times of what is found, in order. */
    foundIn: (what: 'id' | 'at', span: EventSpan, controllerTypes: readonly string[]): number[] => {
      const { after, upTo, filter, scope, reader = '', controllers, most } = span;
      const found = [
        { sql: 'id > ? and id <= ?', params: [after, upTo] },
        ...conditionsOf(filter, { vocabulary: vocabularyOf(scope), now: nowIn(db) }),
      ];
      const inReach = (): readonly Condition[] => {
        if (scope.site) return [{ sql: 'true', params: [] }];
        const each = reachedEvents(db, scope, reader).each(true);
        if (controllers === undefined) return each;
        const reached = controllersIn(controllers, "json_extract(params, '$.controller')", 'public_id');
        const ofThem = [{ sql: 'device is null', params: [] }, among('type', controllerTypes), reached];
        return [...each, allTrue(ofThem)];
      };
      const read = (where: Condition): number[] =>
        db
          .prepare<unknown[], number>(`select ${what} from event where ${where.sql} order by id desc limit ?`)
          .pluck()
          .all(...where.params, most);
      // No event fits two of them.
      return inReach()
        .flatMap((one) => read(allTrue([...found, one])))
        .sort((a, b) => a - b);
    },
    countPlain: sql.count<[]>('select count(*) as n from event where audit_seq is null'),
  };
};

export type EventStore = ReturnType<typeof eventStore>;
