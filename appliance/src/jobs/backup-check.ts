import { z } from 'zod';
import { checkBackup } from '../features/backups/backup-jobs.ts';
import { runJobs } from './worker.ts';

const payloadSchema = z.strictObject({ backup: z.string() });

/** Reads a backup whole. */
await runJobs('backup-check', async (payload, { appliance }) =>
  checkBackup(appliance, payloadSchema.parse(payload).backup),
);
