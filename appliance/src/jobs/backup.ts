import { z } from 'zod';
import { runBackupJob } from '../features/backups/backup-jobs.ts';
import { runJobs } from './worker.ts';

const payloadSchema = z.strictObject({ bySchedule: z.boolean() });

/** Makes a backup that the clock or a person asked for. */
await runJobs('backup', async (payload, { appliance, progress }) =>
  runBackupJob(appliance, payloadSchema.parse(payload), progress),
);
