import type { Jobs } from './jobs.ts';
import type { Queue } from './pending.ts';

/**
 * The server's look at what waits to be derived, each second: `derive` has it worked off beside the thread that answers. What is much and
 * was not worked off since the last look goes to the job, whose start costs as much as looking at a thousand devices.
 */
export function pendingTurn(parts: {
  queues: readonly Pick<Queue, 'isBehind' | 'isFarBehind'>[];
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  derive: () => void;
  /** Before a write (write-turns.ts). */
  turn: () => Promise<void>;
}): () => Promise<void> {
  const { queues, jobs, derive, turn } = parts;
  const isWorking = (): boolean =>
    jobs.list({ kind: 'rules', limit: 1 }).some(({ state }) => state === 'queued' || state === 'running');
  let isAsked = false;
  return async () => {
    if (!queues.some((queue) => queue.isBehind()) || isWorking()) {
      isAsked = false;
      return;
    }
    if (isAsked && queues.some((queue) => queue.isFarBehind())) {
      await turn();
      jobs.enqueue('rules');
    } else derive();
    isAsked = true;
  };
}
