import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { allStatistics } from './all-statistics.ts';
import type { Appliance } from './compose.ts';
import type { Actor } from './engine/objects/types.ts';
import { importDraftStore } from './features/exchange/import-draft-store.ts';
import { importDrafts } from './features/exchange/import-drafts.ts';
import { dropViewsOfPurged } from './features/list-views/store.ts';
import { keepToday } from './features/trends/keep.ts';
import { siteTimeZone } from './platform/time-zone.ts';

// Every retention of the data register, applied. The job of the night calls it; retention.test.ts ages rows of each entry.

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

/** Files that wait for a decision lie in staging itself, runs of imports in folders; after a day the first are dropped. */
const cleanStaging = ({ paths, time }: Appliance): void => {
  // Files are stamped by the computer's clock: while that is in doubt their age is not known.
  if (time.doubt() !== undefined) return;
  for (const name of readdirSync(paths.staging)) {
    const path = join(paths.staging, name);
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (info?.isFile() === true && time.now() - info.mtimeMs > dayMs) rmSync(path, { force: true });
  }
};

/** Keeps what the statistics say today; how many. */
export function keepDailyValues(appliance: Appliance): { kept: number } {
  const { db, objects, time } = appliance;
  const timeZone = objects.setting('appliance.time-zone') || siteTimeZone();
  return keepToday({ db, statistics: allStatistics(appliance), timeZone, moment: time.read() });
}

/** Applies every retention: what was reported, what happened, what was started and never finished; looks again for sources. */
export function applyRetention(appliance: Appliance) {
  appliance.accounts.trim();
  appliance.gate.trim();
  appliance.announcements.trim();
  appliance.notifications.trim();
  appliance.receivers.trim();
  appliance.queries.trim();
  appliance.samples.trim();
  appliance.deviceTasks.trim();
  appliance.rules.trimTagChanges();
  appliance.controllerDrafts.trim();
  importDrafts({
    store: importDraftStore(appliance.db),
    jobs: appliance.jobs,
    media: appliance.media,
    stagingDir: appliance.paths.staging,
    clock: appliance.time.now,
  }).trim();
  appliance.personal.destroyErased();
  appliance.exchange.unreferenced();
  cleanStaging(appliance);
  appliance.vulnerabilities.refreshSources();
  keepDailyValues(appliance);
  const tombstones = appliance.objects.trim();
  dropViewsOfPurged(appliance.db);
  return {
    ...appliance.devices.trim(),
    jobs: appliance.jobs.trim(),
    events: appliance.events.trim(),
    deviations: appliance.baselines.trim(),
    inventory: appliance.inventory.trim(),
    discovery: appliance.discovery.trim(),
    identification: appliance.identification.trim(),
    controllers: { changes: appliance.controllers.trim(), archived: appliance.controllers.archiveIdle() },
    tombstones,
    collected: collect(appliance),
  };
}
