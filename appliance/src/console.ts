import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { assetManifest, assetsDir } from '@sallyport/ui/assets';
import { Hono } from 'hono';
import type { Appliance } from './compose.ts';
import { entryParts } from './entry-parts.ts';
import { controllerFindingPanels } from './features/controller-findings/panels.tsx';
import { deviceModel } from './features/devices/view.ts';
import { consoleQueries } from './features/exchange/page-queries.ts';
import { helpService } from './features/help/service.ts';
import { identificationPanel } from './features/identification/panel.tsx';
import { programPanel } from './features/integrity/program-panel.tsx';
import { controllerPatchPanels } from './features/patches/controller-panels.tsx';
import { searchService } from './features/search/service.ts';
import { immediate } from './platform/database.ts';
import { textFilter } from './platform/filter/types.ts';
import { selectionSeals } from './platform/selection.ts';
import { siteTimeZone } from './platform/time-zone.ts';
import { whileUnwritten } from './platform/while-unwritten.ts';
import { apiApp, describeApi } from './server/api/app.ts';
import { apiPrefix } from './server/api/types.ts';
import { consoleApp } from './server/console/app.tsx';
import { navigationBadges } from './server/console/badges.ts';
import type { ConsoleDeps } from './server/console/types.ts';

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

/** The entry points for people and programs over one appliance: the API and the console. */
export const entryPoints = (appliance: Appliance, clock: () => number = appliance.time.now) => {
  const { db, events, exchange } = appliance;
  const parts = entryParts(appliance, clock);
  // The most of a start would go into the calls of the API, so they are made with the first one.
  const held: { described?: ReturnType<typeof describeApi>; api?: Hono } = {};
  const described = () => {
    held.described ??= describeApi(parts);
    return held.described;
  };
  const api = () => {
    held.api ??= new Hono().route(apiPrefix, apiApp(parts, described()));
    return held.api;
  };
  const model = deviceModel(parts);
  const deps: ConsoleDeps = {
    ...parts,
    controllerPanels: [
      ...controllerFindingPanels(appliance),
      programPanel(appliance.integrity),
      identificationPanel(appliance),
      ...controllerPatchPanels(appliance),
    ],
    queries: consoleQueries(db),
    liveQueries: appliance.queries,
    selections: selectionSeals(appliance.keyring),
    // The build lays them out; without them pages are plain but work.
    assets: isThere(assetsDir) ? assetManifest(assetsDir) : {},
    timeZone: () => appliance.objects.setting('appliance.time-zone') || siteTimeZone(),
    failedUpgrade: () => appliance.upgrades.failure(),
    transact: (work) => immediate(db, work),
    chain: remembered(events.verifyChainInTurns, clock),
    receiptChain: remembered(async () => ({ ok: (await exchange.verifyReceiptsInTurns()).ok }), clock),
    badges: navigationBadges(parts, whileUnwritten(db)),
    apiDocument: () => described().document,
    apiRoutes: () => described().routes,
  };
  const search = searchService({
    ...deps,
    devices: (text, limit, scope) => {
      model.catchUp();
      return model.some(deps.deviceList.named(text, limit, scope));
    },
    controllers: (text, limit, scope) =>
      deps.controllers.listed(deps.controllerList.first(textFilter(text), limit, scope), scope),
  });
  return { api, console: consoleApp(deps, model, search, helpService()) };
};
