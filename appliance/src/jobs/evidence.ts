import { z } from 'zod';
import { runJobs } from './worker.ts';

const payloadSchema = z.strictObject({ pack: z.int().min(1) });

/** Makes a requested evidence pack. */
await runJobs('evidence', async (payload, { appliance }) => {
  const { jsonSha256, pdfSha256, rows } = await appliance.patches.evidence.make(payloadSchema.parse(payload).pack);
  return { jsonSha256, pdfSha256, rows };
});
