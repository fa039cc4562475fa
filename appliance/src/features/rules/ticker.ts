import type { Jobs } from '../../platform/jobs.ts';
import type { BaselineService } from '../baselines/service.ts';
import type { RuleService } from './service.ts';

const tickMs = 1_000;
/** What the server does itself: a device that just enrolled has its status at once. More is for the job's thread. */
const budgetMs = 25;

/** Runs the rules once a second over what waits; a backlog goes to the job. Until the returned function is called. */
export const startRules = (parts: {
  rules: RuleService;
  /** What rules look at beside facts, found in the same rhythm. */
  baselines: Pick<BaselineService, 'run' | 'isBehind'>;
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  onError: (error: unknown) => void;
}): (() => void) => {
  const { rules, baselines, jobs, onError } = parts;
  const isWorking = (): boolean =>
    jobs.list({ kind: 'rules', limit: 1 }).some(({ state }) => state === 'queued' || state === 'running');
  const timer = setInterval(() => {
    try {
      if (!(rules.isBehind() || baselines.isBehind()) || isWorking()) return;
      const behind = baselines.run({ budgetMs }).more;
      if (rules.run({ budgetMs, small: true }).more || behind) jobs.enqueue('rules');
    } catch (error) {
      onError(error);
    }
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
};
