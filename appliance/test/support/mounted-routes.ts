import type { Appliance } from '../../src/compose.ts';
import { entryPoints } from '../../src/console.ts';
import { httpApp } from '../../src/server/http-app.ts';

/** Every route of the server, from its own routers: the API has one of its own, made with the first call. */
export const mountedRoutes = (appliance: Appliance): { method: string; path: string }[] =>
  // The routers keep middleware as well; that has the method ALL.
  [...httpApp(appliance).routes, ...entryPoints(appliance).api().routes].filter(({ method }) => method !== 'ALL');
