import type { Database } from '../../platform/database.ts';
import type { AnswerState } from './types.ts';

export type QueryRow = {
  id: string;
  sql: string;
  createdAt: number;
  createdBy: string;
  deadlineAt: number;
  stoppedAt: number | null;
  keptBytes: number;
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

export type Target = { id: number; publicId: string };

/** The number of queries with an answer still to come bounds what one poll is told. */
const maxPerPoll = 16;
/** A query that a client took and never answered is sent again; one that keeps killing it is not sent for ever. */
const maxSends = 3;

/** SQL over live queries; reads device, device_source, inv_identity and section for names and targets. */
export const queryStore = (db: Database) => {
  const columns = `id, sql, created_at as createdAt, created_by as createdBy, deadline_at as deadlineAt,
    stopped_at as stoppedAt, kept_bytes as keptBytes`;
  const insert = db.prepare(
    `insert into live_query (id, sql, created_at, created_by, deadline_at)
     values (@id, @sql, @createdAt, @createdBy, @deadlineAt)`,
  );
  const insertTarget = db.prepare<[string, number]>(
    `insert into live_answer (query, device, state) values (?, ?, 'waiting')`,
  );
  const byId = db.prepare<[string], QueryRow>(`select ${columns} from live_query where id = ?`);
  const list = db.prepare<[number, number], QueryRow>(
    `select ${columns} from live_query where created_at < ? order by created_at desc, id limit ?`,
  );
  const stop = db.prepare<[number, string]>('update live_query set stopped_at = ? where id = ? and stopped_at is null');
  const open = db.prepare<[number, number], { id: string; sql: string }>(
    `select q.id as id, q.sql as sql from live_answer a join live_query q on q.id = a.query
     where a.device = +? and a.state in ('waiting', 'sent') and a.sends < ${maxSends}
       and q.stopped_at is null and q.deadline_at > ? order by q.created_at limit ${maxPerPoll}`,
  );
  const sent = db.prepare<[string, number]>(
    `update live_answer set state = 'sent', sends = sends + 1 where query = ? and device = ? and state in ('waiting', 'sent')`,
  );
  const setAnswer = db.prepare(
    `update live_answer set state = @state, answered_at = @answeredAt, wall_ms = @wallMs, row_count = @rowCount,
       is_cut = @isCut, rows = @rows, message = @message
     where query = @query and device = @device and state in ('waiting', 'sent')`,
  );
  const keep = db.prepare<[number, string]>('update live_query set kept_bytes = kept_bytes + ? where id = ?');
  const answers = `select a.device as device, d.public_id as publicId, coalesce(nullif(i."name", ''), d.hostname) as name,
      d.last_seen_at as lastSeenAt, a.state as state, a.answered_at as answeredAt, a.wall_ms as wallMs,
      a.row_count as rowCount, a.is_cut as isCut, a.rows as rows, a.message as message
    from live_answer a join device d on d.id = a.device
      left join section s on s.device = d.id and s.collection = 'identity' and s.best = 1
      left join inv_identity i on i.device = d.id and i.section_source = s.source`;
  const answersOf = db.prepare<[string, number, number], AnswerRow>(
    `${answers} where a.query = ? and a.device > ? order by a.device limit ?`,
  );
  const counts = db.prepare<
    [number, string],
    { state: AnswerState; isOffline: number; n: number; rows: number | null }
  >(
    `select a.state as state, a.state in ('waiting', 'sent') and coalesce(d.last_seen_at, 0) < ? as isOffline,
       count(*) as n, sum(a.row_count) as rows
     from live_answer a join device d on d.id = a.device where a.query = ? group by 1, 2`,
  );
  const target = `select distinct d.id as id, d.public_id as publicId from device d join device_source x on x.device = d.id
    where d.state = 'managed' and x.source = 'osquery' and x.state = 'approved'`;
  const targets = db.prepare<[], Target>(`${target} order by d.id`);
  const targetsAmong = db.prepare<[string], Target>(
    `${target} and d.public_id in (select value from json_each(?)) order by d.id`,
  );
  const old = db.prepare<[number, number], { id: string }>('select id from live_query where created_at < ? limit ?');
  const drop = db.prepare<[string]>('delete from live_query where id = ?');

  return {
    insert: (query: Omit<QueryRow, 'stoppedAt' | 'keptBytes'>, targets_: readonly Target[]): void => {
      insert.run(query);
      for (const { id } of targets_) insertTarget.run(query.id, id);
    },
    byId: (id: string): QueryRow | undefined => byId.get(id),
    list: (before: number, limit: number): QueryRow[] => list.all(before, limit),
    stop: (id: string, now: number): boolean => stop.run(now, id).changes > 0,
    open: (device: number, now: number) => open.all(device, now),
    sent: (query: string, device: number): void => void sent.run(query, device),
    /** False when the answer was there already. */
    setAnswer: (answer: Omit<AnswerRow, 'publicId' | 'name' | 'lastSeenAt'> & { query: string }): boolean =>
      setAnswer.run(answer).changes > 0,
    keep: (query: string, bytes: number): void => void keep.run(bytes, query),
    answersOf: (query: string, after: number, limit: number): AnswerRow[] => answersOf.all(query, after, limit),
    counts: (query: string, onlineSince: number) => counts.all(onlineSince, query),
    targets: (): Target[] => targets.all(),
    targetsAmong: (publicIds: readonly string[]): Target[] => targetsAmong.all(JSON.stringify(publicIds)),
    old: (before: number, limit: number): string[] => old.all(before, limit).map(({ id }) => id),
    drop: (id: string): void => void drop.run(id),
  };
};
