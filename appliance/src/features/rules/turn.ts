import type { Jobs } from '../../platform/jobs.ts';
import type { Turn } from '../../platform/ticking.ts';
import type { BaselineService } from '../baselines/service.ts';
import type { RuleService } from './service.ts';

/** What the server does itself at once: a device that just enrolled has its status at once. */
const budgetMs = 25;
/** It comes back so often in a second, with a pause for who waits meanwhile. */
const turns = 4;
const pauseMs = 100;
/** So many seconds in a row what waits is left alone while reports are written. */
const mostPutOff = 10;

/** Runs the rules over what waits, each second; a backlog goes to the job. Gives when it wants to come back before its time. */
export const rulesTurn = (parts: {
  rules: RuleService;
  /** What rules look at beside facts, found in the same rhythm. */
  baselines: Pick<BaselineService, 'run' | 'isBehind'>;
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  /** Whether reports are being written: waiting for their lock, the server would answer nobody. */
  isBusy: () => boolean;
}): ((turn: Pick<Turn, 'again'>) => number | undefined) => {
  const { rules, baselines, jobs, isBusy } = parts;
  const isWorking = (): boolean =>
    jobs.list({ kind: 'rules', limit: 1 }).some(({ state }) => state === 'queued' || state === 'running');
  let putOff = 0;
  return ({ again }) => {
    if (!(rules.isBehind() || baselines.isBehind()) || isWorking()) return undefined;
    if (isBusy() && putOff < mostPutOff && !rules.isFarBehind()) {
      if (again === 0) putOff += 1;
      return undefined;
    }
    putOff = 0;
    const behind = baselines.run({ budgetMs }).more;
    const { more } = rules.run({ budgetMs, small: true });
    // Starting the job's thread costs as much as looking at a thousand devices.
    if (behind || (more && rules.isFarBehind())) jobs.enqueue('rules');
    else if (more && again < turns - 1) return pauseMs;
    return undefined;
  };
};
