import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Extensions } from '../all-declarations.ts';
import { type Appliance, compose } from '../compose.ts';
import { noteDamage } from '../features/health/damage-file.ts';
import { immediate, nowIn } from '../platform/database.ts';
import { toFailure } from '../platform/errors.ts';
import { type JobRun, jobStore } from '../platform/job-store.ts';

type JobContext = {
  appliance: Appliance;
  id: number;
  attempt: number;
  /** Shown to people and kept with the run; at most twice a second reaches the database. */
  progress(value: unknown): void;
  /** Aborts when the server stops: end soon, the run is resumed from its start. */
  signal: AbortSignal;
};

type JobHandler = (payload: unknown, context: JobContext) => Promise<unknown>;

/** A directory or a range that does not answer has events of its own. */
const ownEvents: ReadonlySet<string> = new Set(['NOT_NAMED', 'FORBIDDEN_ADDRESS', 'UNREACHABLE', 'PEER', 'DIRECTORY']);
const progressMs = 500;
const lingerMs = 200;
const pauseMs = 25;

/**
 * For between two transactions of long work. Without it the lock is free for microseconds: the server's own thread waits for
 * it in vain until its time is over, and no request is answered meanwhile.
 */
export const letOthersWrite = (): Promise<void> => sleep(pauseMs);

/** The body of a worker file: works off the queued rows of its kind, then ends. */
export const runJobs = async (kind: string, handle: JobHandler): Promise<void> => {
  // bree passes what is ours beside its own `job`.
  const { dataDir, extensions } = workerData as { dataDir: string; extensions: Extensions };
  const stop = new AbortController();
  parentPort?.on('message', (message) => {
    if (message === 'cancel') stop.abort();
  });
  const appliance = await compose({ dataDir, extensions, lateStatements: true });
  const store = jobStore(appliance.db);

  const claim = (): JobRun | undefined =>
    immediate(appliance.db, () => {
      const run = store.next(kind);
      if (run !== undefined) store.start(run.id, nowIn(appliance.db));
      return run;
    });

  const work = async (run: JobRun): Promise<void> => {
    let shownAt = Number.NEGATIVE_INFINITY;
    let unwritten: unknown;
    const progress = (value: unknown): void => {
      unwritten = value;
      if (steadyMs() - shownAt < progressMs) return;
      shownAt = steadyMs();
      unwritten = undefined;
      store.progress(run.id, value);
    };
    try {
      const result = await handle(run.payload, {
        appliance,
        id: run.id,
        attempt: run.attempt + 1,
        progress,
        signal: stop.signal,
      });
      store.finish(run.id, { state: 'done', result: result ?? null, at: nowIn(appliance.db) });
    } catch (error) {
      if (stop.signal.aborted) {
        store.requeue(run.id);
        return;
      }
      const { code, message } = toFailure(error);
      // Before anything is written: that may fail by the same damage.
      if (code === 'DATABASE') noteDamage(dataDir, { at: nowIn(appliance.db), detail: message });
      // A refused bundle is the answer that was asked for, with a receipt and an event of its own; so is a stop.
      const isAnswer =
        code === 'CANCELLED' || ownEvents.has(code) || (error instanceof BundleError && code !== 'INTERNAL');
      immediate(appliance.db, () => {
        // Where it failed is what people ask first.
        if (unwritten !== undefined) store.progress(run.id, unwritten);
        store.finish(run.id, { state: 'failed', error: { code, message }, at: nowIn(appliance.db) });
        if (!isAnswer) appliance.events.record('job-failed', { params: { job: kind, code, reason: message } });
      });
      if (code === 'INTERNAL') appliance.log.error({ kind, err: error }, 'job failed');
    }
  };

  for (let idle = false; !stop.signal.aborted; ) {
    const run = claim();
    if (run !== undefined) {
      idle = false;
      await work(run);
    } else if (idle) {
      break;
    } else {
      idle = true;
      await sleep(lingerMs);
    }
  }
  await appliance.close();
  parentPort?.postMessage(stop.signal.aborted ? 'cancelled' : 'done');
};
