import { existsSync } from 'node:fs';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { assetManifest, assetsDir } from '@sallyport/ui/assets';
import type { Appliance } from './compose.ts';
import { apiApp, describeApi } from './features/api/app.ts';
import type { ApiParts } from './features/api/types.ts';
import { consoleApp } from './features/console/app.tsx';
import { navigationBadges } from './features/console/badges.ts';
import { controllerFindingPanels } from './features/console/controller-finding-panels.tsx';
import { controllerModel } from './features/console/controller-model.ts';
import { controllerPatchPanels } from './features/console/controller-patches.tsx';
import { deviceModel } from './features/console/device-model.ts';
import { identificationPanel } from './features/console/identification-panel.tsx';
import { importDrafts } from './features/console/import-drafts.ts';
import { programPanel } from './features/console/program-panel.tsx';
import { consoleQueries } from './features/console/queries.ts';
import { importDraftStore } from './features/console/store.ts';
import type { ConsoleDeps } from './features/console/types.ts';
import { filterSources } from './features/devices/filter-queries.ts';
import { deviceList } from './features/devices/list-queries.ts';
import { deviceQueries } from './features/devices/queries.ts';
import { plcList } from './features/plcs/list-queries.ts';
import { searchService } from './features/search/service.ts';
import { immediate } from './platform/database.ts';
import { siteTimeZone } from './platform/time-zone.ts';

/** A whole chain is read at most this often for pages; `doctor` and the daily check read it always. */
const chainMs = 10 * 60_000;

const remembered = <T>(read: () => Promise<T>, clock: () => number): (() => Promise<T & { at: number }>) => {
  const held: { value?: T & { at: number } } = {};
  return async () => {
    const now = clock();
    if (held.value === undefined || now - held.value.at > chainMs || now < held.value.at)
      held.value = { ...(await read()), at: now };
    return held.value;
  };
};

/** The doors for people and programs over one appliance: the API and the console. */
export const doors = (appliance: Appliance, clock: () => number = nowMs) => {
  const { db, events, exchange } = appliance;
  const queries = deviceQueries(db);
  const controllers = plcList(db);
  const list = deviceList(db, filterSources(appliance));
  const drafts = importDrafts({
    store: importDraftStore(db),
    jobs: appliance.jobs,
    media: appliance.media,
    stagingDir: appliance.paths.staging,
    clock,
  });
  const apiParts: ApiParts = { ...appliance, deviceQueries: queries, deviceList: list, drafts, clock };
  const described = describeApi(apiParts);
  const model = deviceModel({ ...appliance, deviceQueries: queries, deviceList: list, clock });
  const deps: ConsoleDeps = {
    ...appliance,
    controllerPanels: [
      ...controllerFindingPanels(appliance),
      programPanel(appliance.integrity),
      identificationPanel(appliance),
      ...controllerPatchPanels(appliance),
    ],
    deviceQueries: queries,
    deviceList: list,
    plcList: controllers,
    clock,
    queries: consoleQueries(db),
    liveQueries: appliance.queries,
    drafts,
    // The build lays them out; without them pages are plain but work.
    assets: existsSync(assetsDir) ? assetManifest(assetsDir) : {},
    timeZone: siteTimeZone(),
    transact: (work) => immediate(db, work),
    chain: remembered(events.verifyChainInTurns, clock),
    receiptChain: remembered(async () => ({ ok: (await exchange.verifyReceiptsInTurns()).ok }), clock),
    badges: navigationBadges({ ...appliance, deviceQueries: queries, deviceList: list, clock }),
    apiDocument: () => described.document,
  };
  const found = controllerModel(deps);
  const search = searchService({
    ...deps,
    devices: (text, limit) => model.page({ filter: { search: text }, sort: 'name', descending: false, limit }),
    controllers: (text, limit) => {
      const { ids, total } = controllers.page({ filter: { search: text }, sort: 'name', descending: false, limit });
      return { rows: found.rows(ids), total };
    },
  });
  return { api: apiApp(apiParts, described), console: consoleApp(deps, model, search) };
};
