import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { managedObjects } from '../accounts/managed-objects.ts';
import { searchService } from '../search/service.ts';
import { assetRoutes } from './assets.ts';
import { controllerModel } from './controller-model.ts';
import type { DeviceModel } from './device-model.ts';
import { guard, identify, requireNeed } from './guard.ts';
import { errorPage } from './page.tsx';
import { addDevicePages } from './pages/add-device.tsx';
import { apiPages } from './pages/api.tsx';
import { approvalPages } from './pages/approvals.tsx';
import { baselinePages } from './pages/baselines.tsx';
import { changePages } from './pages/changes.tsx';
import { controllerPages } from './pages/controller.tsx';
import { controllerFindingPages } from './pages/controller-findings.tsx';
import { controllerImportPages } from './pages/controller-imports.tsx';
import { controllerReviewPages } from './pages/controller-review.tsx';
import { controllersPages } from './pages/controllers.tsx';
import { deploymentPages } from './pages/deployments.tsx';
import { deviationPages } from './pages/deviations.tsx';
import { devicePages } from './pages/device.tsx';
import { deviceDecisionPages } from './pages/device-decisions.tsx';
import { deviceDuplicatePages } from './pages/device-duplicates.tsx';
import { devicesPages } from './pages/devices.tsx';
import { discoveryPages } from './pages/discovery.tsx';
import { eventPages } from './pages/events.tsx';
import { evidencePages } from './pages/evidence.tsx';
import { exchangePages } from './pages/exchange.tsx';
import { identificationPages } from './pages/identification.tsx';
import { importPages } from './pages/imports.tsx';
import { integrityPages } from './pages/integrity.tsx';
import { inventoryPages } from './pages/inventory.tsx';
import { loginPages, sessionEnded } from './pages/login.tsx';
import { mePages } from './pages/me.tsx';
import { measurePages } from './pages/measures.tsx';
import { objectPages } from './pages/objects.tsx';
import { overviewPages } from './pages/overview.tsx';
import { patchPages } from './pages/patches.tsx';
import { personPages } from './pages/persons.tsx';
import { provisionPages } from './pages/provision.tsx';
import { queryPages } from './pages/queries.tsx';
import { samplePages } from './pages/samples.tsx';
import { searchPages } from './pages/search.tsx';
import { settingsPages } from './pages/settings.tsx';
import { stickPages } from './pages/stick.tsx';
import { storyPages } from './pages/story.tsx';
import { updatePages } from './pages/updates.tsx';
import { vulnerabilityPages } from './pages/vulnerabilities.tsx';
import { windowPages } from './pages/windows.tsx';
import { zonePages } from './pages/zones.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from './types.ts';

/** The console over the services; mounted at `/`. */
export const consoleApp = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const search = searchService({
    ...deps,
    devices: (text, limit) => model.page({ filter: { search: text }, sort: 'name', descending: false, limit }),
    controllers: (text, limit) => {
      const { ids, total } = deps.plcList.page({ filter: { search: text }, sort: 'name', descending: false, limit });
      return { rows: controllers.rows(ids), total };
    },
  });
  const controllers = controllerModel(deps);
  const app = new Hono<ConsoleEnv>();
  app.onError((error, c) => errorPage(deps, error, c));
  app.route('/', assetRoutes(deps.assets));
  app.use(identify(deps));
  app.use(guard(deps));
  app.route('/', loginPages(deps));
  app.use(async function requireSession(c, next) {
    const signedIn = c.get('signedIn');
    const url = new URL(c.req.url);
    const isOwnPage = url.pathname === paths.me() || url.pathname.startsWith(`${paths.me()}/`);
    // Until the second step that the site asks for is set up, only the page where that is done is open.
    if (signedIn?.needsTwoStep && !isOwnPage) return c.redirect(paths.me(), 303);
    if (signedIn !== undefined) return next();
    const login = paths.login(c.req.method === 'GET' ? `${url.pathname}${url.search}` : undefined);
    if (c.req.method !== 'GET') return sessionEnded(deps, c);
    // A swap must not put the log-in page into a region: htmx loads this address as a page.
    if (c.req.header('hx-request') !== undefined) return c.body(null, 401, { 'HX-Redirect': login });
    return c.redirect(login, 303);
  });
  app.use(requireNeed);
  app.route('/', overviewPages(deps, model));
  app.route('/', mePages(deps));
  // The fixed addresses of a list come before the pages of its items.
  app.route('/', devicesPages(deps, model));
  app.route('/', addDevicePages(deps));
  app.route('/', deviceDuplicatePages(deps, model));
  app.route('/', deviceDecisionPages(deps, model));
  app.route('/', stickPages(deps, model));
  app.route('/', devicePages(deps, model));
  app.route('/', controllersPages(deps, controllers));
  app.route('/', controllerPages(deps, controllers));
  app.route('/', controllerImportPages(deps));
  app.route('/', controllerFindingPages(deps));
  app.route('/', controllerReviewPages(deps));
  app.route('/', patchPages(deps));
  app.route('/', approvalPages(deps));
  app.route('/', windowPages(deps));
  app.route('/', measurePages(deps));
  app.route('/', evidencePages(deps));
  app.route('/', zonePages(deps));
  app.route('/', integrityPages(deps));
  app.route('/', identificationPages(deps));
  app.route('/', inventoryPages(deps, model));
  app.route('/', changePages(deps, model));
  app.route('/', baselinePages(deps, model));
  app.route('/', deviationPages(deps, model));
  app.route('/', vulnerabilityPages(deps, model));
  app.route('/', updatePages(deps, model));
  app.route('/', deploymentPages(deps, model));
  app.route('/', queryPages(deps, model));
  app.route('/', samplePages(deps, model));
  app.route('/', importPages(deps));
  app.route('/', storyPages(deps));
  app.route('/', exchangePages(deps));
  app.route('/', discoveryPages(deps, model));
  app.route('/', eventPages(deps, model));
  app.route('/', provisionPages(deps));
  app.route('/', personPages(deps, model));
  app.route('/', settingsPages(deps));
  app.route('/', objectPages(deps, managedObjects(deps), model));
  app.route('/', searchPages(deps, search));
  app.route('/', apiPages(deps));
  return app;
};
