import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openConsole, password } from '../../../test/support/console.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { signIn, signOut } from '../../cli/actor.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { listViewService } from './service.ts';
import { dropViewsOfPurged } from './store.ts';
import { listOf, maxLists, maxViews } from './types.ts';

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
for (const name of ['pump-01', 'pump-02', 'mixer-1']) site.device(name);
afterAll(() => site.close());

/** Name, address and number of each view above a list. */
const viewsOn = (page: string): string[][] =>
  [
    ...page.matchAll(
      /<a href="([^"]*)"[^>]*><span translate="no">([^<]*)<\/span> (?:<span class="second">([^<]*)<\/span>)?<\/a>/g,
    ),
  ].map(([, href = '', name = '', count = '']) => [name, href.replaceAll('&amp;', '&'), count]);
const save = (list: string, name: string, query: string, browser = admin): Promise<Response> =>
  browser.post(paths.meViews(), { do: 'save', list, name, query });
const heads = (page: string): string[] =>
  [...page.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/gs)].map(([, text = '']) => text.replace(/<[^>]*>/g, '').trim());

describe('a saved view of a list', () => {
  it('keeps filter, order and columns, not the page, for the person alone, and counts its rows', async () => {
    const made = await save(paths.devices(), 'Pumps', 'q=pump&sort=-name&col=os&after=x&all=1&open=d1');
    expect(made.status).toBe(303);
    const address = `${paths.devices()}?q=pump&sort=-name&col=os`;
    expect(made.headers.get('location')).toBe(address);
    expect(viewsOn(await admin.html(paths.devices()))).toEqual([['Pumps', address, '2']]);
    expect(viewsOn(await viewer.html(paths.devices()))).toEqual([]);
    const shown = await admin.html(address);
    expect(shown).toMatch(/aria-current="page"><span translate="no">Pumps/);
    expect(heads(shown)).toEqual(['', 'OS']);
  });

  it('is of one list: each list has its own', async () => {
    await save(paths.events(), 'Warnings', 'severity=warning');
    expect(viewsOn(await admin.html(paths.events())).map(([name]) => name)).toEqual(['Warnings']);
    expect(viewsOn(await admin.html(paths.devices())).map(([name]) => name)).toEqual(['Pumps']);
  });

  it('counts by the filter of the list, and stands without a number where that is not readable', async () => {
    await save(paths.devices(), 'Broken', 'where=there is no such field');
    const views = viewsOn(await admin.html(paths.devices()));
    expect(views.map(([name, , count]) => [name, count])).toEqual([
      ['Broken', ''],
      ['Pumps', '2'],
    ]);
  });

  it('stands behind what of the list waits for a decision, with as many rows as its address lists', async () => {
    site.device('pump-90', 'manual');
    const [, href = '', n] =
      /<a href="([^"]*state=pending)"[^>]*>\s*Waiting for approval <span class="second">(\d+)</.exec(
        await admin.html(paths.devices()),
      ) ?? [];
    expect(n).toBe('1');
    const shown = await admin.html(href);
    expect(shown).toMatch(/aria-current="page">\s*Waiting for approval/);
    // The list says how many it has when a swap brought it.
    expect(shown).toMatch(/<section class="panel" data-announce="1 found/);
    expect(shown).toContain('pump-90');
    const act = /decision=act"[^>]*>\s*Act <span class="second">0</;
    expect(await admin.html(paths.vulnerabilities())).toMatch(act);
    expect(await admin.html(paths.controllerFindings())).toMatch(act);
    expect(await admin.html(paths.updates())).toMatch(
      /approval=undefined"[^>]*>\s*Not decided <span class="second">0</,
    );
  });

  it('is renamed and removed by who has it', async () => {
    const idOf = async (name: string): Promise<string> => {
      const [, address = ''] = viewsOn(await admin.html(paths.devices())).find(([one]) => one === name) ?? [];
      return /name="id" value="(\d+)"/.exec(await admin.html(address))?.[1] ?? '';
    };
    const fields = { id: await idOf('Pumps'), name: 'Spare pumps' };
    expect((await viewer.post(paths.meViews(), { do: 'rename', ...fields })).status).toBe(404);
    expect((await admin.post(paths.meViews(), { do: 'rename', ...fields, name: 'Broken' })).status).toBe(409);
    expect((await admin.post(paths.meViews(), { do: 'rename', ...fields })).status).toBe(303);
    await save(paths.devices(), 'Broken', 'q=mixer');
    await admin.post(paths.meViews(), { do: 'remove', id: await idOf('Broken') });
    expect(viewsOn(await admin.html(paths.devices())).map(([name]) => name)).toEqual(['Spare pumps']);
  });

  it('is refused without a name, for what is no page, and beyond the bound', async () => {
    expect((await save(paths.devices(), ' ', '')).status).toBe(422);
    expect((await save('//elsewhere', 'x', '')).status).toBe(400);
    expect((await save('https://elsewhere', 'x', '')).status).toBe(400);
    for (let at = 1; at < maxViews; at += 1) expect((await save(paths.devices(), `view ${at}`, '')).status).toBe(303);
    expect((await save(paths.devices(), 'one more', '')).status).toBe(409);
    expect((await save(paths.devices(), 'view 1', 'q=x')).status).toBe(303);
  });

  it('is a scope of deployments: the devices that it finds', async () => {
    expect(await admin.html(paths.deploymentNew())).toContain('Spare pumps');
    expect(await (await site.as('operator')).html(paths.deploymentNew())).not.toContain('Spare pumps');
  });
});

