import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../compose.ts';
import type { Actor } from '../features/objects/types.ts';
import { runJobs } from './worker.ts';

const dayMs = 86_400_000;
const collectedAfterMs = 7 * dayMs;
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

/** Files with people in them that a run which died left behind. */
const sweepImports = ({ paths }: Appliance): void => {
  for (const name of readdirSync(paths.staging).filter((entry) => entry.startsWith('ldif-'))) {
    const path = join(paths.staging, name);
    if (nowMs() - statSync(path).mtimeMs > dayMs) rmSync(path, { force: true });
  }
};

/** Applies every retention: events, changes, orphaned items, tombstones, certificates; looks again for sources. */
await runJobs('retention', async (_payload, { appliance }) => {
  appliance.accounts.trim();
  appliance.queries.trim();
  appliance.samples.trim();
  appliance.deviceTasks.trim();
  appliance.personal.settle();
  appliance.exchange.unreferenced();
  sweepImports(appliance);
  appliance.vulnerabilities.refreshSources();
  appliance.vulnerabilities.noteDay();
  return {
    ...appliance.devices.trim(),
    events: appliance.events.trim(),
    deviations: appliance.baselines.trim(),
    inventory: appliance.inventory.trim(),
    discovery: appliance.discovery.trim(),
    identification: appliance.identification.trim(),
    controllers: { changes: appliance.plcs.trim(), archived: appliance.plcs.archiveIdle() },
    tombstones: appliance.objects.trim(),
    collected: collect(appliance),
  };
});
