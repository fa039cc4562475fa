import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runs, seed } from '../../test/support/chance.ts';
import { type Console, openConsole, password } from '../test/support/console.ts';
import { addDevices, reportSection } from '../test/support/fleet.ts';
import { cheapPasswords } from '../test/support/passwords.ts';
import { countAgain } from '../test/support/pruned-counts.ts';
import { askedLists } from '../test/support/scoped-lists.ts';
import { plantRisks } from '../test/support/scoped-risks.ts';
import { type Appliance, compose } from './compose.ts';
import { type Right, systemActor } from './engine/objects/types.ts';
import { entryParts } from './entry-parts.ts';
import { rightsInGroups } from './features/accounts/types.ts';
import type { Database } from './platform/database.ts';
import { openLog } from './platform/log.ts';
import { describeApi } from './server/api/app.ts';
import { apiPrefix } from './server/api/types.ts';
import { needsByRoute } from './server/console/route-needs.ts';
import { httpApp } from './server/http-app.ts';

// The judge of scope from outside: what a person with rights over a part of the site is answered is, byte for byte, what is answered
// at a copy of the site from which everything else was deleted, by SQL that knows nothing of scopes. Every address of the console and
// of the API, with ids in reach, out of reach, and of nothing; drawn here, all of them with SALLYPORT_LONG.

const isLong = process.env['SALLYPORT_LONG'] !== undefined;

/** Plant over two halls with a line each. */
const tree = ['Plant', 'Hall A', 'Line A', 'Hall B', 'Line B'] as const;
const parents = [undefined, 0, 1, 0, 3];
const perGroup = 4;

const reaches: Readonly<Record<string, readonly number[]>> = { hall: [1], line: [2], both: [2, 3] };
const roles: Readonly<Record<string, readonly Right[]>> = {
  all: rightsInGroups,
  devices: ['devices:read'],
  software: ['devices:read', 'software:read'],
  findings: ['vulnerabilities:read'],
  updates: ['updates:read', 'devices:read'],
  events: ['events:read'],
  orders: ['devices:write', 'queries:write', 'deployments:write', 'updates:read'],
  nothing: [],
};

type Person = { reach: string; cookie: string; csrf: string; token: string };
type Site = { app: Hono; appliance: Appliance };
type Call = { method: string; address: string; by: 'browser' | 'token'; body?: object };

let site: Console;
let groups: string[];
let ids: number[];
const persons = new Map<string, Person>();
const pruned = new Map<string, Site & { folder: string }>();
let calls: readonly Call[];
/** The last event that both sites have. */
let lastEvent: number;

const below = (group: number): number[] => [
  group,
  ...parents.flatMap((parent, at) => (parent === group ? below(at) : [])),
];
const parentsOf = (group: number): number[] => {
  const parent = parents[group];
  return parent === undefined ? [] : [parent, ...parentsOf(parent)];
};
const inReach = (reach: string): number[] => [...new Set((reaches[reach] ?? []).flatMap(below))];
const groupOf = (n: number): number => Math.floor(n / perGroup);

const publicIds = (): string[] =>
  site.appliance.db.prepare<[], string>('select public_id from device order by id').pluck().all();

