import { type Appliance, compose } from '@sallyport/appliance/compose';
import { entryPoints } from '@sallyport/appliance/console';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { rightsInGroups } from '@sallyport/appliance/features/accounts/types';
import { initialise } from '@sallyport/appliance/init';
import { openDatabase } from '@sallyport/appliance/platform/database';
import { openLog } from '@sallyport/appliance/platform/log';
import { apiPrefix } from '@sallyport/appliance/server/api/types';
import { httpApp } from '@sallyport/appliance/server/http-app';
import { temporaryFolder } from '../../support/commands.ts';

const origin = 'http://localhost';
const password = 'a long enough sentence 7';

/** The cookies of who comes by the link for a first password. */
const logIn = async (app: ReturnType<typeof httpApp>, link: string): Promise<string> => {
  const response = await app.request(link, {
    method: 'POST',
    body: new URLSearchParams({ password, repeat: password }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', origin },
  });
  if (response.status !== 303) throw new Error(`a person was not let in: ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
};

/** Who asks for pages: everything there is, or what lies below some groups and zones. */
type Reach = { readonly groups: readonly string[]; readonly zones: readonly string[] } | undefined;

/** A share of the groups and zones of a site that have devices and controllers, one at least: those that hold most, since a fifth is empty. */
export const partOf = ({ db }: Pick<Appliance, 'db'>, share: number): NonNullable<Reach> => {
  const first = (sql: string): string[] => {
    const all = db.prepare<[], string>(sql).pluck().all();
    return all.slice(0, Math.max(1, Math.floor(all.length * share)));
  };
  return {
    groups: first(
      'select group_id from device_row where group_id is not null group by group_id order by count(*) desc, group_id',
    ),
    zones: first('select zone from controller_row group by zone order by zone'),
  };
};

/** Persons of a site that is there already, each logged in; their accounts stay in it. */
export const openPersons = async <Name extends string>(
  dataDir: string,
  reaches: (appliance: Appliance) => Readonly<Record<Name, Reach>>,
) => {
  const appliance: Appliance = await compose({ dataDir, log: openLog('silent') });
  // As the server does: else each page looks at the disk anew, and writes.
  appliance.health.turn();
  const app = httpApp(appliance);
  const cookies = new Map<string, string>();
  for (const [name, reach] of Object.entries<Reach>(reaches(appliance))) {
    const unique = `${name} ${Date.now()}`;
    const role =
      reach === undefined
        ? 'administrator'
        : appliance.objects.create(systemActor, 'role', { name: unique, rights: [...rightsInGroups], ...reach }).id;
    const { id } = appliance.objects.create(systemActor, 'account', { name: unique, roles: [role] });
    cookies.set(name, await logIn(app, `/first/${appliance.accounts.makeLink(systemActor, id).token}`));
  }
  const storing = openDatabase(appliance.paths.database);
  const hear = storing.prepare<[number]>('update device set last_seen_at = ? where id = (select min(id) from device)');
  return {
    appliance,
    /** Writes by another connection, as the storing thread does when a device is heard. */
    hear: (): void => void hear.run(Date.now()),
    get: (name: Name, path: string): Response | Promise<Response> =>
      app.request(path, { headers: { cookie: cookies.get(name) ?? '' } }),
    close: (): Promise<void> => {
      storing.close();
      return appliance.close();
    },
  };
};

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
  // As the server does: else each page looks at the disk anew, and writes.
  appliance.health.turn();
  const app = httpApp(appliance);
  const cookie = await logIn(app, made.linkPath);
  const robot = appliance.objects.create(systemActor, 'account', { name: 'robot', roles: ['administrator'] });
  const { secret } = appliance.accounts.createApiToken(systemActor, { name: 'robot', account: robot.id });
  return {
    appliance,
    routes: [...app.routes, ...entryPoints(appliance).api().routes],
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
