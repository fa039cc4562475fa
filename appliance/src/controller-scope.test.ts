import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runs } from '../../test/support/chance.ts';
import { type Console, openConsole, password } from '../test/support/console.ts';
import { fillZones, perZone, pruneZones, reaches, type ZoneSite } from '../test/support/controllers/zone-site.ts';
import { cheapPasswords } from '../test/support/passwords.ts';
import { type Appliance, compose } from './compose.ts';
import { type Right, scopeOf, systemActor } from './engine/objects/types.ts';
import { entryParts } from './entry-parts.ts';
import { rightsInGroups } from './features/accounts/types.ts';
import { openLog } from './platform/log.ts';
import { wholeSite } from './platform/scope.ts';
import { describeApi } from './server/api/app.ts';
import { apiPrefix } from './server/api/types.ts';
import { needsByRoute } from './server/console/route-needs.ts';
import { httpApp } from './server/http-app.ts';

// The judge of scope.test.ts, for controllers: who reaches some zones is answered, byte for byte, as at a copy of the site from which SQL
// deleted every other controller and zone. What is shared (products, advisories, firmware) is worked out over what is left.

const isLong = process.env['SALLYPORT_LONG'] !== undefined;

const roles: Readonly<Record<string, readonly Right[]>> = {
  all: rightsInGroups,
  reads: ['controllers:read'],
  writes: ['controllers:read', 'controllers:write'],
  approves: ['controllers:approve'],
  findings: ['vulnerabilities:read'],
  firmware: ['updates:read', 'controllers:read'],
  nothing: [],
};

type Person = { reach: string; cookie: string; csrf: string; token: string };
type Call = { method: string; address: string; by: 'browser' | 'token'; body?: Readonly<Record<string, unknown>> };

let site: Console;
let plant: ZoneSite;
const never = `controller-${'f'.repeat(16)}`;
const all = JSON.stringify;
let calls: readonly Call[];
const persons = new Map<string, Person>();
const pruned = new Map<string, { app: Hono; appliance: Appliance; folder: string }>();

