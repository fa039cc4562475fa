import { BundleError } from '@sallyport/bundle-tools/errors';
import type { Appliance } from '../compose.ts';
import type { Actor } from '../features/objects/types.ts';
import { runJobs } from './worker.ts';

const collectedAfterMs = 7 * 86_400_000;
const actor: Actor = { type: 'system', id: 'retention', label: 'retention', rights: new Set(['all']) };

/** Objects that nothing has referred to for a week; a bundle that is being imported comes first. */
const collect = ({ exchange }: Appliance): number => {
  try {
    return exchange.collect(actor, collectedAfterMs).length;
  } catch (error) {
    if (error instanceof BundleError && error.code === 'BUSY') return 0;
    throw error;
  }
};

/** Applies every retention: events, changes, orphaned items, tombstones, certificates; looks again for sources. */
await runJobs('retention', async (_payload, { appliance }) => {
  appliance.accounts.trim();
  appliance.queries.trim();
  appliance.samples.trim();
  appliance.exchange.unreferenced();
  appliance.vulnerabilities.refreshSources();
  return {
    ...appliance.devices.trim(),
    events: appliance.events.trim(),
    deviations: appliance.baselines.trim(),
    inventory: appliance.inventory.trim(),
    discovery: appliance.discovery.trim(),
    tombstones: appliance.objects.trim(),
    collected: collect(appliance),
  };
});
