import { keepDailyValues } from '../retention.ts';
import { runJobs } from './worker.ts';

/** The values of today, several times a day: the last one stays. */
await runJobs('daily-values', async (_payload, { appliance }) => keepDailyValues(appliance));
