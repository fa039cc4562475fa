import type { Jobs } from '../../platform/jobs.ts';
import type { BaselineService } from '../baselines/service.ts';
import type { RuleService } from './service.ts';

const tickMs = 1_000;
/** What the server does itself at once: a device that just enrolled has its status at once. */
const budgetMs = 25;
/** It comes back so often in a second, with a pause for who waits meanwhile. */
const turns = 4;
const pauseMs = 100;
/** So many seconds in a row what waits is left alone while reports are written. */
const mostPutOff = 10;

/** Runs the rules once a second over what waits; a backlog goes to the job. Until the returned function is called. */
export const startRules = (parts: {
  rules: RuleService;
  /** What rules look at beside facts, found in the same rhythm. */
  baselines: Pick<BaselineService, 'run' | 'isBehind'>;
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  /** Whether reports are being written: waiting for their lock, the server would answer nobody. */
  isBusy: () => boolean;
  onError: (error: unknown) => void;
}): (() => void) => {
  const { rules, baselines, jobs, isBusy, onError } = parts;
  const isWorking = (): boolean =>
    jobs.list({ kind: 'rules', limit: 1 }).some(({ state }) => state === 'queued' || state === 'running');
  let pause: NodeJS.Timeout | undefined;
  let putOff = 0;
  const turn = (left: number): void => {
    try {
      if (!(rules.isBehind() || baselines.isBehind()) || isWorking()) return;
      if (isBusy() && putOff < mostPutOff && !rules.isFarBehind()) {
        if (left === turns) putOff += 1;
        return;
      }
      putOff = 0;
      const behind = baselines.run({ budgetMs }).more;
      const { more } = rules.run({ budgetMs, small: true });
      // Starting the job's thread costs as much as looking at a thousand devices.
      if (behind || (more && rules.isFarBehind())) jobs.enqueue('rules');
      else if (more && left > 1) pause = setTimeout(turn, pauseMs, left - 1).unref();
    } catch (error) {
      onError(error);
    }
  };
  const timer = setInterval(() => {
    clearTimeout(pause);
    turn(turns);
  }, tickMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    clearTimeout(pause);
  };
};
