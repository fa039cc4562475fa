import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type Bree from 'bree';
import type { ScheduledTask } from 'node-cron';
import { type Database, immediate, nowIn } from './database.ts';
import { AppError } from './errors.ts';
import { type JobRun, jobStore } from './job-store.ts';
import type { Log } from './log.ts';

// Long work is a row of table job_run; a bree worker of the row's kind claims it, so a restart resumes it. node-cron only
// ticks schedules. A kind is a file of the jobs folder and runs one row at a time, in order.

/** `lateMs`: so long after its last turn one was missed, which is more than the time between two. */
export type Schedule = { name: string; cron: string; kind: string; payload?: unknown; lateMs: number };

export type Jobs = {
  /** Adds a row and wakes the worker. */
  enqueue(kind: string, payload?: unknown): number;
  get(id: number): JobRun | undefined;
  list(query: { kind?: string; limit: number }): JobRun[];
  /** Waits for the end of a run; TIMEOUT. */
  finished(id: number, options: { timeoutMs: number }): Promise<JobRun>;
  /** Puts back what a crash left running, then works, and adds what is scheduled. Only the server does this. */
  start(schedules?: readonly Schedule[]): Promise<void>;
  /** Works on rows that another process added, if it was started. */
  wake(): void;
  /** Adds what is scheduled for an hour in which the appliance was off. */
  catchUp(): void;
  stop(): Promise<void>;
  /** Kinds whose work does not go on: a row runs without a worker, or waits long while none of its kind runs. */
  stuck(): string[];
  /** How many rows there are by kind and state. */
  counts(): Array<{ kind: string; state: string; runs: number }>;
  /** Forgets runs that ended long ago. */
  trim(): number;
};

type JobParts = {
  db: Database;
  /** What every worker is given. */
  workerData: Record<string, unknown>;
  /** Folder of worker files `<kind>.ts`; `worker.ts` is their helper. */
  folder: string;
  log: Log;
};

const maxAttempts = 3;
const stopMs = 10_000;
const pollMs = 100;
const keepMs = 90 * 86_400_000;
/** A row is claimed within seconds, and a worker that ends has ended its row. */
const waitsLongMs = 10 * 60_000;
const withoutWorkerMs = 60_000;

const kindsOf = (folder: string): Array<{ name: string; path: string }> =>
  (isThere(folder) ? readdirSync(folder) : [])
    .filter((file) => /^[a-z][a-z0-9-]*\.(ts|js)$/.test(file) && !file.startsWith('worker.'))
    .map((file) => ({ name: file.slice(0, -extname(file).length), path: join(folder, file) }));

