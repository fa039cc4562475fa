import type { Database } from './database.ts';

// Long work is a row of table job_run; a bree worker of the row's kind claims it, so a restart resumes it. node-cron only
// ticks schedules.

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

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

export type Jobs = {
  /** Adds a row and wakes the worker; a kind runs one at a time, in order. */
  enqueue(kind: string, payload: unknown): number;
  get(id: number): JobRun | undefined;
  list(query: { kind?: string; limit: number }): JobRun[];
  /** Waits for the end of a run. */
  finished(id: number, options: { timeoutMs: number }): Promise<JobRun>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type JobParts = {
  db: Database;
  dataDir: string;
  /** Folder of worker files `<kind>.ts`; every file is a kind. */
  folder: string;
  schedules: ReadonlyArray<{ name: string; cron: string; kind: string; payload?: unknown }>;
};
