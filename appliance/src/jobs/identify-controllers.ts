import { type RunPayload, runJobKind } from '../features/identification/types.ts';
import { runJobs } from './worker.ts';

/** Asks the controllers of an approved job. A restart goes on where this one ended. */
await runJobs(runJobKind, async (payload, { appliance, progress, signal }) =>
  appliance.identification.work((payload as RunPayload).run, { signal, onProgress: progress }),
);
