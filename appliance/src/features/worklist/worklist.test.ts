import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { type Browser, type Console, openConsole } from '../../../test/support/console.ts';
import { makeHost } from '../../../test/support/host.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { workKinds } from '../../work-kinds.ts';
import { firstSteps, stepAfter } from './first-steps.ts';
import { worklistService } from './service.ts';
import { isLimited, type WorkItem, type WorkKind, workNames } from './types.ts';
import { workWeightAt } from './weight-at.ts';

const person = { ...systemActor, rights: new Set(['all' as const]) };
const hourMs = 3_600_000;

describe('the worklist of a new site', () => {
  let site: Console;
  let admin: Browser;
  let viewer: Browser;

  beforeAll(async () => {
    site = await openConsole();
    admin = await site.as('administrator');
    viewer = await site.as('viewer');
  });
  afterAll(() => site.close());

  const worklist = () => entryParts(site.appliance).worklist;
  const work = (): WorkItem[] => worklist().list(person);
  const find = (id: string): WorkItem | undefined => work().find((item) => item.id === id);

  it('says what to do first, and a step is gone as soon as it is done', async () => {
    const html = await (await admin.get(paths.work())).text();
    expect(html).toContain('Setup: a first group');
    expect(find('first-step.group')).toBeDefined();
    const { id } = site.appliance.objects.create(person, 'group', { name: 'Hall 1' });
    expect(find('first-step.group')).toBeUndefined();
    site.appliance.objects.remove(person, 'group', id);
    expect(find('first-step.group')).toBeDefined();
  });

  it('keeps what waits for another step behind that one', () => {
    const ids = work().map(({ id }) => id);
    expect(ids).toContain('first-step.bundle');
    expect(ids.indexOf('first-step.trust')).toBeLessThan(ids.indexOf('first-step.request'));
    expect(ids.indexOf('first-step.request')).toBeLessThan(ids.indexOf('first-step.bundle'));
  });

  it('has for each item a page that is there, with its rank and its words in three languages', async () => {
    for (const item of work()) {
      expect((await admin.get(item.path)).status, item.id).toBe(200);
      expect(await (await admin.get(paths.workItem(item.id))).text(), item.id).toContain(`<span>${item.total}</span>`);
      for (const lang of langs)
        for (const part of ['title', 'why', 'action'])
          expect(catalogue(lang).has(`work.${item.kind}.${part}`), `${lang} ${item.kind}.${part}`).toBe(true);
    }
  });

  it('prints of each rank the parts that it is made of, and why it is lower than they are', async () => {
    for (const { id, total } of work()) {
      const html = await (await admin.get(paths.workItem(id))).text();
      const parts = [...html.matchAll(/<li>[^<]+: <b>(\d+)<\/b><\/li>/g)].map(([, part]) => Number(part));
      const sum = parts.reduce((all, part) => all + part, 0);
      expect(parts, id).toHaveLength(6);
      expect(html.includes('ranks no higher than that'), id).toBe(sum > total);
      expect(sum, id).toBeGreaterThanOrEqual(total);
    }
  });

  it('weighs a kind as the site says, and shows it in the rank and in the list', async () => {
    const { objects } = site.appliance;
    const id = 'first-step.group';
    const before = find(id);
    expect(before?.rank.harm).toBe(45);
    objects.setSetting(person, 'work.harm.first-step', 7);
    expect(find(id)).toMatchObject({ rank: { harm: 7 }, total: (before?.total ?? 0) - 38, band: 'week' });
    const html = await (await admin.get(paths.workItem(id))).text();
    expect(html).toContain('harm: <b>7</b>');
    expect(html).toContain(paths.settings({ area: 'work' }));
    objects.resetSetting(person, 'work.harm.first-step');
    expect(find(id)?.rank.harm).toBe(45);
    // A limit is in hours, and only where the kind knows since when.
    const weightOf = workWeightAt(objects);
    objects.setSetting(person, 'work.limit.program-changed', 9);
    expect(weightOf('program-changed')).toEqual({ harm: 60, limitMs: 9 * hourMs });
    expect(weightOf('device-join').limitMs).toBeUndefined();
    expect(() => objects.setSetting(person, 'work.harm.appliance', 61)).toThrow();
    objects.resetSetting(person, 'work.limit.program-changed');
  });

  it('has words for the weight of each kind', () => {
    const names = site.appliance.objects
      .settings()
      .map(({ setting }) => setting.name)
      .filter((name) => name.startsWith('work.'));
    expect(names).toHaveLength(workNames.length + workNames.filter(isLimited).length);
    for (const lang of langs)
      for (const name of names)
        for (const part of ['title', 'help']) expect(catalogue(lang).has(`setting.${name}.${part}`), name).toBe(true);
    expect(
      workKinds(entryParts(site.appliance))
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(expect.arrayContaining(workNames.filter((name) => name !== 'first-step').toSorted()));
  });

  it('has words for each kind and each step', () => {
    const missing = langs.flatMap((lang) =>
      [
        ...workKinds(entryParts(site.appliance)).flatMap(({ name }) =>
          ['title', 'why', 'action'].map((part) => `work.${name}.${part}`),
        ),
        ...firstSteps.flatMap(({ name }) => [`work.step.${name}`, `work.step.${name}.why`]),
      ].filter((key) => !catalogue(lang).has(key)),
    );
    expect(missing).toEqual([]);
  });

  it('is put off with a reason until a time, and is back by itself and by hand', async () => {
    const id = 'first-step.group';
    const refused = await admin.post(paths.workItem(id), { action: 'later', hours: '24', reason: '' });
    expect(refused.status).toBe(422);
    const endless = await admin.post(paths.workItem(id), { action: 'later', hours: 'Infinity', reason: 'x' });
    expect(endless.status).toBe(422);
    expect(await endless.text()).toContain('may be put off for a day');
    expect(find(id)?.isPutOff).toBe(false);
    expect((await admin.post(paths.workItem(id), { action: 'later', hours: '24', reason: 'no plan yet' })).status).toBe(
      303,
    );
    // The receipt names it; the list has it no more.
    expect(await (await admin.get(paths.work())).text()).not.toContain(`id="row-${id}"`);
    expect(await (await admin.get(paths.work({ view: 'later' }))).text()).toContain(`id="row-${id}"`);
    expect(
      entryParts(site.appliance, () => nowMs() + 25 * hourMs)
        .worklist.list(person)
        .find((one) => one.id === id),
    ).toMatchObject({
      isPutOff: false,
    });
    expect((await admin.post(paths.workItem(id), { action: 'back' })).status).toBe(303);
    expect(find(id)?.isPutOff).toBe(false);
  });

  it('lets nothing be put off for longer than its band allows', () => {
    const until = (days: number) => nowMs() + days * 24 * hourMs;
    expect(() => worklist().putOff(person, 'first-step.group', { until: until(31), reason: 'x' })).toThrow();
    expect(() => worklist().putOff(person, 'first-step.group', { until: until(-1), reason: 'x' })).toThrow();
    expect(worklist().putOff(person, 'first-step.group', { until: until(29), reason: 'x' }).isPutOff).toBe(true);
    worklist().putOff(person, 'first-step.group', null);
  });

  it('is back when it comes to be for now, however long it was put off', () => {
    const many = { silent: 2 };
    const kind: WorkKind = {
      name: 'device-silent',
      sees: 'devices:read',
      does: 'devices:write',
      find: () => [
        {
          key: 'all',
          params: { n: many.silent },
          level: 'warning',
          targets: many.silent,
          isUrgent: many.silent > 100,
          path: paths.devices(),
        },
      ],
    };
    const { objects } = site.appliance;
    const service = worklistService({
      kinds: [kind],
      weightOf: () => ({ harm: 20 }),
      objects,
      timeZone: () => 'UTC',
      clock: nowMs,
    });
    const until = nowMs() + 20 * 24 * hourMs;
    expect(service.putOff(person, 'device-silent.all', { until, reason: 'a stop' })).toMatchObject({ isPutOff: true });
    many.silent = 150;
    expect(service.get(person, 'device-silent.all')).toMatchObject({ band: 'now', isPutOff: false });
    const day = { until: nowMs() + 20 * hourMs, reason: 'the switch comes tonight' };
    expect(service.putOff(person, 'device-silent.all', day)).toMatchObject({ isPutOff: true });
  });

  it('is open beside the list with the same parts as on its page, its neighbours and the way back to its row', async () => {
    for (const name of ['hist-01', 'hist-02', 'ops-db-1']) site.device(name, 'manual');
    const id = 'device-join.all';
    const html = await (await admin.get(paths.work({ open: id }))).text();
    const page = await (await admin.get(paths.workItem(id))).text();
    const partsOf = (text: string): string => /<section class="part">.*<div class="part act">/s.exec(text)?.[0] ?? '';
    expect(partsOf(html)).toBe(partsOf(page));
    expect(partsOf(html)).toContain('hist-02');
    expect(html).toContain('id="panel-title" tabindex="-1"');
    expect(html).toContain(`id="row-${id}"`);
    expect(html).toContain(`href="/#row-${id}" data-shut=""`);
    expect(html).toMatch(/<li class="item short" aria-current="true">/);
    expect(html).not.toContain('hx-trigger="every');
    const [first = '', second = ''] = work().map((item) => item.id);
    expect(await (await admin.get(paths.work({ open: first }))).text()).toContain(
      `rel="next" href="${paths.work({ open: second })}#panel-title"`,
    );
    expect(await (await admin.get(paths.workItem(second))).text()).toContain(
      `rel="prev" href="${paths.workItem(first)}"`,
    );
    expect(await (await admin.get(paths.work({ open: 'device-join.none' }))).text()).not.toContain('id="panel-title"');
  });

  it('answers an act with its receipt on the open item, which leads on', async () => {
    const id = 'first-step.group';
    const later = await admin.post(paths.workItem(id), { action: 'later', hours: '24', reason: 'no plan yet' });
    expect(later.headers.get('location')).toBe(`${paths.work({ open: id })}#panel-title`);
    const html = await (await admin.get(paths.work({ open: id }))).text();
    expect(html).toContain('Put off: Setup: a first group');
    expect(html).toContain('Take it back up');
    expect(html).toContain('rel="next"');
    await admin.post(paths.workItem(id), { action: 'back' });
  });

  it('is given to an account that exists, and shows whose it is', async () => {
    const [account] = site.appliance.objects.list({ kind: 'account', limit: 10 }).rows;
    expect(
      (await admin.post(paths.workItem('first-step.trust'), { action: 'assign', assignee: 'nobody' })).status,
    ).toBe(422);
    await admin.post(paths.workItem('first-step.trust'), { action: 'assign', assignee: account?.id ?? '' });
    expect(find('first-step.trust')?.assignee).toBe(account?.id);
  });

  it('lets nobody write who lacks the right, and finds no work that is not there', async () => {
    expect((await viewer.post(paths.workItem('first-step.trust'), { action: 'back' })).status).toBe(403);
    expect((await admin.get(paths.workItem('first-step.nothing'))).status).toBe(404);
    expect((await admin.post(paths.workItem('first-step.nothing'), { action: 'back' })).status).toBe(404);
  });

  it('shows a viewer the work, with why he cannot do it', async () => {
    const html = await (await viewer.get(paths.work())).text();
    expect(html).toContain('Setup: a first group');
    expect(html).toContain('Your roles lack this right: devices:write');
  });
});

describe('the setup', () => {
  let site: Console;
  beforeAll(async () => {
    site = await openConsole();
  });
  afterAll(() => site.close());

  it('goes on with what waited for a step, and takes the trust file for no answer to a request', async () => {
    const host = makeHost(join(site.dataDir, 'host'));
    await host.publish();
    const { exchange } = site.appliance;
    const parts = entryParts(site.appliance);
    const open = (): string[] =>
      parts.worklist.list(person).flatMap(({ kind, id }) => (kind === 'first-step' ? [id.split('.')[1] ?? ''] : []));
    expect(stepAfter(parts, person, 'trust')).toBeUndefined();
    await exchange.importTrust(person, await host.trustFile(join(site.dataDir, 'trust')), host.rootFingerprint);
    expect(stepAfter(parts, person, 'trust')).toEqual({ name: 'device', path: paths.deviceAdd() });
    expect(open()).not.toContain('trust');
    expect(open()).toContain('bundle');
    site.device('hmi-1');
    expect(stepAfter(parts, person, 'device')).toEqual({ name: 'request', path: paths.exchangeSend() });
    const card = exchange.siteCard(person).bytes;
    const medium = join(site.dataDir, 'medium');
    mkdirSync(medium);
    const request = host.open(exchange.exportRequest(person, medium).path, card);
    expect(stepAfter(parts, person, 'request')).toEqual({ name: 'bundle', path: paths.exchangeReceive() });
    await host.publish();
    await exchange.importBundle(person, (await host.answer(join(medium, 'out'), request)).path);
    // Nothing waited for it: the first that is open.
    expect(open()).not.toContain('bundle');
    expect(stepAfter(parts, person, 'bundle')?.name).toBe('backup');
  });
});

describe('the worklist over the API', () => {
  let site: ApiSite;
  beforeAll(async () => {
    site = await openApiSite();
  });
  afterAll(() => site.close());

  it('has the same work, is cut to the rights of the token, and takes what may be written', async () => {
    const token = site.tokenOf('administrator');
    const { rows } = (await site.call('GET', '/work', { token })).json as { rows: { id: string; title: string }[] };
    expect(rows.map(({ id }) => id)).toContain('first-step.group');
    expect(rows.find(({ id }) => id === 'first-step.group')?.title).toBe('Setup: a first group');
    const events = await site.call('GET', '/work', { token: site.tokenOf('administrator', ['events:read']) });
    expect(events.json['rows']).toEqual([]);
    const later = { until: toTime(nowMs() + hourMs), reason: 'tomorrow' };
    expect((await site.call('POST', '/work/first-step.group/later', { token, body: later })).json).toMatchObject({
      laterUntil: later.until,
      reason: 'tomorrow',
    });
    const viewer = site.tokenOf('viewer');
    expect((await site.call('POST', '/work/first-step.group/back', { token: viewer })).status).toBe(403);
    expect((await site.call('POST', '/work/first-step.group/back', { token })).json['laterUntil']).toBeNull();
  });
});
