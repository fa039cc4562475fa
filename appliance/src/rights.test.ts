import { randomUUID } from 'node:crypto';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { afterAll, describe, expect, it } from 'vitest';
import { seed } from '../../test/support/chance.ts';
import { isLong } from '../../test/support/long.ts';
import { type Browser, openConsole, password } from '../test/support/console.ts';
import { mountedRoutes } from '../test/support/mounted-routes.ts';
import type { EventService } from './engine/events/service.ts';
import { readRight } from './engine/inventory/types.ts';
import { type Area, areas, type Right, systemActor } from './engine/objects/types.ts';
import { entryParts } from './entry-parts.ts';
import { wholeSite } from './platform/scope.ts';
import { describeApi } from './server/api/app.ts';
import type { ApiRoute } from './server/api/route.ts';
import { apiPrefix } from './server/api/types.ts';
import { type Need, needsByRoute } from './server/console/route-needs.ts';

// every route of every entry point, from the router's own table: called by nobody, by a person without rights, by one who may
// only read, and by one who may do everything but what the route is for. A route that is in no table fails in
// test/architecture/routes.test.ts. Who has no rights at all holds a part of those of whoever lacks an area: they, and nobody, are
// asked for at a part of the addresses, in the long form at each.

const everything = (except?: Area): Right[] =>
  areas.filter((area) => area !== except).flatMap((area): Right[] => [`${area}:write`, `${area}:approve`]);
const reading: Right[] = [...areas.map((area): Right => `${area}:read`), 'metrics:read'];

let routes: { method: string; path: string }[] = [];
let api: readonly ApiRoute[] = [];
const browsers = new Map<string, Browser>();
const tokens = new Map<string, string>();

const person = async (name: string, rights: readonly Right[]): Promise<void> => {
  const { objects, accounts } = site.appliance;
  const role = objects.create(systemActor, 'role', { name, rights }).id;
  const account = objects.create(systemActor, 'account', { name, roles: [role] }).id;
  const one = site.browser();
  const link = `/first/${accounts.makeLink(systemActor, account).token}`;
  const response = await one.post(link, { password, repeat: password });
  if (response.status !== 303) throw new Error(`${name} was not let in: ${response.status}`);
  browsers.set(name, one);
  tokens.set(name, accounts.createApiToken(systemActor, { name, account }).secret);
};

const site = await openConsole();
routes = mountedRoutes(site.appliance);
api = describeApi(entryParts(site.appliance)).routes;
await person('nothing', []);
await person('reading', reading);
for (const area of areas) await person(`not ${area}`, everything(area));
afterAll(() => site.close());

const areaOf = (right: Right): Area | undefined => areas.find((area) => right.startsWith(`${area}:`));
/** Of every how many addresses those are asked for who have less rights than another one who is refused. */
const step = isLong ? 1 : 8;
const isDrawn = (at: number): boolean => at % step === seed % step;
const isWrite = (right: Right): boolean => right === 'all' || /:(?:write|approve)$/.test(right);

/** Events but for those of refusals. */
const countOf = (events: EventService): number =>
  events.list({ scope: wholeSite('job'), limit: 1 }).total -
  events.list({ scope: wholeSite('job'), type: ['access-refused'], limit: 1 }).total;

describe('the entry point of agents', () => {
  it('refuses whoever has no certificate, whatever is asked', async () => {
    const native = routes.filter(({ path }) => path.startsWith(`${nativePrefix}/`));
    const refused: string[] = [];
    for (const { method, path } of native) {
      const address = path.replace(/:\w+/g, 'a'.repeat(64));
      const body = method === 'GET' ? {} : { body: '{}' };
      const response = await site.app.request(address, { method, ...body });
      // Enrolment is refused by its token; before there is a root of trust it says that.
      if (response.status === 401 || (await response.json()).error === 'NO_ROOT') refused.push(`${method} ${path}`);
    }
    expect(native.length).toBe(12);
    expect(refused).toHaveLength(native.length);
  });
});

