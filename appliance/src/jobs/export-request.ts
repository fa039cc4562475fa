import { runExportJob } from '../features/exchange/export-job.ts';
import { type ExportPayload, exportJobKind } from '../features/exchange/types.ts';
import { runJobs } from './worker.ts';

/** Writes a request that the console asked for. */
await runJobs(exportJobKind, async (payload, { appliance, progress }) =>
  runExportJob(payload as ExportPayload, {
    exchange: appliance.exchange,
    media: appliance.media,
    progress,
    clock: appliance.time.now,
  }),
);
