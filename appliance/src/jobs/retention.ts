import { applyRetention } from '../retention.ts';
import { runJobs } from './worker.ts';

/** Every retention of the data register, once a day. */
await runJobs('retention', async (_payload, { appliance }) => applyRetention(appliance));
