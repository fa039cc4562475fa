import type { Jobs } from '../../platform/jobs.ts';
import type { SiteClock } from '../../platform/site-clock.ts';
import type { ControllerFindings } from './service.ts';

/** What could not be matched, as with a snapshot that is missing, is not tried without a pause. */
const pauseMs = 30_000;

/** It found nothing that it could do. */
const isIdle = (result: unknown): boolean => (result as { parts?: number } | null)?.parts === 0;

/** Wakes the job when something waits for its match, by import, command or person. */
export async function wakeFindings(parts: {
  controllerFindings: Pick<ControllerFindings, 'isDue'>;
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  time: Pick<SiteClock, 'now'>;
  /** Before a write. */
  turn: () => Promise<void>;
}): Promise<void> {
  const { controllerFindings, jobs, time, turn } = parts;
  if (!controllerFindings.isDue()) return;
  const isWorking = jobs
    .list({ kind: 'match-controllers', limit: 1 })
    .some(
      ({ state, result, finishedAt }) =>
        state === 'queued' || state === 'running' || (isIdle(result) && time.now() < (finishedAt ?? 0) + pauseMs),
    );
  if (isWorking) return;
  await turn();
  jobs.enqueue('match-controllers');
}
