import type { Jobs } from './jobs.ts';
import type { Queue } from './pending.ts';
import type { Turn } from './ticking.ts';

/** What the server does itself at once: a device that just enrolled has its status at once. */
const budgetMs = 25;
/** It comes back so often in a second, with a pause for who waits meanwhile. */
const turns = 4;
const pauseMs = 100;
/** So many seconds in a row what waits is left alone while reports are written. */
const mostPutOff = 10;

/** Works off what waits, each second; a backlog goes to the job. Gives when it wants to come back before its time. */
export function pendingTurn(parts: {
  queues: readonly Queue[];
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  /** Whether reports are being written: waiting for their lock would block every answer. */
  isBusy: () => boolean;
}): (turn: Pick<Turn, 'again'>) => number | undefined {
  const { queues, jobs, isBusy } = parts;
  const isFarBehind = (): boolean => queues.some((queue) => queue.isFarBehind());
  const isWorking = (): boolean =>
    jobs.list({ kind: 'rules', limit: 1 }).some(({ state }) => state === 'queued' || state === 'running');
  let putOff = 0;
  return ({ again }) => {
    if (!queues.some((queue) => queue.isBehind()) || isWorking()) return undefined;
    if (isBusy() && putOff < mostPutOff && !isFarBehind()) {
      if (again === 0) putOff += 1;
      return undefined;
    }
    putOff = 0;
    const isMore = queues.map((queue) => queue.run({ budgetMs, small: true }).more).includes(true);
    // Starting the job's thread costs as much as looking at a thousand devices.
    if (isMore && isFarBehind()) jobs.enqueue('rules');
    else if (isMore && again < turns - 1) return pauseMs;
    return undefined;
  };
}