describe('the API', () => {
  const fill = (path: string): string =>
    path
      .replace('{number}', '1')
      .replace('{device}', 'a'.repeat(32))
      .replace(/\{\w+\}/g, 'aaaaaaaaaaaaaaaaaaaa');
  let address = 0;
  const ask = async (route: ApiRoute, token?: string): Promise<number> => {
    address += 1;
    const from = { incoming: { socket: { remoteAddress: `10.1.${address >> 8}.${address & 255}` } } };
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const url = `${apiPrefix}${fill(route.path)}`;
    const response = await site.app.request(url, { method: route.method.toUpperCase(), headers }, from as never);
    await response.arrayBuffer();
    return response.status;
  };

  it('answers nobody, and to the others what their rights allow', async () => {
    const wrong: string[] = [];
    const counts = { routes: 0, refusals: 0 };
    for (const route of api) {
      counts.routes += 1;
      const expectStatus = async (who: string | undefined, refused: boolean): Promise<void> => {
        const status = await ask(route, who === undefined ? undefined : tokens.get(who));
        counts.refusals += refused ? 1 : 0;
        const isRefused = who === undefined ? status === 401 : status === 403;
        if (isRefused !== refused) wrong.push(`${route.method} ${route.path} as ${who ?? 'nobody'}: ${status}`);
      };
      const { right } = route;
      await expectStatus(undefined, true);
      const area = right === 'any' ? undefined : areaOf(right);
      if (area !== undefined) await expectStatus(`not ${area}`, true);
      if (right !== 'any' && isWrite(right)) await expectStatus('reading', true);
      if (!isDrawn(counts.routes)) continue;
      await expectStatus('nothing', right !== 'any');
      if (right === 'any' || !isWrite(right)) await expectStatus('reading', false);
    }
    expect(wrong).toEqual([]);
    expect(counts.routes).toBeGreaterThan(60);
    expect(counts.refusals).toBeGreaterThan(2 * counts.routes);
  }, 120_000);
});

describe('the console', () => {
  type Call = { key: string; method: 'GET' | 'POST'; path: string; right: Right | 'open' | 'person' };

  /** Each address with each kind or collection that it may name. */
  const calls = (): Call[] => {
    const { objects, inventory } = site.appliance;
    const fill = (pattern: string): string =>
      pattern
        .replace(/:step\?/, 'check')
        .replace(':area', 'devices')
        .replace(/:file\{[^}]*\}/, ':collection.csv')
        .replace(/:id\{controller-[^}]*\}/, `controller-${'a'.repeat(16)}`)
        .replace(/:number/, '1')
        .replace(/:(id|item|token|tab|group)\b/g, 'a'.repeat(24));
    return [...needsByRoute()].flatMap(([key, { need }]): Call[] => {
      const [method, pattern] = key.split(' ') as ['GET' | 'POST', string];
      const path = fill(pattern);
      const one = (right: Exclude<Need, 'kind:read' | 'kind:write' | 'collection:read'>, at = path): Call => ({
        key,
        method,
        path: at.replace(':collection', 'hardware'),
        right,
      });
      if (need === 'kind:read' || need === 'kind:write')
        return objects.kinds().map((kind) => {
          const access = need === 'kind:read' ? 'read' : 'write';
          return one(`${kind.area}:${access}`, path.replace(':kind', kind.name));
        });
      if (need === 'collection:read')
        return inventory
          .collections()
          .map((collection) => one(readRight(collection), path.replace(':collection', collection.name)));
      return [one(need)];
    });
  };

  const send = (browser: Browser, { method, path }: Call): Promise<Response> =>
    method === 'GET' ? browser.get(path) : browser.post(path, { action: 'approve', confirmed: '1', id: randomUUID() });

  it('sends nobody to log in, and shows the others what their rights allow', async () => {
    const wrong: string[] = [];
    const nobody = site.browser();
    // Who is refused is written down, thinned by time; nothing else may be.
    const { events } = site.appliance;
    const before = countOf(events);
    for (const [at, call] of calls().entries()) {
      const check = async (who: string, browser: Browser | undefined, refused: boolean): Promise<void> => {
        if (browser === undefined) throw new Error(`nobody is called ${who}`);
        const response = await send(browser, call);
        await response.arrayBuffer().catch(() => undefined);
        const status = response.status;
        const isLogin = response.headers.get('location')?.startsWith('/login') ?? false;
        const isRefused = who === 'nobody' ? status === 401 || (status === 303 && isLogin) : status === 403;
        if (isRefused !== refused) wrong.push(`${call.method} ${call.path} as ${who}: ${status}`);
      };
      if (call.right === 'open') continue;
      const area = call.right === 'person' ? undefined : areaOf(call.right);
      if (area === undefined || isDrawn(at)) await check('nobody', nobody, true);
      // What everybody who is signed in may do is the own account's; it is not called here.
      if (call.right === 'person') continue;
      if (area === undefined || isDrawn(at)) await check('nothing', browsers.get('nothing'), true);
      if (area !== undefined) await check(`not ${area}`, browsers.get(`not ${area}`), true);
      // Streams that stay open and what writes an event are asked only by those who are refused.
      if (isWrite(call.right)) await check('reading', browsers.get('reading'), true);
      else if (isDrawn(at) && call.method === 'GET' && !/stream|\.csv/.test(call.path))
        await check('reading', browsers.get('reading'), false);
    }
    expect(wrong).toEqual([]);
    expect(countOf(events)).toBe(before);
  }, 180_000);
});

