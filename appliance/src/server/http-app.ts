import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import type { Appliance } from '../compose.ts';
import { entryPoints as peopleAndPrograms } from '../console.ts';
import type { SectionIntake } from '../engine/inventory/types.ts';
import { areas } from '../engine/objects/types.ts';
import { osqueryPrefix } from '../features/add-device/types.ts';
import { glpiRoutes } from '../features/agents/glpi/routes.ts';
import { agentPolicies } from '../features/agents/native/policy.ts';
import { nativeRoutes } from '../features/agents/native/routes.ts';
import { osqueryRoutes } from '../features/agents/osquery/routes.ts';
import { joinedQueues } from '../features/device-tasks/types.ts';
import { assertWritable } from '../features/health/damage.ts';
import type { EntryPoint } from '../features/health/meter.ts';
import { withRoom } from '../features/health/with-room.ts';
import { AppError, toFailure } from '../platform/errors.ts';
import { withoutHopByHop } from '../platform/http/hop-by-hop.ts';
import { apiPrefix } from './api/types.ts';
import { inlineIntake } from './intake/inline.ts';

const entryPoints: ReadonlyArray<readonly [prefix: string, entryPoint: EntryPoint]> = [
  [nativePrefix, 'native'],
  [osqueryPrefix, 'osquery'],
  ['/a', 'glpi'],
  [apiPrefix, 'api'],
];

const entryPointOf = (path: string): EntryPoint =>
  entryPoints.find(([prefix]) => path.startsWith(`${prefix}/`))?.[1] ?? 'console';

/** Pages under the API's own prefix. */
const referencePages = new Set([paths.api(), ...areas.map((area) => paths.apiArea(area))]);

type HttpEnv = { Bindings: Partial<HttpBindings | Http2Bindings> };

/** Every route of the appliance. */
export const httpApp = (appliance: Appliance, intake?: SectionIntake): Hono<HttpEnv> => {
  const { config, db, ca, devices, inventory, events, store, objects, log, health } = appliance;
  // The router that the default one falls back to for these addresses, once the first call has to wait for its trial of others.
  const app = new Hono<HttpEnv>({ router: new TrieRouter() });
  app.use(withoutHopByHop());
  app.use(async function meterCalls(c, next) {
    const startMs = performance.now();
    await next();
    health.meter.count(entryPointOf(c.req.path), c.res.status, performance.now() - startMs);
  });
  app.use(async function refuseProgramsOfADamagedSite(c, next) {
    if (entryPointOf(c.req.path) !== 'console') assertWritable(health, c.req.method);
    await next();
  });
  app.onError((error, c) => {
    health.met(error);
    const failure = toFailure(error);
    if (failure.status >= 500) log.error({ err: error, path: c.req.routePath, method: c.req.method }, 'request failed');
    return c.json({ error: failure.code, message: failure.message, ...failure.details }, failure.status as 500);
  });
  const reports = withRoom(intake ?? inlineIntake(appliance), health);
  health.serves(() => reports.waiting());
  // The process answers. What it can do, readyz says.
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', (c) => {
    const { isReady, pagesCheckedAt, checks } = health.current();
    return c.json(
      { ready: isReady, pagesCheckedAt, checks: checks.map(({ name, state, code }) => ({ name, state, code })) },
      isReady ? 200 : 503,
      { 'Cache-Control': 'no-store' },
    );
  });
  app.route(
    nativePrefix,
    nativeRoutes({
      clock: appliance.time.now,
      site: config.site,
      db,
      ca,
      devices,
      inventory,
      intake: reports,
      events,
      store,
      log,
      trustFiles: appliance.trustFiles,
      tasks: joinedQueues([appliance.tasks, appliance.identification.queue, appliance.deviceTasks.queue]),
      policyOf: agentPolicies({ db, objects, controllersNear: appliance.discovery.controllersNear }),
      forbiddenBecause: appliance.discovery.forbiddenBecause,
      pollSeconds: () => objects.setting('devices.check-in-seconds'),
    }),
  );
  const inventoryHours = () => objects.setting('devices.inventory-hours');
  app.route(
    osqueryPrefix,
    osqueryRoutes({
      ...appliance,
      clock: appliance.time.now,
      intake: reports,
      pollSeconds: () => objects.setting('devices.check-in-seconds'),
      inventoryHours,
    }),
  );
  app.route('/', glpiRoutes({ ...appliance, clock: appliance.time.now, intake: reports, inventoryHours }));
  const { api, console } = peopleAndPrograms(appliance);
  const call = (request: Request, env: Partial<HttpBindings | Http2Bindings>) => {
    const { fetch: answer } = api();
    return answer(request, env);
  };
  app.all(`${apiPrefix}/*`, (c) => call(c.req.raw, c.env));
  // Where monitoring looks by itself.
  app.get('/metrics', (c) => api().request(`${apiPrefix}/metrics`, { headers: c.req.raw.headers }, c.env));
  // Programs get no pages: an address that no entry point has is not sent to the log-in page.
  app.all('/api/*', async (c, next) => {
    const [, version] = /^\/api\/(?:agent\/)?v(\d{1,9})\//.exec(c.req.path) ?? [];
    if (version !== undefined && version !== '1')
      throw new AppError('VERSION', `this appliance speaks version 1 here, not ${version}`, { versions: [1] });
    if (!referencePages.has(c.req.path)) throw new AppError('NOT_FOUND', 'no page and no call has this address');
    await next();
  });
  app.route('/', console);
  return app;
};
