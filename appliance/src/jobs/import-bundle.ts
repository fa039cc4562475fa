import { importDraftStore } from '../features/exchange/import-draft-store.ts';
import { runImportJob } from '../features/exchange/import-job.ts';
import { type ImportPayload, importJobKind } from '../features/exchange/types.ts';
import { runJobs } from './worker.ts';

/** Checks or imports a bundle that the console was given. */
await runJobs(importJobKind, async (payload, { appliance, progress, signal }) =>
  runImportJob(payload as ImportPayload, {
    exchange: appliance.exchange,
    drafts: importDraftStore(appliance.db),
    progress,
    signal,
    clock: appliance.time.now,
  }),
);
