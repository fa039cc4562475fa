import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { apiPrefix } from '@sallyport/appliance/server/api/types';
import { httpApp } from '@sallyport/appliance/server/http-app';
import { temporaryFolder } from '../../support/commands.ts';

const origin = 'http://localhost';
const password = 'a long enough sentence 7';

/** A new site with its console and API, without TLS, and its administrator logged in. */
export const openSignedIn = async (name: string) => {
  const folder = temporaryFolder(`bench-${name}`);
  const dataDir = `${folder.path}/data`;
  const made = await initialise({
    dataDir,
    site: 'bench',
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'administrator',
    log: openLog('silent'),
  });
  const appliance: Appliance = await compose({ dataDir, log: openLog('silent') });
  const app = httpApp(appliance);
  const first = await app.request(made.linkPath, {
    method: 'POST',
    body: new URLSearchParams({ password, repeat: password }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', origin },
  });
  if (first.status !== 303) throw new Error(`the administrator was not let in: ${first.status}`);
  const cookie = first.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const robot = appliance.objects.create(systemActor, 'account', { name: 'robot', roles: ['administrator'] });
  const { secret } = appliance.accounts.createApiToken(systemActor, { name: 'robot', account: robot.id });
  return {
    appliance,
    routes: app.routes,
    /** From the console by its session, from the API by a token. */
    get: (path: string): Response | Promise<Response> =>
      app.request(path, {
        headers: path.startsWith(`${apiPrefix}/`) ? { authorization: `Bearer ${secret}` } : { cookie },
      }),
    /** A call of the API that writes. */
    post: (path: string, body: object): Response | Promise<Response> =>
      app.request(`${apiPrefix}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: async (): Promise<void> => {
      await appliance.close();
      folder.remove();
    },
  };
};
