import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import type { Appliance } from '../compose.ts';
import { entryPoints } from '../console.ts';
import type { SectionIntake } from '../engine/inventory/types.ts';
import { osqueryPrefix } from '../features/add-device/types.ts';
import { glpiRoutes } from '../features/agents/glpi/routes.ts';
import { agentPolicies } from '../features/agents/native/policy.ts';
import { nativeRoutes } from '../features/agents/native/routes.ts';
import { osqueryRoutes } from '../features/agents/osquery/routes.ts';
import { joinedQueues } from '../features/device-tasks/types.ts';
import { AppError, toFailure } from '../platform/errors.ts';
import { withoutHopByHop } from '../platform/http/hop-by-hop.ts';
import { apiPrefix } from './api/types.ts';
import { inlineIntake } from './intake/inline.ts';

type HttpEnv = { Bindings: Partial<HttpBindings | Http2Bindings> };

/** Every route of the appliance. */
export const httpApp = (appliance: Appliance, intake?: SectionIntake): Hono<HttpEnv> => {
  const { config, db, ca, devices, inventory, events, store, objects, log } = appliance;
  const app = new Hono<HttpEnv>();
  app.use(withoutHopByHop());
  app.onError((error, c) => {
    const failure = toFailure(error);
    if (failure.status >= 500) log.error({ err: error, path: c.req.routePath, method: c.req.method }, 'request failed');
    return c.json({ error: failure.code, message: failure.message, ...failure.details }, failure.status as 500);
  });
  const reports = intake ?? inlineIntake(appliance);
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.route(
    nativePrefix,
    nativeRoutes({
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
      pollSeconds: () => objects.setting('devices.check-in-seconds'),
    }),
  );
  const inventoryHours = () => objects.setting('devices.inventory-hours');
  app.route(
    osqueryPrefix,
    osqueryRoutes({
      ...appliance,
      intake: reports,
      pollSeconds: () => objects.setting('devices.check-in-seconds'),
      inventoryHours,
    }),
  );
  app.route('/', glpiRoutes({ ...appliance, intake: reports, inventoryHours }));
  const { api, console } = entryPoints(appliance);
  app.route(apiPrefix, api);
  // Programs get no pages: an address that no entry point has is not sent to the log-in page.
  app.all('/api/*', async (c, next) => {
    if (c.req.path !== paths.api()) throw new AppError('NOT_FOUND', 'there is nothing here');
    await next();
  });
  app.route('/', console);
  return app;
};
