import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { type Database, immediate } from './database.ts';

// Long work in many transactions, so that other writers get the write lock soon.

/** About so long a step holds the lock. */
const stepMs = 40;
/** So long it is left to others between two steps: who waits for it looks every 100 ms at last, and must find it free soon. */
const pauseMs = 40;

/**
 * Runs `work` piece by piece, each piece ending at a `yield`; as many pieces in one transaction as fit into a step. `begin` is
 * called in each transaction. What was committed stays when a later step throws: who calls this must be able to take it back.
 */
export const inSteps = async <R>(
  db: Database,
  work: Generator<void, R, void>,
  options: { begin?: () => void; signal?: AbortSignal } = {},
): Promise<R> => {
  for (;;) {
    options.signal?.throwIfAborted();
    const result = immediate(db, () => {
      options.begin?.();
      const until = performance.now() + stepMs;
      for (;;) {
        const next = work.next();
        if (next.done === true || performance.now() >= until) return next;
      }
    });
    if (result.done === true) return result.value;
    await sleep(pauseMs);
  }
};

/** So long the thread is held at once, and left to others after it. */
const turnMs = 10;

/** Runs `work`, which only reads, in short turns on the thread that answers everybody. */
export async function inTurns<R>(work: Generator<void, R, void>): Promise<R> {
  for (;;) {
    const until = performance.now() + turnMs;
    do {
      const next = work.next();
      if (next.done === true) return next.value;
    } while (performance.now() < until);
    await sleep(turnMs);
  }
}

/** So many things of a long list are written in one transaction. */
const partSize = 10;

/** Hands on a long list in parts, which `work` writes each in a transaction of its own, and lets others go between two of them. */
export async function inParts<T>(items: readonly T[], work: (part: readonly T[]) => void): Promise<void> {
  for (let at = 0; at < items.length; at += partSize) {
    if (at > 0) await setImmediate();
    work(items.slice(at, at + partSize));
  }
}

/** Lets the work that `begin` makes run once at a time: who asks meanwhile gets what it comes to. */
export function oneAtATime<R>(begin: () => Generator<void, R, void>): () => Promise<R> {
  const running: { now?: Promise<R> | undefined } = {};
  return () => {
    running.now ??= inTurns(begin()).finally(() => {
      running.now = undefined;
    });
    return running.now;
  };
}

/** Runs `work` to its end in the transaction of the caller. */
export const atOnce = <R>(work: Generator<void, R, void>): R => {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
};