const addressOf = (pattern: string): string =>
  pattern
    .replace(':kind', 'group')
    .replace(':area', 'devices')
    .replace(/:id\{controller-[^}]*\}/, `controller-${'a'.repeat(16)}`)
    .replace(/:\w+/g, 'a'.repeat(24));

describe('a form in several parts', () => {
  it('is taken where a file is, and its token is asked for there', async () => {
    const administrator = await site.as('administrator');
    const parts = (csrf: string): string =>
      `--edge\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n--edge\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--edge--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=edge' };
    const statuses: { sort: 'upload' | 'form'; status: number }[] = [];
    for (const [key, { upload }] of needsByRoute()) {
      const [method, pattern = ''] = key.split(' ');
      if (method !== 'POST') continue;
      const path = addressOf(pattern);
      const { status } = await administrator.postRaw(path, parts('wrong'), headers);
      // Where the address names a record, one that does not exist is said first; nothing is read then either.
      const isNamed = pattern.includes(':id') && status === 404;
      statuses.push({ sort: upload ? 'upload' : 'form', status: upload && isNamed ? 403 : status });
    }
    const of = (sort: string): number[] => statuses.filter((one) => one.sort === sort).map(({ status }) => status);
    // The site's trust, a bundle, reports from a stick, a file about controllers, a project, a directory from a file and more.
    expect(new Set(of('upload'))).toEqual(new Set([403]));
    expect(of('upload').length).toBeGreaterThan(5);
    expect(new Set(of('form'))).toEqual(new Set([415]));
    expect(of('form').length).toBeGreaterThan(15);
  });
});

describe('every address that changes something', () => {
  it('refuses another origin, a missing origin and a wrong token', async () => {
    const browser = await site.as('administrator');
    const csrf = await browser.csrf();
    const send = async (path: string, headers: Record<string, string>, body: string): Promise<number> => {
      const cookie = `__Host-sallyport=${browser.cookies.get('__Host-sallyport')}`;
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      return (await site.app.request(path, { method: 'POST', body, headers: { ...form, cookie, ...headers } })).status;
    };
    const before = countOf(site.appliance.events);
    const posts = [...needsByRoute()]
      .filter(([key, { need }]) => key.startsWith('POST ') && (need !== 'open' || /logout|preferences/.test(key)))
      .map(([key]) => addressOf(key.slice('POST '.length)));
    expect(posts.length).toBeGreaterThan(100);
    const forged: [headers: Record<string, string>, body: string][] = [
      [{ 'sec-fetch-site': 'cross-site', origin: 'http://localhost' }, `csrf=${csrf}`],
      [{ 'sec-fetch-site': 'same-site' }, `csrf=${csrf}`],
      [{ origin: 'http://evil.example' }, `csrf=${csrf}`],
      [{ origin: 'null' }, `csrf=${csrf}`],
      [{}, `csrf=${csrf}`],
      [{ 'sec-fetch-site': 'same-origin' }, 'csrf='],
      [{ 'sec-fetch-site': 'same-origin' }, `csrf=${csrf.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'))}`],
    ];
    // Each address with two of them, a part with all.
    for (const [at, path] of posts.entries())
      for (const [which, [headers, body]] of forged.entries())
        if (isDrawn(at) || which === at % 5 || which === 5 + (at % 2))
          expect([path, which, await send(path, headers, body)]).toEqual([path, which, 403]);
    expect(countOf(site.appliance.events)).toBe(before);
  });
});
