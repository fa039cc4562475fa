import { setTimeout as sleep } from 'node:timers/promises';
import { steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, immediateWithin } from './database.ts';
import { AppError, toFailure } from './errors.ts';

// Two threads of the server write into one database. Waiting for the lock inside SQLite stops a thread, so the thread that answers
// waits outside, and the thread that stores, which would take the lock again at once, lets it have a turn between two transactions.

/** As long as SQLite would wait. */
const patienceMs = 10_000;
const againMs = 2;
/**
 * The thread that stores waits for a turn of the other until it is over: at most so long, for the other may have no processor, and for so
 * many of them in a row.
 */
const turnMs = 250;
const mostTurns = 8;

/** Whether no connection writes. What is wrong with the database, the write itself says. */
const isFree = (db: Database): boolean => {
  try {
    return immediateWithin(db, 0, () => undefined);
  } catch (error) {
    return toFailure(error).code !== 'OVERLOADED';
  }
};

type WriteTurns = {
  /** Resolves when no connection writes: a write that follows without a pause does not wait. OVERLOADED after 10 s. */
  mine(): Promise<void>;
};

/** For the thread that answers; `waiting` is how many of its calls want a turn, shared with the thread that stores. */
export const writeTurns = (db: Database, waiting: Int32Array<SharedArrayBuffer>): WriteTurns => ({
  mine: async () => {
    if (isFree(db)) return;
    Atomics.add(waiting, 0, 1);
    try {
      for (const latestMs = steadyMs() + patienceMs; steadyMs() < latestMs; ) {
        await sleep(againMs);
        if (isFree(db)) return;
      }
      throw new AppError('OVERLOADED', 'the database is busy');
    } finally {
      // After the caller has written: it goes on before this is done.
      setImmediate(() => {
        Atomics.sub(waiting, 0, 1);
        Atomics.notify(waiting, 0);
      });
    }
  },
});

/** For the thread that stores, between two transactions: lets the calls that wait write. */
export const letOthersWrite = (waiting: Int32Array<SharedArrayBuffer>): void => {
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const count = Atomics.load(waiting, 0);
    if (count === 0 || Atomics.wait(waiting, 0, count, turnMs) === 'timed-out') return;
  }
};
