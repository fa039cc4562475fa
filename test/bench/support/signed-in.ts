import { type Appliance, compose } from '@sallyport/appliance/compose';
import { httpApp } from '@sallyport/appliance/http-app';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { temporaryFolder } from '../../support/commands.ts';

const origin = 'http://localhost';
const password = 'a long enough sentence 7';

/** A new site with its console, without TLS, and its administrator logged in. */
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
  return {
    appliance,
    routes: app.routes,
    get: (path: string): Response | Promise<Response> => app.request(path, { headers: { cookie } }),
    close: async (): Promise<void> => {
      await appliance.close();
      folder.remove();
    },
  };
};