const person = async (name: string, reach: string, role: string): Promise<void> => {
  const { objects, accounts } = site.appliance;
  const inGroups = roles[role] ?? [];
  const made = objects.create(systemActor, 'role', {
    name,
    rights: [...inGroups],
    groups: (reaches[reach] ?? []).map((at) => groups[at] ?? ''),
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

/** Deletes what is out of reach, table by table. */
const prune = (db: Database, reach: string): void => {
  const kept = inReach(reach);
  const gone = ids.filter((_, n) => !kept.includes(groupOf(n)));
  const goneIds = publicIds().filter((_, n) => !kept.includes(groupOf(n)));
  const groupsGone = groups.filter((_, at) => !kept.includes(at));
  const all = JSON.stringify;
  const tables = db
    .prepare<[], string>("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
    .pluck()
    .all();
  db.pragma('foreign_keys = off');
  db.transaction(() => {
    for (const table of tables) {
      const columns = db.pragma(`table_info(${table})`) as { name: string }[];
      if (columns.some(({ name }) => name === 'device'))
        db.prepare(`delete from "${table}" where device in (select value from json_each(?))`).run(all(gone));
    }
    for (const table of ['finding_device', 'update_need_of', 'update_device'])
      db.prepare(`delete from ${table} where id in (select value from json_each(?))`).run(all(gone));
    db.prepare('delete from device where id in (select value from json_each(?))').run(all(gone));
    countAgain(db);
    const above = kept.flatMap((at) => parentsOf(at));
    const baselinesGone = [
      ...goneIds.map((id) => `device:${id}`),
      ...groups.flatMap((id, at) => (kept.includes(at) || above.includes(at) ? [] : [`group:${id}`])),
    ];
    for (const table of ['object', 'object_index', 'object_revision'])
      db.prepare(`delete from ${table} where kind = 'baseline' and id in (select value from json_each(?))`).run(
        all(baselinesGone),
      );
    for (const table of ['object', 'object_index', 'object_revision'])
      db.prepare(
        `delete from ${table} where kind in ('device-decision', 'group') and id in (select value from json_each(?))`,
      ).run(all([...goneIds, ...groupsGone]));
    db.prepare(
      "delete from object_index where kind = 'group' and field = 'parent' and value in (select value from json_each(?))",
    ).run(all(groupsGone));
    db.prepare(
      "update object set body = json_set(body, '$.parent', null) where kind = 'group' and json_extract(body, '$.parent') in (select value from json_each(?))",
    ).run(all(groupsGone));
    db.prepare(
      'delete from group_path where grp in (select value from json_each(?1)) or ancestor in (select value from json_each(?1))'.replaceAll(
        '?1',
        '@gone',
      ),
    ).run({
      gone: all(groupsGone),
    });
  })();
  db.pragma('foreign_keys = on');
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 29, 12) });
  site = await openConsole();
  const { db, objects, inventory, events } = site.appliance;
  groups = [];
  for (const [at, name] of tree.entries()) {
    const parent = parents[at];
    groups.push(
      objects.create(systemActor, 'group', { name, ...(parent === undefined ? {} : { parent: groups[parent] ?? '' }) })
        .id,
    );
  }
  ids = addDevices(
    db,
    tree.flatMap((_, at) =>
      Array.from({ length: perGroup }, (_one, n) => ({ hostname: `host-${at}-${n}`, lastSeenAt: 1 })),
    ),
  );
  for (const [n, device] of ids.entries()) {
    reportSection(inventory, device, 'identity', [
      { name: `host-${groupOf(n)}-${n}`, ipv4: [`10.0.${groupOf(n)}.${n + 1}`], ipv6: [] },
    ]);
    reportSection(inventory, device, 'platform', [{ vendor: n % 2 === 0 ? 'debian' : 'rhel', release: '9' }]);
    reportSection(inventory, device, 'software', [
      { type: 'deb', name: 'bash', version: '5', arch: 'amd64' },
      { type: 'deb', name: `tool-${groupOf(n)}`, version: String(n), arch: 'amd64' },
    ]);
    if (n % 4 === 1) {
      const versions = ['5', '6'].map((version) => ({ type: 'deb', name: 'bash', version, arch: 'amd64' }));
      reportSection(inventory, device, 'software', [
        ...versions,
        { type: 'deb', name: `tool-${groupOf(n)}`, version: String(n), arch: 'amd64' },
      ]);
    }
    reportSection(inventory, device, 'accounts', [{ name: `user-${n}`, uid: n }]);
    objects.put(systemActor, 'device-decision', publicIds()[n] ?? '', {
      // Two of one name, each in another hall.
      displayName: n === 6 || n === 13 ? 'Press' : `Device ${n}`,
      group: groups[groupOf(n)] ?? '',
      tags: [n % 3 === 0 ? 'pump' : 'mixer'],
    });
    db.prepare('insert into device_findings (device, findings, act, attend, worst) values (?, ?, 1, 0, ?)').run(
      device,
      1 + n,
      n % 4,
    );
    // One that resembles a device of another hall.
    if (n === 5) db.prepare('update device set resembles = ? where id = ?').run(ids[14], device);
    events.record('section-rejected', { device, params: { collection: 'software', code: `C${n % 3}` } });
    events.record('device-possible-clone', {
      device,
      params: { device: publicIds()[n] ?? '', resembles: publicIds()[(n + 9) % ids.length] ?? '', reason: 'serial' },
    });
  }
  for (const reach of Object.keys(reaches))
    for (const role of Object.keys(roles)) await person(`${reach}-${role}`, reach, role);
  const planted = await plantRisks(site.appliance, ids, publicIds(), [
    groups[2] ?? '',
    groups[3] ?? '',
    'Line A',
    'Line B',
  ]);
  site.appliance.rules.keepUp(10_000);
  inventory.enterPending(1_000);
  const everyId = publicIds();
  const choices: Readonly<Record<string, readonly string[]>> = {
    id: [
      everyId[4] ?? '',
      everyId[8] ?? '',
      everyId[14] ?? '',
      everyId[0] ?? '',
      'f'.repeat(32),
      groups[1] ?? '',
      groups[3] ?? '',
    ],
    group: [groups[2] ?? '', groups[3] ?? '', 'x'.repeat(20)],
    kind: ['group', 'device-decision', 'role'],
    collection: ['software', 'accounts', 'hardware'],
    file: ['software.csv', 'accounts.csv', 'directory-user.csv'],
    // What all have, what each hall has, what is not there.
    item: [
      ...db
        .prepare<[], string>(
          "select max(id) from inv_software where name in ('bash', 'tool-1', 'tool-3') group by name",
        )
        .pluck()
        .all()
        .map(String),
      '999',
    ],
    tab: ['software', 'accounts', 'findings', 'updates', 'changes', 'deviations', 'events', 'tasks'],
  };
  const values = (name: string, path: string): readonly string[] =>
    planted.choices.find((one) => one.name === name && one.pattern.test(path))?.values ??
    choices[name] ??
    (name === 'device' ? (choices['id'] ?? []) : ['1', 'aaaaaaaaaaaaaaaaaaaa']);
  const filled = (path: string, part: RegExp): string[] => {
    const found = part.exec(path);
    if (found === null) return [path];
    const [whole, name = ''] = found;
    return values(name, path).flatMap((value) => filled(path.replace(whole, value), part));
  };
  const listed = askedLists(everyId, groups);
  const queriesOf = (path: string): readonly string[] => [
    ...listed(path),
    ...planted.asked.flatMap(({ pattern, queries }) => (pattern.test(path) ? queries.map((one) => `?${one}`) : [])),
  ];
  const isOwn = /^\/(?:login|logout|first|preferences|me|assets)/;
  const pages = [...needsByRoute().keys()].flatMap((key): Call[] => {
    const [method = '', pattern = ''] = key.split(' ');
    if (isOwn.test(pattern) || pattern.endsWith('/stream')) return [];
    if (pattern.startsWith('/search'))
      return ['host', 'Device 1', 'Hall', 'bash', '10.0.3'].map((text) => ({
        method,
        address: `${pattern}?q=${encodeURIComponent(text)}`,
        by: 'browser',
      }));
    return filled(pattern, /:(\w+)(?:\{[^}]*\})?\??/).flatMap((address) =>
      (method === 'GET' ? queriesOf(pattern) : ['']).map((query) => ({
        method,
        address: `${address}${query}`,
        by: 'browser',
      })),
    );
  });
  const api = describeApi(entryParts(site.appliance)).routes.flatMap(({ method, path }): Call[] =>
    filled(path, /\{(\w+)\}/).flatMap((address) =>
      (method === 'get' ? queriesOf(path) : ['']).map((query) => ({
        method: method.toUpperCase(),
        address: `${apiPrefix}${address}${query}`,
        by: 'token',
      })),
    ),
  );
  const isForm = (method: string): boolean => method !== 'GET' && method !== 'DELETE';
  calls = [...pages, ...api].flatMap((call) => [
    call,
    ...planted.bodies
      .filter(({ pattern, by }) => isForm(call.method) && by === call.by && pattern.test(pathOf(call)))
      .map(({ body }) => ({ ...call, body })),
  ]);
  const named = ['object', 'catalog_update', 'device_task', 'live_query', 'sample'].map(
    (table) => `select id from ${table}`,
  );
  known = new Set(db.prepare<[], string>(named.join(' union ')).pluck().all());
  lastEvent = db.prepare<[], number>('select max(id) from event').pluck().get() ?? 0;
  db.pragma('wal_checkpoint(truncate)');
  for (const reach of Object.keys(reaches)) {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-pruned-'));
    cpSync(site.dataDir, join(folder, 'data'), { recursive: true });
    const appliance = await compose({
      dataDir: join(folder, 'data'),
      log: openLog('silent'),
      hashing: cheapPasswords(),
    });
    prune(appliance.db, reach);
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

/** What had an id before the first call. */
let known: ReadonlySet<string>;

const pathOf = ({ address }: Call): string => address.replace(apiPrefix, '').replace(/\?.*/, '');

/** What is answered, but for the number of the request, ids that are made by it and numbers of events. */
const answer = async (
  app: Hono,
  { cookie, csrf, token }: Person,
  { method, address, by, body: sent = {} }: Call,
): Promise<string> => {
  const headers: Record<string, string> =
    by === 'token'
      ? { authorization: `Bearer ${token}`, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) }
      : {
          cookie,
          ...(method === 'GET'
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                'sec-fetch-site': 'same-origin',
                origin: 'http://localhost',
              }),
        };
  const body =
    method === 'GET'
      ? {}
      : { body: by === 'token' ? JSON.stringify(sent) : new URLSearchParams({ ...sent, csrf }).toString() };
  const response = await app.request(address, { method, headers, ...body });
  const text = `${response.status} ${response.headers.get('location') ?? ''}\n${await response.text()}`;
  const plain = text
    .replace(/\b[0-9a-f]{12}\b/g, 'request')
    .replace(/\b(?:[0-9a-f]{20}|[0-9a-f]{32})\b/g, (id) => (/^(?:0+|f+)$/.test(id) || known.has(id) ? id : 'made'));
  // Numbers of events and of their entries in the chain are of the whole site.
  return address.includes('/events')
    ? plain.replace(/"(?:id|audit|next)":\d+|<td class="num"><span class="tag">[\d,]+|after=\d+|,\d+$/gm, 'number')
    : plain;
};

