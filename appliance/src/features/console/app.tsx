import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { assetRoutes } from './assets.ts';
import { guard, identify } from './guard.ts';
import { errorPage } from './page.tsx';
import { loginPages } from './pages/login.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from './types.ts';

/** The console over the services; mounted at `/`. */
export const consoleApp = (deps: ConsoleDeps): Pages => {
  const app = new Hono<ConsoleEnv>();
  app.onError((error, c) => errorPage(deps, error, c));
  app.route('/', assetRoutes(deps.assets));
  app.use(identify(deps));
  app.use(guard(deps));
  app.route('/', loginPages(deps));
  app.use(async function requireSession(c, next) {
    if (c.get('signedIn') !== undefined) return next();
    const url = new URL(c.req.url);
    const login = paths.login(c.req.method === 'GET' ? `${url.pathname}${url.search}` : undefined);
    if (c.req.method !== 'GET') throw new AppError('UNAUTHENTICATED', 'log in first');
    // A swap must not put the log-in page into a region: htmx loads this address as a page.
    if (c.req.header('hx-request') !== undefined) return c.body(null, 401, { 'HX-Redirect': login });
    return c.redirect(login, 303);
  });
  app.notFound((c) => errorPage(deps, new AppError('NOT_FOUND', 'there is no such page'), c));
  return app;
};