it('commands of a person who logged in work on the views of that account', async () => {
  const { accounts } = site.appliance;
  const runtime = mkdtempSync(join(tmpdir(), 'sallyport-runtime-'));
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
  await signIn(accounts, site.dataDir, { name: 'admin', password, code: '' });
  const run = async (...args: string[]): Promise<unknown> => {
    const { code, stdout } = await runHere(...args, '--data', site.dataDir, '--json');
    expect(code, stdout).toBe(0);
    return JSON.parse(stdout);
  };
  const before = await run('list-view', 'list', '--list', paths.software());
  expect(before).toEqual({ rows: [] });
  const made = await run('list-view', 'save', '--list', paths.software(), '--name', 'Old', '--query', 'q=ssl');
  const { id } = made as { id: number };
  await run('list-view', 'rename', `${id}`, '--name', 'Older');
  expect(viewsOn(await admin.html(paths.software())).map(([name]) => name)).toEqual(['Older']);
  expect(await run('list-view', 'remove', `${id}`)).toEqual({});
  expect(await run('list-view', 'list', '--list', paths.software())).toEqual(before);
  signOut(accounts, site.dataDir);
  vi.unstubAllEnvs();
  rmSync(runtime, { recursive: true });
});

describe('columns that a person picked', () => {
  it('are what the list opens with, for the person alone, until the usual ones are asked for', async () => {
    const usual = heads(await admin.html(paths.updates()));
    const kept = await admin.post(paths.meColumns(), { list: paths.devices(), query: 'q=pump', col: ['os', 'tags'] });
    expect(kept.headers.get('location')).toBe(`${paths.devices()}?q=pump`);
    expect(heads(await admin.html(paths.devices()))).toEqual(['', 'Tags', 'OS']);
    expect(heads(await viewer.html(paths.devices()))).toContain('Name');
    expect(heads(await admin.html(paths.updates()))).toEqual(usual);
    await admin.post(paths.meColumns(), { list: paths.devices(), query: '', col: ['os'], usual: '1' });
    expect(heads(await admin.html(paths.devices()))).toContain('Name');
  });

  it('are kept of a bounded number of lists, whatever a form calls one', async () => {
    const operator = await site.as('operator');
    const keep = (list: string) => operator.post(paths.meColumns(), { list, query: '', col: ['os'] });
    // A part with a digit would be the id of a thing.
    const named = (at: number): string => `/made-${'x'.repeat(at % 20)}-${'y'.repeat(Math.floor(at / 20))}`;
    for (let at = 0; at < maxLists; at += 1) expect((await keep(named(at))).status).toBe(303);
    expect((await keep('/one-more')).status).toBe(409);
    expect((await save('/one-more', 'of it', '', operator)).status).toBe(409);
    expect((await keep(named(0))).status).toBe(303);
  });

  it('are those of the same list of each device', async () => {
    const [one = '', other = ''] = ['pump-03', 'pump-04'].map((name) => site.device(name).publicId);
    await admin.post(paths.meColumns(), { list: paths.deviceTab(one, 'software'), query: '', col: ['name'] });
    expect(listOf(paths.deviceTab(one, 'software'))).toBe(listOf(paths.deviceTab(other, 'software')));
    expect(listOf(paths.deviceTab(one, 'software'))).not.toBe(listOf(paths.software()));
  });
});

it('views and columns go with the account that is purged, and not with one that can be restored', async () => {
  const { db, objects } = site.appliance;
  const kept = (account: string): unknown =>
    db
      .prepare(
        `select (select count(*) from list_view where account = :account) as views,
           (select count(*) from list_columns where account = :account) as columns`,
      )
      .get({ account });
  const [gone, other] = ['guest-1', 'guest-2'].map(
    (name) => objects.create(systemActor, 'account', { name, roles: [] }).id,
  ) as [string, string];
  const listViews = listViewService({ db, objects, clock: nowMs });
  for (const id of [gone, other]) {
    const actor = { type: 'account', id, label: id, rights: new Set(['all'] as const) } as const;
    listViews.save(actor, { list: paths.devices(), name: 'Mine', query: 'q=pump' });
    listViews.setColumns(actor, paths.devices(), ['os']);
  }
  objects.remove(systemActor, 'account', gone);
  dropViewsOfPurged(db);
  objects.restore(systemActor, 'account', gone);
  expect([kept(gone), kept(other)]).toEqual([
    { views: 1, columns: 1 },
    { views: 1, columns: 1 },
  ]);
  objects.remove(systemActor, 'account', gone);
  vi.useFakeTimers({ now: nowMs() + 91 * 86_400_000, toFake: ['Date'] });
  try {
    objects.trim();
    dropViewsOfPurged(db);
  } finally {
    vi.useRealTimers();
  }
  expect([kept(gone), kept(other)]).toEqual([
    { views: 0, columns: 0 },
    { views: 1, columns: 1 },
  ]);
});
