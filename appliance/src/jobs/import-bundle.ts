import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { type ImportPayload, importJobKind, runImportJob } from '../features/console/import-job.ts';
import { importDraftStore } from '../features/console/store.ts';
import { runJobs } from './worker.ts';

/** Checks or imports a bundle that the console was given. */
await runJobs(importJobKind, async (payload, { appliance, progress, signal }) =>
  runImportJob(payload as ImportPayload, {
    exchange: appliance.exchange,
    drafts: importDraftStore(appliance.db),
    progress,
    signal,
    clock: nowMs,
  }),
);