/** A call that changes something is taken back: the next one is asked of the same site. */
const answerOnce = async (db: Database, app: Hono, who: Person, call: Call): Promise<string> => {
  if (call.method === 'GET') return answer(app, who, call);
  db.exec('begin immediate');
  try {
    return await answer(app, who, call);
  } finally {
    if (db.inTransaction) db.exec('rollback');
  }
};

const differs = async (who: Person, call: Call): Promise<string | undefined> => {
  const other = pruned.get(who.reach);
  if (other === undefined) throw new Error(`there is no copy for ${who.reach}`);
  // What was written of calls before, among which one site had those of all reaches.
  for (const { appliance } of [site, other]) appliance.db.prepare('delete from event where id > ?').run(lastEvent);
  const [here, there] = [
    await answerOnce(site.appliance.db, site.app as unknown as Hono, who, call),
    await answerOnce(other.appliance.db, other.app, who, call),
  ];
  if (here === there) return undefined;
  // From a little before the first letter that differs.
  let from = 0;
  while (here[from] === there[from]) from += 1;
  from = Math.max(0, from - 200);
  return [`${call.method} ${call.address} ${JSON.stringify(call.body)}`, here, '--- pruned', there]
    .map((text, at) => (at % 2 === 0 ? text : `${text.slice(0, 3)} … ${text.slice(from, from + 600)}`))
    .join('\n');
};

