import { AppError } from '../platform/errors.ts';
import { letOthersWrite, runJobs } from './worker.ts';

/** Works off what waits: devices that changed, all of them after other rules or advisories or another catalogue. What is done stays done: a restart goes on where this one ended. */
await runJobs('rules', async (_payload, { appliance, progress, signal }) => {
  let devices = 0;
  for (let more = true; more; await letOthersWrite()) {
    if (signal.aborted) throw new AppError('CANCELLED', 'the server stops');
    more = false;
    for (const queue of [...appliance.queues.quick, ...appliance.queues.bulk]) {
      const pass = queue.run({});
      devices += pass.devices ?? 0;
      more ||= pass.more;
    }
    progress({ devices });
  }
  return { devices };
});
