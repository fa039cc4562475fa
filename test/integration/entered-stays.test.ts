import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allKinds } from '../../appliance/src/all-kinds.ts';
import { type Appliance, compose } from '../../appliance/src/compose.ts';
import { systemActor, tombstoneMs } from '../../appliance/src/engine/objects/types.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import { forbiddenAddresses } from '../../appliance/src/features/discovery/forbidden.ts';
import type { UpdateItem } from '../../appliance/src/features/updates/types.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { consoleOf } from '../../appliance/test/support/console.ts';
import { type Entering, enteredKinds, formOf, type Way, waysOf } from '../support/entered-kinds.ts';
import { type EnteredSite, enteredRows, enteredSite, lostOf } from '../support/entered-rows.ts';
import { administrator, makeFilledSite } from '../support/filled-site.ts';
import { isLong } from '../support/long.ts';
import { signedIn } from '../support/persons.ts';
import { type SiteDay, siteDay } from '../support/site-day.ts';

// Nothing ends what a person entered but a person's act, or an end that a person gave it. A site with five weeks behind it, and one
// thing of every kind entered by page and by call; then days of its own server, by states and with a clock that is ahead.

const dayMs = 86_400_000;
/** A day, and past the longest time that anything is kept. */
const days = isLong ? [1, 2, 8, 31, 91, 366, 1_096, 3_700] : [1, 3_700];

/** Jobs that a person's act adds, and nothing else. */
const byPersons = [
  'backup-check',
  'controller-import',
  'discovery-import',
  'discovery-poll',
  'discovery-scan',
  'evidence',
  'export-request',
  'identify-controllers',
  'import-bundle',
];

const folder = mkdtempSync(join(tmpdir(), 'sallyport-entered-'));
let dataDir = '';
let evening: EnteredSite;
let eveningBodies: string[];
let protectedBy: (string | undefined)[];
const addresses = ['192.0.2.71', '192.0.2.72', '198.51.100.70', '203.0.113.66'];
const ran: SiteDay[] = [];
/** What was missing after each of the days. */
const lost: { days: number; rows: string[]; bodies: string[]; protectedBy: (string | undefined)[] }[] = [];
const entered = new Map<string, Way[]>();
let purged: { afterDays: number; there: boolean }[] = [];

const open = (): Promise<Appliance> => compose({ dataDir, log: openLog('silent') });
const countOf = ({ objects }: Appliance, kind: string): string =>
  JSON.stringify(objects.ofAnyKind.list({ kind, limit: 10_000 }).rows.map(({ id, revision }) => [id, revision]));

/** What an administrator reads of every object in force, by the API. */
const readAll = async (
  call: (path: string) => Promise<{ rows: { id: string; deletedAt: unknown }[] }>,
): Promise<string[]> => {
  const read: string[] = [];
  for (const kind of Object.keys(allKinds))
    for (const row of (await call(`/objects/${kind}?limit=1000`)).rows) read.push(`${kind} ${JSON.stringify(row)}`);
  return read;
};
const forbiddenNow = (appliance: Appliance): (string | undefined)[] =>
  addresses.map((address) => forbiddenAddresses({ ...appliance, clock: nowMs }).because(address));

/** An update of these that most devices need. */
const neededIn = ({ updates, devices }: Appliance, items: readonly UpdateItem[]): Entering['needed'] => {
  const [most] = items
    .filter(({ approval }) => approval === 'approved')
    .map((item) => ({ update: item.id, devices: updates.concerned(item, wholeSite('job')) }))
    .sort((a, b) => b.devices.length - a.devices.length);
  return {
    update: most?.update ?? '',
    devices: (most?.devices ?? []).flatMap((id) => devices.find(id)?.publicId ?? []),
  };
};

/** Enters all of it through the routes of the server. */
const enterAll = async (appliance: Appliance, link: string): Promise<void> => {
  const site = consoleOf(appliance, folder, link);
  const { objects, accounts, controllers, updates } = appliance;
  const account = objects.findBy('account', 'name', administrator)?.id ?? '';
  const browser = await site.as('administrator');
  const person = signedIn(account, 'all');
  const { secret } = accounts.createApiToken(person, { name: 'entering', account });
  const call = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const answer = await site.app.request(`/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const items = updates.list({ scope: wholeSite('job'), limit: 200 }).rows;
  const entering: Entering = {
    appliance,
    person,
    browser: {
      ...browser,
      post: async (path, fields) => {
        const answer = await browser.post(path, fields);
        if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${textOf(await answer.text())}`);
        return answer;
      },
    },
    devices: objects.ofAnyKind
      .list({ kind: 'device-decision', limit: 100 })
      .rows.map(({ id }) => id)
      .filter((id) => appliance.devices.byPublicId(id).state === 'managed'),
    controllers: controllers.ids(0, 20).flatMap((id) => controllers.byId(id, wholeSite('job'))?.publicId ?? []),
    programs: appliance.db
      .prepare<[], string>("select public_id from controller_program_state where state = 'no-reference'")
      .pluck()
      .all(),
    updates: items.filter(({ kind }) => kind === 'catalog').map(({ id }) => id),
    needed: neededIn(appliance, items),
    work: entryParts(appliance)
      .worklist.list(person)
      .map(({ id }) => id),
    call,
  };
  const refused: string[] = [];
  for (const [kind, entry] of Object.entries(enteredKinds)) {
    for (const way of waysOf(entry)) {
      const before = countOf(appliance, kind);
      try {
        if ('body' in entry) {
          const body = entry.body(way, entering);
          if (way === 'page') await entering.browser.post(paths.objectNew(kind), formOf(body));
          else await call('POST', `/objects/${kind}`, { body });
        } else await entry[way]?.(entering);
      } catch (error) {
        refused.push(`${kind} by ${way}: ${String(error)}`);
      }
      if (countOf(appliance, kind) !== before) entered.set(kind, [...(entered.get(kind) ?? []), way]);
    }
  }
  if (refused.length > 0) throw new Error(refused.join('\n'));
  await enterRest(entering);
};