/** Of addresses that are open to a part of the site. */
const opened = (): Call[] =>
  calls.filter(({ address }) =>
    /\/(?:devices|groups|search|events|device-tasks|queries|samples|software|inventory|changes|vulnerabilities|findings|updates|deployments|deviations|tags)\b/.test(
      address,
    ),
  );

describe('who reaches a part of the site', () => {
  it(`is answered as at a site where nothing else is${isLong ? ', everywhere' : ''}`, async () => {
    const who = [...persons.keys()];
    if (isLong) {
      const cells = who.flatMap((name) => calls.map((call) => ({ name, call })));
      for (const { name, call } of cells)
        expect(await differs(persons.get(name) as Person, call), name).toBeUndefined();
      console.info(`${cells.length * 2} calls, ${calls.length} addresses, ${who.length} persons`);
      return;
    }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...who),
        fc.oneof(fc.constantFrom(...opened()), fc.constantFrom(...calls)),
        async (name, call) => {
          expect(await differs(persons.get(name) as Person, call), name).toBeUndefined();
        },
      ),
      { numRuns: runs(400) },
    );
  }, 3_600_000);

  it('is answered so by each address that is open to a part, with every filter that the judge knows', async () => {
    const all = Object.keys(reaches);
    const reads = opened().filter(({ method }) => method === 'GET');
    for (const [n, call] of reads.entries()) {
      const name = `${all[(n + Math.abs(seed)) % all.length]} all`;
      expect(await differs(persons.get(name) as Person, call), name).toBeUndefined();
    }
  }, 600_000);

  it('sees devices, their pages and files, and no device of others', async () => {
    const who = persons.get('hall all') as Person;
    const [mine, others] = [4, 14].map((n) => publicIds()[n] ?? '');
    const ask = (address: string, by: Call['by'] = 'browser'): Promise<string> =>
      answer(site.app as unknown as Hono, who, { method: 'GET', address, by });
    expect(await differs(who, { method: 'GET', address: '/', by: 'browser' })).toBeUndefined();
    expect(await ask('/')).toMatch(/^200/);
    expect(await ask('/')).not.toContain('Device 14');
    const list = await ask('/devices');
    expect(list).toMatch(/^200/);
    expect(list).toContain('Device 4');
    expect(list).not.toContain('Device 14');
    expect(JSON.parse((await ask(`${apiPrefix}/devices`, 'token')).split('\n').slice(1).join('\n')).total).toBe(
      2 * perGroup,
    );
    expect(await ask(`/devices/${mine}`)).toMatch(/^200/);
    expect(await ask(`/devices/${mine}/software`)).toMatch(/^200/);
    expect(await ask('/devices.csv')).not.toContain('Device 14');
    const found = await ask('/search?q=Device');
    expect(found).toContain('</mark> 4<');
    expect(found).not.toContain('</mark> 14<');
    const never = 'f'.repeat(32);
    for (const path of [`/devices/${others}`, `/devices/${others}/software`])
      expect((await ask(path)).replaceAll(others ?? '', never)).toBe(await ask(path.replace(others ?? '', never)));
    expect(await ask(`${apiPrefix}/devices/${others}`, 'token')).toBe(
      await ask(`${apiPrefix}/devices/${never}`, 'token'),
    );
    expect(await ask(`${apiPrefix}/devices/${others}`, 'token')).toMatch(/^404/);
    expect(await ask('/vulnerabilities')).toMatch(/^200/);
    expect(await ask('/vulnerabilities?q=only')).not.toContain('only-3');
    const software = await ask('/software');
    expect(software).toContain('tool-1');
    expect(software).not.toContain('tool-3');
    expect(await ask('/changes')).not.toContain('tool-3');
  });

  it('sees the tree from the top of what is reached, and its own counts', async () => {
    const who = persons.get('hall all') as Person;
    const ask = (address: string, by: Call['by'] = 'browser'): Promise<string> =>
      answer(site.app as unknown as Hono, who, { method: 'GET', address, by });
    const page = await ask('/groups');
    for (const name of ['Hall A', 'Line A']) expect(page).toContain(name);
    for (const name of ['Plant', 'Hall B', 'Line B']) expect(page).not.toContain(name);
    const { rows } = JSON.parse((await ask(`${apiPrefix}/groups`, 'token')).split('\n').slice(1).join('\n'));
    expect(rows).toEqual([
      { id: groups[1], name: 'Hall A', parent: null, level: 1, devices: perGroup, below: 2 * perGroup },
      { id: groups[2], name: 'Line A', parent: groups[1], level: 2, devices: perGroup, below: perGroup },
    ]);
    const admin = await site.as('administrator');
    expect(await (await admin.get('/groups')).text()).toContain('Plant');
    const role = site.appliance.objects.findBy('role', 'name', 'hall-all')?.id ?? '';
    expect(await (await admin.get(`/objects/role/${role}`)).text()).toContain('Reaches 8 devices.');
    expect(await (await admin.get('/objects/role/administrator')).text()).toContain('Reaches the whole site.');
  });

  it('reaches the same after every call that would change something', async () => {
    const who = persons.get('both all') as Person;
    const { accounts } = site.appliance;
    const held = () => {
      const { rights, grants } = accounts.authenticateToken(who.token, 'here');
      return { rights: [...rights], grants };
    };
    const list = { method: 'GET', address: `${apiPrefix}/devices`, by: 'token' } as const;
    const before = [held(), await answer(site.app as unknown as Hono, who, list)];
    const writes = calls.filter(({ method }) => method !== 'GET');
    const some = isLong ? writes : fc.sample(fc.constantFrom(...writes), { numRuns: runs(150), seed });
    for (const call of some) await answer(site.app as unknown as Hono, who, call);
    expect([held(), await answer(site.app as unknown as Hono, who, list)]).toEqual(before);
  });
});