/** Job runs over the database; workers start only after `start`. */
export const jobs = ({ db, workerData, folder, log }: JobParts): Jobs => {
  const store = jobStore(db);
  const kinds = kindsOf(folder);
  const kindNames = new Set(kinds.map(({ name }) => name));
  let bree: Bree | undefined;
  let ticks: ScheduledTask[] = [];
  let scheduled: readonly Schedule[] = [];

  const wake = (kind: string): void => {
    if (bree === undefined || bree.workers.has(kind)) return;
    bree.run(kind).catch((error: unknown) => log.error({ kind, err: error }, 'job worker did not start'));
  };
  const wakeAll = (): void => {
    // A worker that ends after the stop calls this, too, and the database may be closed by then.
    if (bree === undefined) return;
    for (const kind of store.queuedKinds()) if (kindNames.has(kind)) wake(kind);
  };

  const enqueue = (kind: string, payload: unknown = null): number => {
    if (!kindNames.has(kind)) throw new AppError('INTERNAL', `there is no job kind ${kind}`);
    const id = store.insert(kind, payload, nowIn(db));
    wake(kind);
    return id;
  };

  const trim = (): number => store.trim(nowIn(db) - keepMs);

  const recover = (): void => {
    immediate(db, () => {
      for (const run of store.running()) {
        if (run.attempt < maxAttempts) {
          store.requeue(run.id);
        } else {
          const error = { code: 'INTERNAL', message: `gave up after ${run.attempt} attempts` };
          store.finish(run.id, { state: 'failed', error, at: nowIn(db) });
        }
      }
      trim();
    });
  };

  const stuck = (): string[] => {
    const now = nowIn(db);
    const running = store.running();
    const atWork = new Set(running.map(({ kind }) => kind));
    const left = running.filter(
      ({ kind, startedAt }) =>
        bree !== undefined && !bree.workers.has(kind) && now - (startedAt ?? now) > withoutWorkerMs,
    );
    const waiting = store
      .queuedKinds()
      .filter((kind) => !atWork.has(kind) && now - (store.next(kind)?.createdAt ?? now) > waitsLongMs);
    return [...new Set([...left.map(({ kind }) => kind), ...waiting])];
  };

  const onTick = ({ name, kind, payload }: Schedule): void => {
    immediate(db, () => {
      store.tick(name, nowIn(db));
      if (store.next(kind) === undefined) enqueue(kind, payload ?? null);
    });
  };

  const catchUp = (): void => {
    const now = nowIn(db);
    for (const entry of scheduled) {
      const last = store.lastTick(entry.name);
      // Neither a site that is new nor a clock that went back says what was missed: from now on it is known.
      if (last === undefined || last > now) store.tick(entry.name, now);
      else if (now - last >= entry.lateMs) onTick(entry);
    }
  };

  return {
    enqueue,
    trim,
    stuck,
    catchUp,
    counts: store.counts,
    get: store.byId,
    list: ({ kind, limit }) => store.list(kind, limit),
    finished: async (id, { timeoutMs }) => {
      for (const end = steadyMs() + timeoutMs; ; await sleep(pollMs)) {
        const run = store.byId(id);
        if (run === undefined) throw new AppError('NOT_FOUND', `there is no job ${id}`);
        if (run.state !== 'queued' && run.state !== 'running') return run;
        if (steadyMs() > end) throw new AppError('TIMEOUT', `job ${id} is still ${run.state}`);
      }
    },
    start: async (schedules = []) => {
      recover();
      // Only a server works on rows, so only a server loads what works.
      const [{ default: Workers }, { schedule, setLogger }] = await Promise.all([import('bree'), import('node-cron')]);
      // From sources, workers must resolve the workspaces as this process does.
      const fromSource = extname(import.meta.filename) === '.ts';
      bree = new Workers({
        root: false,
        timeout: false,
        logger: false,
        acceptedExtensions: ['.js', '.ts'],
        worker: {
          workerData,
          ...(fromSource ? { execArgv: ['--conditions=@sallyport/source'] } : {}),
        },
        jobs: kinds.map(({ name, path }) => ({ name, path, timeout: false, interval: 0 })),
        errorHandler: (error, { name }) => log.error({ kind: name, err: error }, 'job worker failed'),
        workerMessageHandler: () => {
          // Progress goes through the row.
        },
      });
      // A row that came while its worker was ending.
      bree.on('worker deleted', () => setImmediate(wakeAll));
      setLogger({
        info: (message) => log.debug({ message }, 'schedule'),
        warn: (message) => log.warn({ message }, 'schedule'),
        error: (message) => log.error({ message }, 'schedule'),
        debug: (message) => log.debug({ message }, 'schedule'),
      });
      scheduled = schedules;
      ticks = schedules.map((entry) =>
        schedule(entry.cron, () => onTick(entry), { name: entry.name, timezone: 'UTC', noOverlap: true }),
      );
      wakeAll();
    },
    wake: wakeAll,
    stop: async () => {
      for (const task of ticks) await task.destroy();
      ticks = [];
      scheduled = [];
      const stopping = bree;
      bree = undefined;
      if (stopping === undefined) return;
      for (const [name, worker] of new Map(stopping.workers)) {
        // bree takes only the next message as the answer, so a worker that talks would never end (STACK: jobs).
        await Promise.race([stopping.stop(name), sleep(stopMs, undefined, { ref: false })]);
        if (stopping.workers.has(name)) await worker.terminate();
      }
    },
  };
};