const textOf = (html: string): string =>
  html
    .slice(html.indexOf('<main'))
    .replace(/<[^>]+>|\s+/g, ' ')
    .slice(0, 600);

/** What is entered and is no object. */
const enterRest = async ({ browser, call, devices, controllers, appliance, person }: Entering): Promise<void> => {
  await browser.post(paths.meViews(), { do: 'save', list: paths.devices(), query: 'q=pump', name: 'Pumps' });
  await browser.post(paths.meColumns(), { list: paths.devices(), query: '', col: ['name', 'os'] });
  await call('POST', '/list-views', { list: paths.controllers(), name: 'By call', query: 'q=cpu' });
  await call('POST', '/tags', { tag: 'by-call', add: [devices[2]] });
  await browser.post(paths.deviceTags(devices[3] ?? ''), { add: 'by-hand' });
  const [a = '', b = '', c = '', d = ''] = controllers.slice(4);
  await browser.post(paths.controllerApart(a), { other: b });
  await call('POST', `/controllers/${c}/merge`, { other: d });
  await call('POST', `/devices/${devices[4]}/distinct`, { other: devices[5] });
  appliance.objects.remove(
    person,
    'hardware-column',
    appliance.objects.create(person, 'hardware-column', { name: 'Gone', type: 'text' }).id,
  );
};

const look = async (
  appliance: Appliance,
): Promise<{ rows: EnteredSite; bodies: string[]; protectedBy: (string | undefined)[] }> => {
  const site = consoleOf(appliance, folder, '');
  const account = appliance.objects.findBy('account', 'name', administrator)?.id ?? '';
  const rows = enteredSite(appliance.db);
  const { secret } = appliance.accounts.createApiToken(signedIn(account, 'all'), { name: 'reading', account });
  const bodies = await readAll(async (path) => {
    const answer = await site.app.request(`/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  });
  return { rows, bodies: bodies.filter((body) => !body.includes('"reading"')), protectedBy: forbiddenNow(appliance) };
};

beforeAll(async () => {
  const made = await makeFilledSite(folder, 0);
  dataDir = made.dataDir;
  const first = await open();
  // The time of a day of backups has come at every hour at which this runs.
  first.objects.writeSetting(systemActor, 'backups.at', '00:00');
  await enterAll(first, `/first/${made.token}`);
  const seen = await look(first);
  [evening, eveningBodies, protectedBy] = [seen.rows, seen.bodies, seen.protectedBy];
  await first.close();
  for (const ahead of days) {
    ran.push(await siteDay(dataDir, ahead));
    const morning = await open();
    const now = await look(morning);
    const held = new Set(now.bodies);
    lost.push({
      days: ahead,
      rows: lostOf(evening, now.rows, nowMs() + ahead * dayMs),
      bodies: eveningBodies.filter((body) => !held.has(body)),
      protectedBy: now.protectedBy,
    });
    const there = morning.objects.tombstones('hardware-column').length > 0;
    purged = [...purged, { afterDays: ahead, there }];
    await morning.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what a person entered', () => {
  it('is one thing of every kind, by page and by call', () => {
    const missing = Object.entries(enteredKinds).flatMap(([kind, entry]) =>
      waysOf(entry)
        .filter((way) => entered.get(kind)?.includes(way) !== true)
        .map((way) => `${kind} by ${way}`),
    );
    expect(missing).toEqual([]);
    expect(Object.keys(enteredKinds).sort()).toEqual(Object.keys(allKinds).sort());
  });

  it('lies in tables of which it is said whether people enter something there', async () => {
    const appliance = await open();
    const tables = appliance.db
      .prepare<[], string>(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name",
      )
      .pluck()
      .all();
    const devices = new Set(appliance.inventory.collections().flatMap(({ name }) => [name.replaceAll('-', '_')]));
    await appliance.close();
    const said = tables.filter(
      (table) => !/^(?:inv_|device_(?:software|executable)$)/.test(table) && !devices.has(table),
    );
    expect(
      said.filter((table) => enteredRows[table] === undefined),
      'say so in test/support/entered-rows.ts',
    ).toEqual([]);
    expect(Object.keys(enteredRows).filter((table) => !tables.includes(table))).toEqual([]);
  });

  it('is there in the evening: rows of it, and protected addresses', () => {
    for (const table of [
      'object',
      'controller_effective',
      'controller_pair',
      'controller_merge',
      'list_view',
      'approval',
    ])
      expect(evening.get(table)?.length, table).toBeGreaterThan(0);
    expect(protectedBy).toEqual(['controller', 'controller', 'zone', 'range']);
  });

  it('meets every tick and every job that is not of a person, and none of them fails', () => {
    for (const { ticks, failed } of ran) expect([ticks, failed]).toEqual([22, []]);
    const { kinds = [] } = ran[0] ?? {};
    const met = new Set(ran.flatMap(({ jobs }) => jobs));
    expect([...byPersons, ...met].sort()).toEqual([...kinds].sort());
  });

  it.for(days)('is there after %i days, field by field, and its addresses are protected', (ahead) => {
    const found = lost.find((one) => one.days === ahead);
    expect(found).toEqual({ days: ahead, rows: [], bodies: [], protectedBy });
  });

  it('is purged after it was deleted, when the time is over that the page names', () => {
    expect(purged).toEqual(days.map((afterDays) => ({ afterDays, there: afterDays * dayMs < tombstoneMs })));
  });
});
