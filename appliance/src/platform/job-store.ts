import type { Database } from './database.ts';
import { statements } from './statements.ts';

type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export type JobRun = {
  id: number;
  kind: string;
  state: JobState;
  payload: unknown;
  progress: unknown;
  result: unknown;
  /** Error code and message of a failure. */
  error: { code: string; message: string } | null;
  attempt: number;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
};

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

type JobRow = Omit<JobRun, 'payload' | 'progress' | 'result' | 'error'> & {
  payload: string;
  progress: string | null;
  result: string | null;
  error: string | null;
};
const columns = `id, kind, state, payload, progress, result, error, attempt, created_at as createdAt,
  started_at as startedAt, finished_at as finishedAt`;

const toRun = (row: JobRow): JobRun => ({
  ...row,
  payload: parsed(row.payload),
  progress: parsed(row.progress),
  result: parsed(row.result),
  error: parsed(row.error) as JobRun['error'],
});

/** SQL of job runs and of the schedules' last ticks. */
export const jobStore = (db: Database) => {
  const sql = statements(db);
  const insert = sql.insert<[string, string, number]>(
    "insert into job_run (kind, state, payload, created_at) values (?, 'queued', ?, ?)",
  );
  const list = sql.all<[string | null, string | null, number], JobRow>(
    `select ${columns} from job_run where (? is null or kind = ?) order by id desc limit ?`,
  );
  const finish = sql.run<[string, string | null, string | null, number, number]>(
    'update job_run set state = ?, result = ?, error = ?, finished_at = ? where id = ?',
  );
  const progress = sql.run<[string, number]>('update job_run set progress = ? where id = ?');
  return {
    insert: (kind: string, payload: unknown, at: number): number => insert(kind, JSON.stringify(payload ?? null), at),
    byId: sql.get<[id: number], JobRow, JobRun>(`select ${columns} from job_run where id = ?`, toRun),
    list: (kind: string | undefined, limit: number): JobRun[] => list(kind ?? null, kind ?? null, limit).map(toRun),
    next: sql.get<[kind: string], JobRow, JobRun>(
      `select ${columns} from job_run where kind = ? and state = 'queued' order by id limit 1`,
      toRun,
    ),
    start: sql.run<[id: number, at: number]>(
      "update job_run set state = 'running', attempt = attempt + 1, started_at = ?2, progress = null where id = ?1",
    ),
    finish: (
      id: number,
      end: { state: JobState; result?: unknown; error?: { code: string; message: string }; at: number },
    ): void => {
      const result = end.result === undefined ? null : JSON.stringify(end.result);
      finish(end.state, result, end.error === undefined ? null : JSON.stringify(end.error), end.at, id);
    },
    requeue: sql.run<[id: number]>("update job_run set state = 'queued' where id = ? and state = 'running'"),
    progress: (id: number, value: unknown): void => {
      progress(JSON.stringify(value ?? null), id);
    },
    queuedKinds: sql.values<[], string>("select distinct kind from job_run where state = 'queued'"),
    counts: sql.all<[], { kind: string; state: string; runs: number }>(
      'select kind, state, count(*) as runs from job_run group by kind, state order by kind, state',
    ),
    running: sql.all<[], JobRow, JobRun>(`select ${columns} from job_run where state = 'running'`, toRun),
    trim: sql.changes<[before: number]>(
      "delete from job_run where state in ('done', 'failed', 'cancelled') and finished_at < ?",
    ),
    lastTick: sql.value<[name: string], number>('select last_at from schedule_run where name = ?'),
    tick: sql.run<[name: string, at: number]>(
      'insert into schedule_run (name, last_at) values (?, ?) on conflict (name) do update set last_at = excluded.last_at',
    ),
  };
};