const person = async (name: string, reach: string, role: string): Promise<void> => {
  const { objects, accounts } = site.appliance;
  const made = objects.create(systemActor, 'role', {
    name,
    rights: [...(roles[role] ?? [])],
    zones: (reaches[reach] ?? []).map((at) => plant.zones[at] ?? ''),
  });
  const { id } = objects.create(systemActor, 'account', { name, roles: [made.id] });
  const browser = site.browser();
  await browser.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
  persons.set(`${reach} ${role}`, {
    reach,
    cookie: [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; '),
    csrf: await browser.csrf(),
    token: accounts.createApiToken(systemActor, { name, account: id }).secret,
  });
};

const asked = {
  controllers: [
    '',
    'q=PLC',
    'q=TWIN',
    'q=10.3',
    'zone=ZONE2',
    'zone=ZONE3',
    'zone=none',
    'vendor=Siemens',
    'proposals=yes',
    'drift=yes',
    'cve=CVE-2024-0001',
    'sort=zone',
    'sort=drift',
    'decision=authorised',
  ],
  findings: [
    '',
    'decision=track',
    'decision=act',
    'verdict=affected',
    'held=only',
    'held=all',
    'sort=controllers',
    'sort=severity',
    'controller=IN',
    'controller=OUT',
    'vendor=Siemens',
    'q=512',
  ],
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 29, 12) });
  site = await openConsole();
  plant = await fillZones(site.appliance);
  const { zones, controllers, findings, jobs, plans } = plant;
  for (const reach of Object.keys(reaches))
    for (const role of Object.keys(roles)) await person(`${reach}-${role}`, reach, role);
  const query = (text: string): string =>
    text
      .replace('ZONE', '')
      .replace(/zone=(\d)$/, (_, at) => `zone=${zones[Number(at)]}`)
      .replace('=IN', `=${controllers[6]}`)
      .replace('=OUT', `=${controllers[9]}`);
  const queries = (texts: readonly string[]) => texts.map((text) => (text === '' ? '' : `?${query(text)}`));
  const ids = [controllers[4], controllers[6], controllers[9], controllers[15], never].map((id) => id ?? '');
  const zoneIds = [zones[1], zones[2], zones[3], 'x'.repeat(20)].map((id) => id ?? '');
  const valuesOf = (path: string, name: string): readonly string[] => {
    if (name === 'controller' || /controller-\[|programs|\/integrity\/|\/policy\//.test(path)) return ids;
    if (name === 'patch' || /\/patches\/:id/.test(path)) return ['1', '2', '3', '4', '99'];
    if (path.includes('/zones/')) return zoneIds;
    if (/\/identification\/(?:jobs\/)?[:{]id/.test(path)) return [...jobs, 'Job of B', 'No job', 'x'.repeat(20)];
    if (path.includes('/plans/')) return [...plans, 'x'.repeat(20)];
    if (name === 'finding' || path.includes('/findings/')) return [...findings, '999.CVE-2024-0001'];
    if (name === 'sha256') return ['a'.repeat(64), 'b'.repeat(64)];
    if (name === 'file') return ['json'];
    return ['1', '2', '4', '999', 'aaaaaaaaaaaaaaaaaaaa'];
  };
  const filled = (path: string, part: RegExp): string[] => {
    const found = part.exec(path);
    if (found === null) return [path];
    const [whole, name = ''] = found;
    return valuesOf(path, name).flatMap((value) => filled(path.replace(whole, value), part));
  };
  const isOurs = (path: string): boolean => /\/(?:controller|identification|patch)|^\/search/.test(path);
  const pages = [...needsByRoute().keys()].flatMap((key): Call[] => {
    const [method = '', pattern = ''] = key.split(' ');
    if (!isOurs(pattern) || pattern.endsWith('/stream')) return [];
    if (pattern.startsWith('/search'))
      return ['PLC', 'TWIN', 'zone', 'Hall', '6ES7'].map((text) => ({
        method,
        address: `${pattern}?q=${encodeURIComponent(text)}`,
        by: 'browser',
      }));
    const texts = /findings(?:\.csv)?$/.test(pattern)
      ? asked.findings
      : /\/controllers(?:\.csv)?$/.test(pattern)
        ? asked.controllers
        : [''];
    return filled(pattern, /:(\w+)(?:\{[^}]*\})?\??/).flatMap((address) =>
      queries(method === 'GET' ? texts : ['']).map((one) => ({ method, address: `${address}${one}`, by: 'browser' })),
    );
  });
  const api = describeApi(entryParts(site.appliance)).routes.flatMap(({ method, path }): Call[] => {
    if (!isOurs(path)) return [];
    const texts = path === '/controller-findings' ? asked.findings : path === '/controllers' ? asked.controllers : [''];
    return filled(path, /\{(\w+)\}/).flatMap((address) =>
      queries(method === 'get' ? texts : ['']).map((one) => ({
        method: method.toUpperCase(),
        address: `${apiPrefix}${address}${one.replace('=yes', '=true').replace('q=', 'search=')}`,
        by: 'token',
      })),
    );
  });
  calls = [...pages, ...api];
  site.appliance.db.pragma('wal_checkpoint(truncate)');
  for (const reach of Object.keys(reaches)) {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-pruned-'));
    cpSync(site.dataDir, join(folder, 'data'), { recursive: true });
    const appliance = await compose({
      dataDir: join(folder, 'data'),
      log: openLog('silent'),
      hashing: cheapPasswords(),
    });
    pruneZones(appliance.db, reach, plant);
    pruned.set(reach, { folder, appliance, app: httpApp(appliance) as unknown as Hono });
  }
}, 300_000);
afterAll(async () => {
  for (const { appliance, folder } of pruned.values()) {
    await appliance.close();
    rmSync(folder, { recursive: true, force: true });
  }
  await site.close();
  vi.useRealTimers();
});

/** What is answered, but for the number of the request. */
const answer = async (app: Hono, { cookie, csrf, token }: Person, call: Call): Promise<string> => {
  const { method, address, by, body = {} } = call;
  const isRead = method === 'GET';
  const headers: Record<string, string> =
    by === 'token'
      ? { authorization: `Bearer ${token}`, ...(isRead ? {} : { 'content-type': 'application/json' }) }
      : {
          cookie,
          ...(isRead
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                'sec-fetch-site': 'same-origin',
                origin: 'http://localhost',
              }),
        };
  const form = new URLSearchParams({ csrf, ...(body as Record<string, string>) }).toString();
  const sent = isRead ? {} : { body: by === 'token' ? all(body) : form };
  const response = await app.request(address, { method, headers, ...sent });
  const text = (await response.text()).replace(/\b[0-9a-f]{12}\b/g, 'request');
  return `${response.status} ${response.headers.get('location') ?? ''}\n${text}`;
};

const differs = async (who: Person, call: Call): Promise<string | undefined> => {
  const other = pruned.get(who.reach);
  if (other === undefined) throw new Error(`there is no copy for ${who.reach}`);
  const [here, there] = [await answer(site.app as unknown as Hono, who, call), await answer(other.app, who, call)];
  if (here === there) return undefined;
  let at = 0;
  while (at < here.length && here[at] === there[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 300), at + 700);
  return `${call.method} ${call.address}\n${around(here)}\n--- pruned\n${around(there)}`;
};

