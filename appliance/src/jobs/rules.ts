import { AppError } from '../platform/errors.ts';
import { letOthersWrite, runJobs } from './worker.ts';

/** Devices of a transaction of indexes. */
const step = 512;

/** Looks at every device that waits for it: what it deviates in comes first, since rules look at that. What is done stays done: a restart goes on where this one ended. */
await runJobs('rules', async (_payload, { appliance, progress, signal }) => {
  let devices = 0;
  for (let more = true; more; await letOthersWrite()) {
    if (signal.aborted) throw new AppError('CANCELLED', 'the server stops');
    const behind = appliance.baselines.run().more;
    const pass = appliance.rules.run();
    devices += pass.devices;
    // A new catalogue, or other advisories: who needs which update, and who has what finding.
    const looked = appliance.updates.settle(step);
    more = behind || pass.more || looked > 0;
    progress({ devices });
  }
  return { devices };
});
