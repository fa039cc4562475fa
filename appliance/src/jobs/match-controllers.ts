import { AppError } from '../platform/errors.ts';
import { letOthersWrite, runJobs } from './worker.ts';

const step = 500;

/** Compares what is new of controllers with the advisories. The index that it takes is in this thread and goes with it. */
await runJobs('match-controllers', async (_payload, { appliance, progress, signal }) => {
  let parts = 0;
  for (let more = true; more; await letOthersWrite()) {
    if (signal.aborted) throw new AppError('CANCELLED', 'the server stops');
    const done = appliance.controllerFindings.recomputePending(step);
    parts += done.done;
    more = done.more;
    progress({ parts });
  }
  return { parts };
});