describe('who reaches some zones of controllers', () => {
  it(`is answered as at a site where no other controller is${isLong ? ', everywhere' : ''}`, async () => {
    const who = [...persons.keys()];
    // What writes would make one site another than its copies: it is asked below, by hand.
    const reading = calls.filter(({ method }) => method === 'GET');
    if (isLong) {
      const cells = who.flatMap((name) => reading.map((call) => ({ name, call })));
      for (const { name, call } of cells)
        expect(await differs(persons.get(name) as Person, call), name).toBeUndefined();
      console.info(`${cells.length * 2} calls, ${reading.length} addresses, ${who.length} persons`);
      return;
    }
    // Everything that is read once, by who has every right; then some of all.
    for (const call of reading)
      expect(await differs(persons.get('hall all') as Person, call), 'hall all').toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...who), fc.constantFrom(...reading), async (name, call) => {
        expect(await differs(persons.get(name) as Person, call), name).toBeUndefined();
      }),
      { numRuns: runs(300) },
    );
  }, 3_600_000);

  const ask = (who: string, address: string, by: Call['by'] = 'browser'): Promise<string> =>
    answer(site.app as unknown as Hono, persons.get(who) as Person, { method: 'GET', address, by });
  const json = async (who: string, address: string) =>
    JSON.parse((await ask(who, `${apiPrefix}${address}`, 'token')).split('\n').slice(1).join('\n'));

  it('has its zones counted as they are drawn', () => {
    const { accounts, zones } = site.appliance;
    const scopes = ['hall all', 'line all'].flatMap((name) => {
      const token = persons.get(name)?.token;
      return token === undefined ? [] : scopeOf(accounts.authenticateToken(token, 'here'), 'controllers:read');
    });
    expect(scopes.length).toBeGreaterThan(0);
    for (const scope of [wholeSite('job'), ...scopes]) {
      const drawn = zones.overview(scope).zones.filter(({ controllers }) => controllers.length > 0);
      const counted = zones.standing(scope, drawn.length + 1);
      expect(counted.length).toBeGreaterThan(0);
      expect(counted.map(({ id, controllers, abnormal }) => ({ id, controllers, abnormal }))).toEqual(
        counted.map(({ id }) => {
          const inside = drawn.find((zone) => zone.id === id)?.controllers ?? [];
          return { id, controllers: inside.length, abnormal: inside.filter(({ health }) => health !== 'ok').length };
        }),
      );
      expect(counted.map(({ id }) => id).toSorted()).toEqual(drawn.map(({ id }) => id).toSorted());
    }
  });

  it('sees its controllers, zones, findings, firmware and programs, and none of others', async () => {
    const { controllers } = plant;
    const list = await ask('hall all', '/controllers');
    expect(list).toMatch(/^200/);
    expect(list).toContain('PLC-1-3');
    expect(list).not.toContain('PLC-3-9');
    expect((await json('hall all', '/controllers')).total).toBe(2 * perZone);
    const drawing = await ask('hall all', '/controllers/zones');
    for (const name of ['Hall A zone', 'Line A zone']) expect(drawing).toContain(name);
    for (const name of ['Plant zone', 'Hall B zone', 'Line B zone']) expect(drawing).not.toContain(name);
    expect(await ask('hall all', `/controllers/${controllers[4]}`)).toMatch(/^200/);
    for (const out of [controllers[9], controllers[15]])
      for (const path of ['', '/edit'])
        expect((await ask('hall all', `/controllers/${out}${path}`)).replaceAll(out ?? '', never)).toBe(
          await ask('hall all', `/controllers/${never}${path}`),
        );
    const found = (await json('hall findings', '/controller-findings')).rows as {
      controllers: number;
      product: string;
    }[];
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) expect(one.controllers).toBeLessThanOrEqual(2 * perZone);
    expect((await json('both findings', '/controller-findings')).rows.length).toBeGreaterThan(found.length);
    expect((await json('hall firmware', '/controller-firmware')).rows).toEqual([]);
    expect((await json('both firmware', '/controller-firmware')).rows).toHaveLength(1);
    expect((await json('hall firmware', '/controller-firmware/handovers')).rows).toHaveLength(2);
    expect((await json('hall reads', '/controller-programs')).rows).toHaveLength(2 * perZone);
    // A job is asked for where all of it is in reach, a patch is shown with the controllers that are.
    expect((await json('hall reads', '/identification')).jobs.map(({ name }: { name: string }) => name)).toEqual([
      'Job of A',
    ]);
    expect(
      (await json('hall reads', '/controller-patches')).rows.map(({ patchId }: { patchId: string }) => patchId),
    ).toEqual(['P-0', 'P-1']);
    expect((await json('hall reads', '/controller-patches/2')).controllers).toHaveLength(1);
    const windows = await ask('hall reads', '/controllers/windows');
    for (const name of ['Whole site', 'Hall A', 'Two', 'Outage 0', 'Outage 1']) expect(windows).toContain(name);
    expect(windows).not.toContain('Hall B');
    expect(windows).not.toContain('Outage 2');
    expect(await ask('hall nothing', '/controllers')).toMatch(/^403/);
    // What is of the whole site stays closed.
    for (const path of [
      '/controllers/import',
      '/controllers/review',
      '/controllers/evidence',
      '/controllers/patches/new',
    ])
      expect(await ask('hall all', path)).toMatch(/^403/);
  });

  it('is told of by the role that limits it', async () => {
    const admin = await site.as('administrator');
    const role = site.appliance.objects.findBy('role', 'name', 'hall-all')?.id ?? '';
    const page = await (await admin.get(`/objects/role/${role}`)).text();
    expect(page).toContain('2 zones');
    expect(page).toContain('with 6 controllers');
  });

  it('names what is out of reach in vain, as what never was', async () => {
    const { controllers, zones } = plant;
    const who = persons.get('hall writes') as Person;
    const send = (call: Call) => answer(site.app as unknown as Hono, who, call);
    const [mine, twin, other] = [controllers[4] ?? '', controllers[7] ?? '', controllers[9] ?? ''];
    const tries = (id: string, zone: string): Call[] => [
      { method: 'PATCH', address: `${apiPrefix}/controllers/${id}`, by: 'token', body: { values: { area: 'x' } } },
      { method: 'PATCH', address: `${apiPrefix}/controllers/${mine}`, by: 'token', body: { values: { zone } } },
      { method: 'POST', address: `${apiPrefix}/controllers`, by: 'token', body: { values: { name: 'New', zone } } },
      {
        method: 'POST',
        address: `${apiPrefix}/controllers/decide`,
        by: 'token',
        body: { controllers: [mine, id], decision: 'archived' },
      },
      {
        method: 'POST',
        address: `${apiPrefix}/controllers/${mine}/merge`,
        by: 'token',
        body: { controller: mine, other: id },
      },
      { method: 'POST', address: `${apiPrefix}/controllers/${mine}/apart`, by: 'token', body: { other: id } },
      { method: 'POST', address: `/controllers/${mine}/merge`, by: 'browser', body: { other: id, confirmed: '1' } },
      { method: 'POST', address: `/controllers/${id}/decide`, by: 'browser', body: { decision: 'archived' } },
      { method: 'POST', address: '/controllers/bulk', by: 'browser', body: { action: 'archived', id, confirmed: '1' } },
      {
        method: 'POST',
        address: `${apiPrefix}/controller-programs/${id}/approval`,
        by: 'token',
        body: { reason: 'right' },
      },
      {
        method: 'POST',
        address: `${apiPrefix}/controller-patches/2/controllers/${id}/checks`,
        by: 'token',
        body: { item: 'backup-present', answer: 'yes' },
      },
      {
        method: 'POST',
        address: `/controllers/identification/policy/${id}`,
        by: 'browser',
        body: { queryPolicy: 'never' },
      },
    ];
    const before = await json('both reads', '/controllers?limit=50');
    const nothing = tries(never, 'x'.repeat(20));
    for (const [at, call] of tries(other, zones[3] ?? '').entries()) {
      const [real, absent] = [await send(call), await send(nothing[at] as Call)];
      expect(real.replaceAll(other, never).replaceAll(zones[3] ?? '', 'x'.repeat(20)), call.address).toBe(absent);
      expect(real, call.address).toMatch(/^(?:4\d\d|303 \/controllers\n)/);
    }
    expect(await json('both reads', '/controllers?limit=50')).toEqual(before);
    // Out of its zone into none is out of reach, too.
    const cleared = {
      method: 'PATCH',
      address: `${apiPrefix}/controllers/${mine}`,
      by: 'token',
      body: { values: { zone: null } },
    } as const;
    expect(await send({ ...cleared, body: { values: { zone: zones[2] } } })).toMatch(/^200/);
    expect(await send(cleared)).toMatch(/^(?:200|422)/);
    expect((await json('hall reads', `/controllers/${mine}`)).zone).toBeTruthy();
    const decided = { method: 'POST', address: `${apiPrefix}/controllers/decide`, by: 'token' } as const;
    expect(await send({ ...decided, body: { controllers: [twin], decision: 'archived' } })).toMatch(/^200/);
    expect(await send({ ...decided, body: { controllers: [twin], decision: 'authorised' } })).toMatch(/^200/);
  });
});
