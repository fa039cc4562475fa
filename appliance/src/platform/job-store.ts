import type { Database } from './database.ts';

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
  const insert = db.prepare<[string, string, number]>(
    "insert into job_run (kind, state, payload, created_at) values (?, 'queued', ?, ?)",
  );
  const byId = db.prepare<[number], JobRow>(`select ${columns} from job_run where id = ?`);
  const list = db.prepare<[string | null, string | null, number], JobRow>(
    `select ${columns} from job_run where (? is null or kind = ?) order by id desc limit ?`,
  );
  const next = db.prepare<[string], JobRow>(
    `select ${columns} from job_run where kind = ? and state = 'queued' order by id limit 1`,
  );
  const start = db.prepare<[number, number]>(
    "update job_run set state = 'running', attempt = attempt + 1, started_at = ?, progress = null where id = ?",
  );
  const finish = db.prepare<[string, string | null, string | null, number, number]>(
    'update job_run set state = ?, result = ?, error = ?, finished_at = ? where id = ?',
  );
  const requeue = db.prepare<[number]>("update job_run set state = 'queued' where id = ? and state = 'running'");
  const progress = db.prepare<[string, number]>('update job_run set progress = ? where id = ?');
  const queued = db.prepare<[], { kind: string }>("select distinct kind from job_run where state = 'queued'");
  const running = db.prepare<[], JobRow>(`select ${columns} from job_run where state = 'running'`);
  const counts = db.prepare<[], { kind: string; state: string; runs: number }>(
    'select kind, state, count(*) as runs from job_run group by kind, state order by kind, state',
  );
  const trim = db.prepare<[number]>(
    "delete from job_run where state in ('done', 'failed', 'cancelled') and finished_at < ?",
  );
  const tick = db.prepare<[string, number]>(
    'insert into schedule_run (name, last_at) values (?, ?) on conflict (name) do update set last_at = excluded.last_at',
  );
  return {
    insert: (kind: string, payload: unknown, at: number): number =>
      Number(insert.run(kind, JSON.stringify(payload ?? null), at).lastInsertRowid),
    byId: (id: number): JobRun | undefined => {
      const row = byId.get(id);
      return row && toRun(row);
    },
    list: (kind: string | undefined, limit: number): JobRun[] => list.all(kind ?? null, kind ?? null, limit).map(toRun),
    next: (kind: string): JobRun | undefined => {
      const row = next.get(kind);
      return row && toRun(row);
    },
    start: (id: number, at: number): void => {
      start.run(at, id);
    },
    finish: (
      id: number,
      end: { state: JobState; result?: unknown; error?: { code: string; message: string }; at: number },
    ): void => {
      const result = end.result === undefined ? null : JSON.stringify(end.result);
      finish.run(end.state, result, end.error === undefined ? null : JSON.stringify(end.error), end.at, id);
    },
    requeue: (id: number): void => {
      requeue.run(id);
    },
    progress: (id: number, value: unknown): void => {
      progress.run(JSON.stringify(value ?? null), id);
    },
    queuedKinds: (): string[] => queued.all().map(({ kind }) => kind),
    counts: () => counts.all(),
    running: (): JobRun[] => running.all().map(toRun),
    trim: (before: number): number => trim.run(before).changes,
    tick: (name: string, at: number): void => {
      tick.run(name, at);
    },
  };
};
