import { runJobs } from './worker.ts';

/** Applies every retention: events, changes, orphaned items, tombstones, certificates. */
await runJobs('retention', async (_payload, { appliance }) => {
  appliance.devices.trim();
  appliance.accounts.trim();
  return {
    events: appliance.events.trim(),
    inventory: appliance.inventory.trim(),
    tombstones: appliance.objects.trim(),
  };
});
