import { allStatistics } from './all-statistics.ts';
import type { Appliance } from './compose.ts';
import { appCategories } from './engine/inventory/app-categories.ts';
import { deviceNumberOf } from './engine/inventory/device-number.ts';
import { hardwareRecords } from './engine/inventory/hardware-records.ts';
import { managedObjects } from './features/accounts/managed-objects.ts';
import { addDeviceService } from './features/add-device/service.ts';
import { agentPushService } from './features/agent-push/service.ts';
import { controllerList } from './features/controllers/list-queries.ts';
import { deviceList } from './features/devices/list-queries.ts';
import { deviceQueries } from './features/devices/queries.ts';
import { forbiddenAddresses } from './features/discovery/forbidden.ts';
import { importDraftStore } from './features/exchange/import-draft-store.ts';
import { importDrafts } from './features/exchange/import-drafts.ts';
import { listViewService } from './features/list-views/service.ts';
import { trendService } from './features/trends/service.ts';
import { worklistService } from './features/worklist/service.ts';
import { workWeightAt } from './features/worklist/weight-at.ts';
import { siteTimeZone } from './platform/time-zone.ts';
import { workKinds } from './work-kinds.ts';

function partsOfEntryPoints(appliance: Appliance, clock: () => number) {
  const { db, jobs, media, objects, paths } = appliance;
  const deviceOf = deviceNumberOf(appliance.devices);
  const list = deviceList(db, appliance.deviceFilters);
  const ofControllers = controllerList(db, appliance.controllers);
  const timeZone = (): string => objects.setting('appliance.time-zone') || siteTimeZone();
  const addDevice = addDeviceService({ ...appliance, root: appliance.exchange.root });
  return {
    deviceQueries: deviceQueries(db),
    deviceList: list,
    controllerList: ofControllers,
    managedObjects: managedObjects(appliance),
    addDevice,
    agentPush: agentPushService({
      ...appliance,
      clock,
      folder: paths.agentPackages,
      addDevice,
      forbidden: forbiddenAddresses({ ...appliance, clock }),
      record: appliance.discovery.noteConnection,
    }),
    hardwareRecords: hardwareRecords({ ...appliance, deviceOf }),
    listViews: listViewService({ ...appliance, clock }),
    appCategories: appCategories({ ...appliance, deviceOf }),
    drafts: importDrafts({ store: importDraftStore(db), jobs, media, stagingDir: paths.staging, clock }),
    worklist: worklistService({
      kinds: workKinds({ ...appliance, deviceList: list, controllerList: ofControllers, clock }),
      objects,
      weightOf: workWeightAt(objects),
      timeZone,
      clock,
    }),
    trends: trendService({ db, statistics: allStatistics(appliance), timeZone, clock }),
    clock,
  };
}

/** What pages, the API and commands may take: every part of the appliance, and what only they need. */
export type EntryParts = Appliance & ReturnType<typeof partsOfEntryPoints>;

export function entryParts(appliance: Appliance, clock: () => number = appliance.time.now): EntryParts {
  return { ...appliance, ...partsOfEntryPoints(appliance, clock) };
}
