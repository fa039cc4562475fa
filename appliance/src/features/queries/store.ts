import type { Database } from '../../platform/database.ts';
import { allTrue, among, type Condition } from '../../platform/list/condition.ts';
import { devicesIn, type Limit, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { AnswerState } from './types.ts';

export type QueryRow = {
  id: string;
  sql: string;
  createdAt: number;
  createdBy: string;
  deadlineAt: number;
  keptBytes: number;
  reach: Limit;
};

export type AnswerRow = {
  device: number;
  publicId: string;
  name: string;
  lastSeenAt: number | null;
  state: AnswerState;
  answeredAt: number | null;
  wallMs: number | null;
  rowCount: number | null;
  isCut: number;
  rows: Buffer | null;
  message: Buffer | null;
};

type AnswerPage = { after: number; limit: number; scope: Scope };
type AnswerCount = {
  state: AnswerState;
  isOffline: number;
  n: number;
  rows: number | null;
  stoppedAt: number | null;
  /** Those that are still asked. */
  open: number;
};

type Target = { id: number; publicId: string };

/** The number of queries with an answer still to come bounds what one poll is told. */
const maxPerPoll = 16;
/** A query that a client took and never answered is sent again; one that keeps killing it is not sent for ever. */
const maxSends = 3;

/** SQL over live queries; reads device, device_source, inv_identity and section for names and targets. */
export const queryStore = (db: Database) => {
  const sql = statements(db);
  const columns = `id, sql, created_at as createdAt, created_by as createdBy, deadline_at as deadlineAt,
    kept_bytes as keptBytes, reach`;
  const insert = sql.run(
    `insert into live_query (id, sql, created_at, created_by, deadline_at, reach)
     values (@id, @sql, @createdAt, @createdBy, @deadlineAt, @reach)`,
  );
  const insertTarget = sql.run<[string, number]>(
    `insert into live_answer (query, device, state) values (?, ?, 'waiting')`,
  );
  /** A run is seen by who reaches one of its devices; at the site also one whose devices are all gone. */
  const isSeen = (scope: Scope): Condition => {
    if (scope.site) return allTrue([]);
    const { sql, params } = devicesIn(scope, 'a.device');
    return { sql: `exists (select 1 from live_answer a where a.query = live_query.id and ${sql})`, params };
  };
  const byId = (id: string, scope: Scope): QueryRow | undefined => {
    const { sql, params } = isSeen(scope);
    return db
      .prepare<unknown[], QueryRow>(`select ${columns} from live_query where id = ? and ${sql}`)
      .get(id, ...params);
  };
  const list = (before: number, limit: number, scope: Scope): QueryRow[] => {
    const { sql, params } = isSeen(scope);
    return db
      .prepare<unknown[], QueryRow>(
        `select ${columns} from live_query where created_at < ? and ${sql} order by created_at desc, id limit ?`,
      )
      .all(before, ...params, limit);
  };
  const stop = (id: string, at: number, scope: Scope): void => {
    const { sql, params } = devicesIn(scope, 'device');
    db.prepare(
      `update live_answer set stopped_at = ? where query = ? and state in ('waiting', 'sent') and stopped_at is null and ${sql}`,
    ).run(at, id, ...params);
  };
  const answers = `select a.device as device, d.public_id as publicId, coalesce(nullif(i."name", ''), d.hostname) as name,
      d.last_seen_at as lastSeenAt, a.state as state, a.answered_at as answeredAt, a.wall_ms as wallMs,
      a.row_count as rowCount, a.is_cut as isCut, a.rows as rows, a.message as message
    from live_answer a join device d on d.id = a.device
      left join section s on s.device = d.id and s.collection = 'identity' and s.best = 1
      left join inv_identity i on i.device = d.id and i.section_source = s.source`;
  const answersOf = (query: string, { after, limit, scope }: AnswerPage): AnswerRow[] => {
    const { sql, params } = devicesIn(scope, 'a.device');
    return db
      .prepare<unknown[], AnswerRow>(
        `${answers} where a.query = ? and a.device > ? and ${sql} order by a.device limit ?`,
      )
      .all(query, after, ...params, limit);
  };
  const counts = (query: string, onlineSince: number, scope: Scope): AnswerCount[] => {
    const { sql, params } = devicesIn(scope, 'a.device');
    return db
      .prepare<unknown[], AnswerCount>(
        `select a.state as state, a.state in ('waiting', 'sent') and coalesce(d.last_seen_at, 0) < ? as isOffline,
           count(*) as n, sum(a.row_count) as rows,
           max(a.stopped_at) as stoppedAt, sum(a.state in ('waiting', 'sent') and a.stopped_at is null) as open
         from live_answer a join device d on d.id = a.device where a.query = ? and ${sql} group by 1, 2`,
      )
      .all(onlineSince, query, ...params);
  };
  /** What osquery speaks for; of it those with some public ids. */
  const targets = (scope: Scope, publicIds?: readonly string[]): Target[] => {
    const named = publicIds === undefined ? [] : [among('d.public_id', publicIds)];
    const { sql, params } = allTrue([...named, devicesIn(scope, 'd.id')]);
    return db
      .prepare<unknown[], Target>(
        `select distinct d.id as id, d.public_id as publicId from device d join device_source x on x.device = d.id
         where d.state = 'managed' and x.source = 'osquery' and x.state = 'approved' and ${sql} order by d.id`,
      )
      .all(...params);
  };

  return {
    insert: (query: Omit<QueryRow, 'keptBytes'>, targets_: readonly Target[]): void => {
      insert(query);
      for (const { id } of targets_) insertTarget(query.id, id);
    },
    byId,
    list,
    /** For the devices in reach. */
    stop,
    open: sql.all<[device: number, now: number], { id: string; sql: string; reach: Limit }>(
      `select q.id as id, q.sql as sql, q.reach as reach from live_answer a join live_query q on q.id = a.query
     where a.device = +? and a.state in ('waiting', 'sent') and a.sends < ${maxSends}
       and a.stopped_at is null and q.deadline_at > ? order by q.created_at limit ${maxPerPoll}`,
    ),
    sent: sql.run<[query: string, device: number]>(
      `update live_answer set state = 'sent', sends = sends + 1 where query = ? and device = ? and state in ('waiting', 'sent')`,
    ),
    /** False when the answer was there already. */
    setAnswer: sql.did<[answer: Omit<AnswerRow, 'publicId' | 'name' | 'lastSeenAt'> & { query: string }]>(
      `update live_answer set state = @state, answered_at = @answeredAt, wall_ms = @wallMs, row_count = @rowCount,
       is_cut = @isCut, rows = @rows, message = @message
     where query = @query and device = @device and state in ('waiting', 'sent')`,
    ),
    keep: sql.run<[query: string, bytes: number]>('update live_query set kept_bytes = kept_bytes + ?2 where id = ?1'),
    answersOf,
    counts,
    targets,
    old: sql.values<[before: number, limit: number], string>('select id from live_query where created_at < ? limit ?'),
    drop: sql.run<[id: string]>('delete from live_query where id = ?'),
  };
};
