import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

let pump: { id: number; publicId: string };
let mixer: string;

const since = (): ((type?: string) => number) => {
  const count = (type?: string): number =>
    site.appliance.events.list({ scope: wholeSite('job'), limit: 1, ...(type === undefined ? {} : { type: [type] }) })
      .total;
  const before = new Map<string | undefined, number>();
  const all = ['personal-read', 'data-exported', 'object-changed', 'object-created', 'device-approved', undefined];
  for (const type of all) before.set(type, count(type));
  return (type) => count(type) - (before.get(type) ?? 0);
};
/** Whether a page has a text; a whole page in a failure's message helps nobody. */
const holds = (page: string, text: string): boolean => page.includes(text);
const cells = (csv: string): string[][] =>
  csv
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
const names = ['pump-01', 'pump-02', '=cmd()', 'mixer-1'];
for (const name of names) {
  const { id, publicId } = site.device(name);
  if (name === 'pump-01') pump = { id, publicId };
  if (name === 'mixer-1') mixer = publicId;
  site.report(id, 'identity', [{ name, ipv4: ['10.4.0.7'], osType: 'linux' }]);
  site.report(id, 'platform', [debian13]);
  site.report(id, 'software', [
    deb('openssl', '3.5.1-1'),
    deb('curl', '8.14.1-2', { installedAt: '2026-01-01T00:00:00Z' }),
  ]);
  site.report(id, 'accounts', [{ name: 'a.seitkali', fullName: 'Аида Сейткали', isAdmin: true, uid: 1000 }]);
  site.report(id, 'hardware', [{ type: 'memory', subtype: 'DDR5', capacityBytes: 17179869184, slot: 'A1' }]);
  site.report(id, 'activity', [{ restartPending: name === 'mixer-1', bootedAt: '2026-01-01T00:00:00Z' }]);
}
afterAll(() => site.close());

describe('a device that nothing judges', () => {
  const { t } = catalogue('en');

  it('has no findings and no updates on no page and in no file, but is not judged', async () => {
    const tabs = ['findings', 'updates'] as const;
    const pages = [
      paths.devices(),
      paths.updates(),
      paths.device(pump.publicId),
      ...tabs.map((tab) => paths.deviceTab(pump.publicId, tab)),
    ];
    for (const path of pages) {
      const page = await admin.html(path);
      expect(holds(page, t('coverage.not-judged')), path).toBe(true);
      for (const claim of [t('vuln.none'), t('updates.none'), t('updates.noneForDevice')])
        expect(holds(page, claim), path).toBe(false);
    }
    for (const file of [paths.updatesCsv(), paths.vulnerabilitiesCsv()])
      expect(await admin.html(file), file).toMatch(/not judged/i);
    const [head = [], ...rows] = cells(await admin.html(`${paths.devices()}.csv?columns=findings,coverage,updates`));
    const row = rows.find((one) => one.includes('pump-01')) ?? [];
    const inFile = (column: string): string | undefined => row[head.indexOf(column)];
    expect([t('nav.updates'), t('coverage.title')].map(inFile)).toEqual([
      t('coverage.not-judged'),
      t('coverage.not-judged'),
    ]);
  });
});

describe('devices', () => {
  it('are filtered and searched by the address', async () => {
    const all = await viewer.html(paths.devices());
    for (const name of ['pump-01', 'pump-02', 'mixer-1']) expect(all).toContain(name);
    const found = await viewer.html('/devices?q=pump');
    expect(holds(found, 'pump-02')).toBe(true);
    expect(holds(found, 'mixer-1')).toBe(false);
    const none = await viewer.html('/devices?state=revoked');
    expect(holds(none, 'pump-01')).toBe(false);
    expect(holds(await viewer.html('/devices?contact=online'), 'pump-01')).toBe(false);
    expect(holds(await viewer.html('/devices?contact=not-30d'), 'pump-01')).toBe(true);
  });

  it('put a name that people gave in place of the host name', async () => {
    site.appliance.objects.put(systemActor, 'device-decision', pump.publicId, { displayName: 'Насос 1' });
    expect(holds(await viewer.html(paths.devices({ q: 'Насос' })), 'Насос 1')).toBe(true);
    site.appliance.objects.put(systemActor, 'device-decision', pump.publicId, { displayName: null });
  });

  it('come as CSV with exactly the rows of the filter, formulas disarmed, and the export is recorded', async () => {
    const events = since();
    const response = await viewer.get('/devices.csv?sort=name');
    const rows = cells(await response.text());
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(rows).toHaveLength(5);
    expect(rows.slice(1).map((row) => row[1])).toEqual(["'=cmd()", 'mixer-1', 'pump-01', 'pump-02']);
    expect(cells(await (await viewer.get('/devices.csv?q=pump')).text())).toHaveLength(3);
    expect(events('data-exported')).toBe(2);
    expect(events()).toBe(2);
  });

  it('have columns that are picked: with their names and values, on the page and in the file', async () => {
    const address = '?q=mixer&col=name&col=platform.release&col=activity.restartPending';
    const page = await viewer.html(`/devices${address}`);
    expect(holds(page, '<th scope="col">Restart pending</th><th scope="col">Release</th>')).toBe(true);
    expect(/>yes<.*>13</s.test(page)).toBe(true);
    const [head, row] = cells(await (await viewer.get(`/devices.csv${address}`)).text());
    expect(head).toEqual(['Name', 'Restart pending', 'Release']);
    expect([row?.[0], row?.[2]]).toEqual(['mixer-1', '13']);
  });

  it('are moved to a group after a question that says how many, and the move has a revision', async () => {
    const group = site.appliance.objects.create(systemActor, 'group', { name: 'Цех 2' });
    const ids = { id: pump.publicId, action: 'move', group: group.id };
    const question = await admin.post('/devices/bulk', ids);
    expect(question.status).toBe(200);
    expect(holds(await question.text(), 'name="confirmed" value="1"')).toBe(true);
    expect(site.appliance.objects.get('device-decision', pump.publicId).body['group']).toBeUndefined();
    expect((await admin.post('/devices/bulk', { ...ids, confirmed: '1' })).status).toBe(303);
    expect(site.appliance.objects.get('device-decision', pump.publicId).body['group']).toBe(group.id);
    expect(holds(await viewer.html(`/devices?group=${group.id}`), 'pump-01')).toBe(true);
    const all = { list: '/devices?q=pump&all=1', action: 'move', group: '', confirmed: '1' };
    const asked = await (await admin.post('/devices/bulk', all)).text();
    const selection = /name="selection" value="([^"]+)"/.exec(asked)?.[1] ?? '';
    expect((await admin.post('/devices/bulk', { ...all, selection })).status).toBe(303);
    expect(site.appliance.objects.get('device-decision', pump.publicId).body['group']).toBeUndefined();
  });

  it('wait for approval and are let in by one who may', async () => {
    const waiting = site.device('new-one', 'manual');
    expect(waiting.state).toBe('pending');
    expect(holds(await viewer.html('/devices?state=pending'), 'new-one')).toBe(true);
    expect((await viewer.post(paths.deviceApprove(waiting.publicId))).status).toBe(403);
    const events = since();
    expect((await admin.post(paths.deviceApprove(waiting.publicId))).status).toBe(303);
    expect(events('device-approved')).toBe(1);
    const question = await admin.post(paths.deviceRevoke(waiting.publicId));
    expect(question.status).toBe(200);
    expect(site.appliance.devices.byId(waiting.id).state).toBe('managed');
    expect((await admin.post(paths.deviceRevoke(waiting.publicId), { confirmed: '1' })).status).toBe(303);
    expect(site.appliance.devices.byId(waiting.id).state).toBe('revoked');
  });
});

describe('a device', () => {
  it('shows every collection on a tab of its own', async () => {
    for (const { name, single } of site.appliance.inventory.collections()) {
      const page = await viewer.html(single ? paths.device(pump.publicId) : paths.deviceTab(pump.publicId, name));
      expect(holds(page, 'pump-01')).toBe(true);
    }
    for (const tab of ['findings', 'updates', 'changes', 'events'])
      await viewer.html(paths.deviceTab(pump.publicId, tab));
    expect((await viewer.get(paths.deviceTab(pump.publicId, 'none'))).status).toBe(404);
    expect((await viewer.get(paths.device('nobody'))).status).toBe(404);
  });

  it('shows personal rows only to who asks, once, and records it', async () => {
    const events = since();
    const withheld = await viewer.html(paths.deviceTab(pump.publicId, 'accounts'));
    expect(holds(withheld, 'a.seitkali')).toBe(false);
    expect(events()).toBe(0);
    const shown = await viewer.post(paths.devicePersonal(pump.publicId, 'accounts'));
    expect(holds(await shown.text(), 'a.seitkali')).toBe(true);
    expect(events('personal-read')).toBe(1);
    const list = await viewer.html('/inventory/accounts?q=a.seitkali');
    expect(holds(list, 'Аида')).toBe(false);
    expect(holds(await (await viewer.get('/inventory/accounts.csv')).text(), 'seitkali')).toBe(false);
    expect((await viewer.post(paths.devicePersonal(pump.publicId, 'software'))).status).toBe(404);
  });

  it('is named and described by people; two who edit at once do not overwrite each other', async () => {
    const form = await admin.html(paths.deviceEdit(pump.publicId));
    const revision = /name="revision" value="(\d+)"/.exec(form)?.[1] ?? '';
    const first = await admin.post(paths.deviceEdit(pump.publicId), {
      revision,
      displayName: 'P1',
      description: 'd',
      group: '',
    });
    expect(first.status).toBe(303);
    const second = await admin.post(paths.deviceEdit(pump.publicId), {
      revision,
      displayName: 'other',
      description: '',
      group: '',
    });
    expect(second.status).toBe(422);
    const late = await second.text();
    expect(holds(late, 'value="other"')).toBe(true);
    for (const words of ['Changed meanwhile by', '>P1<', '>other<', 'Use mine', 'Use theirs'])
      expect(holds(late, words), words).toBe(true);
    expect(site.appliance.objects.get('device-decision', pump.publicId).body['displayName']).toBe('P1');
    // After a restore a form may be newer than what is there, or there may be nothing.
    const newer = { revision: '99', displayName: 'typed', description: '', group: '' };
    for (const publicId of [pump.publicId, mixer]) {
      const answer = await admin.post(paths.deviceEdit(publicId), newer);
      expect(answer.status).toBe(422);
      expect(holds(await answer.text(), 'value="typed"')).toBe(true);
    }
    const bad = await admin.post(paths.deviceEdit(pump.publicId), {
      revision: String(site.appliance.objects.get('device-decision', pump.publicId).revision),
      displayName: 'x'.repeat(201),
      description: 'x'.repeat(2_001),
      group: '',
    });
    expect(bad.status).toBe(422);
    expect((await bad.text()).match(/aria-invalid="true"/g)?.length).toBe(2);
  });
});

describe('inventory', () => {
  it('lists software over the site with the number of devices, and the page of an item', async () => {
    const list = await viewer.html('/software?q=openssl');
    expect(holds(list, 'openssl')).toBe(true);
    const item = /href="(\/software\/\d+)"/.exec(list)?.[1] ?? '';
    const page = await viewer.html(item);
    expect(holds(page, 'pump-02')).toBe(true);
    expect((await viewer.get('/software/999999')).status).toBe(404);
    const csv = cells(await (await viewer.get('/software.csv?q=openssl')).text());
    expect(csv).toHaveLength(2);
    expect(csv[1]).toContain('4');
  });

  it('refuses a garbled page cursor and an unknown collection', async () => {
    expect((await viewer.get('/software?after=garbage')).status).toBe(400);
    expect((await viewer.get('/inventory/none')).status).toBe(404);
    expect((await viewer.get('/inventory/none.csv')).status).toBe(404);
    expect((await viewer.get('/events?after=x')).status).toBe(400);
  });

  it('pages without losing or repeating a row', async () => {
    const many = Array.from({ length: 120 }, (_, n) => deb(`lib${String(n).padStart(3, '0')}`, '1'));
    site.report(pump.id, 'software', many);
    const seen: string[] = [];
    for (let path = '/software?q=lib'; path !== ''; ) {
      const page = await viewer.html(path);
      seen.push(...[...page.matchAll(/>(lib\d{3})</g)].map((match) => match[1] ?? ''));
      const links = [...page.matchAll(/<a class="btn sm"[^>]* href="([^"]*after=[^"]*)"/g)].map(
        (match) => match[1] ?? '',
      );
      const depth = (link: string): number => link.split('after=').length;
      path = (links.find((link) => depth(link) > depth(path)) ?? '').replaceAll('&amp;', '&');
      if (seen.length > 200) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(120);
  });
});

describe('settings', () => {
  it('change with a comment, one revision each, and can be gone back on', async () => {
    const { objects } = site.appliance;
    const area = objects.settings().filter(({ setting }) => setting.area === 'devices');
    const same = Object.fromEntries(area.map(({ setting, value }) => [setting.name, String(value)]));
    const done = await admin.post('/settings?area=devices', {
      ...same,
      'devices.not-visible-hours': '6',
      comment: 'night',
    });
    expect(done.status).toBe(303);
    expect(objects.setting('devices.not-visible-hours')).toBe(6);
    expect(objects.revisions('setting', 'devices.not-visible-hours')[0]?.comment).toBe('night');
    await admin.post('/settings?area=devices', { ...same, 'devices.not-visible-hours': '8' });
    const revisions = await admin.html(paths.objectRevisions('setting', 'devices.not-visible-hours', { a: 1, b: 2 }));
    expect(revisions).toMatch(/6[\s\S]*8/);
    const back = await admin.post(paths.objectRevert('setting', 'devices.not-visible-hours'), { revision: '1' });
    expect(back.status).toBe(303);
    expect(objects.setting('devices.not-visible-hours')).toBe(6);
  });

  it('are all or nothing, with every fault and every value kept', async () => {
    const events = since();
    const area = site.appliance.objects.settings().filter(({ setting }) => setting.area === 'devices');
    const bad = await admin.post('/settings?area=devices', {
      ...Object.fromEntries(area.map(({ setting, value }) => [setting.name, String(value)])),
      'devices.not-visible-hours': '0',
      'devices.check-in-seconds': 'soon',
      'devices.inventory-hours': '12',
    });
    expect(bad.status).toBe(422);
    const text = await bad.text();
    expect(text.match(/aria-invalid="true"/g)?.length).toBe(2);
    expect(holds(text, 'value="soon"')).toBe(true);
    expect(site.appliance.objects.setting('devices.inventory-hours')).toBe(24);
    expect(events()).toBe(0);
  });
});

describe('objects', () => {
  it('of a kind are made, changed, compared, gone back on, deleted and restored', async () => {
    const { objects } = site.appliance;
    const bad = await admin.post(paths.objectNew('group'), {
      'f.name': '',
      'f.description': 'x'.repeat(2_001),
    });
    expect(bad.status).toBe(422);
    expect((await bad.text()).match(/aria-invalid="true"/g)?.length).toBe(2);
    await admin.post(paths.objectNew('group'), { 'f.name': 'Line 3', 'f.description': 'first' });
    const group = objects.findBy('group', 'name', 'Line 3');
    if (group === undefined) throw new Error('no group was made');
    const edit = { revision: '1', 'f.name': 'Line 3', 'f.description': 'second' };
    expect((await admin.post(paths.object('group', group.id), edit)).status).toBe(303);
    expect((await admin.post(paths.object('group', group.id), edit)).status).toBe(422);
    await admin.post(paths.objectRevert('group', group.id), { revision: '1' });
    expect(objects.get('group', group.id).body['description']).toBe('first');
    expect((await admin.post(paths.objectDelete('group', group.id))).status).toBe(200);
    expect(objects.find('group', group.id)).toBeDefined();
    await admin.post(paths.objectDelete('group', group.id), { confirmed: '1' });
    expect(objects.find('group', group.id)).toBeUndefined();
    expect(holds(await admin.html(paths.deleted({ kind: 'group' })), 'Line 3')).toBe(true);
    await admin.post(paths.objectRestore('group', group.id));
    expect(objects.find('group', group.id)).toBeDefined();
  });

  it('show both versions of what two people changed at once, and keep of each what the other left alone', async () => {
    const { objects } = site.appliance;
    const { id } = objects.create(systemActor, 'group', { name: 'Line 4', description: 'the old hall' });
    // Both opened the first revision; another person saves.
    objects.update(systemActor, 'group', id, { name: 'Hall 4' });
    const opened = { revision: '1', 'f.name': 'Line 4', 'f.description': 'the new hall' };
    const answer = await admin.post(paths.object('group', id), opened);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('Changed meanwhile by');
    expect(objects.get('group', id).body).toMatchObject({ name: 'Hall 4', description: 'the old hall' });
    const row = /<th scope="row"[^>]*>[^<]*Description.*?<\/tr>/s.exec(page)?.[0] ?? '';
    expect([row.includes('the old hall'), row.includes('the new hall')]).toEqual([true, true]);
    // Their name is in the form, since it was not touched here: it is no difference.
    expect(page).toContain('value="Hall 4"');
    expect(page).not.toContain('Line 4');
    expect(page).toMatch(/Use mine\s*<\/button>/);
    expect(page).toMatch(new RegExp(`href="${paths.object('group', id)}"[^>]*>\\s*Use theirs`));
    // Mine: sent again as it stands there.
    const again = { revision: '2', 'f.name': 'Hall 4', 'f.description': 'the new hall' };
    expect((await admin.post(paths.object('group', id), again)).status).toBe(303);
    expect(objects.get('group', id).body).toMatchObject({ name: 'Hall 4', description: 'the new hall' });
  });

  it('say the link of a new account and the secret of a new token once', async () => {
    const made = await admin.post(paths.objectNew('account'), { 'f.name': 'Night shift', 'f.roles': ['viewer'] });
    expect(made.status).toBe(201);
    const link = /http:\/\/localhost(\/first\/[\w-]{43})/.exec(await made.text())?.[1] ?? '';
    expect((await site.browser().get(link)).status).toBe(200);
    const account = site.appliance.objects.findBy('account', 'name', 'Night shift');
    const forgot = await admin.post(paths.objectNew('token'), {
      'f.name': 'x',
      'f.purpose': 'first',
      'f.account': account?.id ?? '',
    });
    const second = /http:\/\/localhost(\/first\/[\w-]{43})/.exec(await forgot.text())?.[1] ?? '';
    expect((await site.browser().get(link)).status).toBe(404);
    expect((await site.browser().get(second)).status).toBe(200);
    const token = await admin.post(paths.objectNew('token'), {
      'f.name': 'reports',
      'f.purpose': 'api',
      'f.rights': ['devices:read'],
    });
    const secret = /sallyport-api-[\w-]{43}/.exec(await token.text())?.[0] ?? '';
    expect(site.appliance.accounts.authenticateToken(secret, '10.0.0.1').rights).toEqual(new Set(['devices:read']));
    expect(holds(await admin.html(paths.objects('token')), secret)).toBe(false);
  });

  it('take days and times of the site as people write them, and show them so', async () => {
    const fields = { 'f.name': 'until spring', 'f.purpose': 'agent' };
    await admin.post(paths.objectNew('token'), { ...fields, 'f.expiresAt': '2027-03-01 08:30' });
    const token = site.appliance.objects
      .list({ kind: 'token', limit: 100 })
      .rows.find(({ body }) => body['name'] === 'until spring');
    expect(Date.parse(String(token?.body['expiresAt']))).toBe(new Date(2027, 2, 1, 8, 30).getTime());
    expect(holds(await admin.html(paths.object('token', token?.id ?? '')), 'value="2027-03-01 08:30"')).toBe(true);
    const wrong = await admin.post(paths.objectNew('token'), { ...fields, 'f.expiresAt': 'spring' });
    expect(wrong.status).toBe(422);
    expect(holds(await wrong.text(), 'value="spring"')).toBe(true);
  });

  it('never let somebody give away more than he holds, nor lock out the last administrator', async () => {
    const { objects, accounts } = site.appliance;
    const role = objects.create(systemActor, 'role', { name: 'Clerk', rights: ['accounts:write', 'devices:read'] });
    const clerkAccount = objects.create(systemActor, 'account', { name: 'clerk', roles: [role.id] });
    const clerk = site.browser();
    const pass = 'a long enough phrase';
    await clerk.post(`/first/${accounts.makeLink(systemActor, clerkAccount.id).token}`, {
      password: pass,
      repeat: pass,
    });
    const attempts: [string, Record<string, string | string[]>][] = [
      [paths.objectNew('role'), { 'f.name': 'All', 'f.rights': ['all'] }],
      [paths.objectNew('account'), { 'f.name': 'twin', 'f.roles': ['administrator'] }],
      [paths.object('account', clerkAccount.id), { revision: '1', 'f.name': 'clerk', 'f.roles': ['administrator'] }],
      [paths.object('role', role.id), { revision: '1', 'f.name': 'Clerk', 'f.rights': ['settings:write'] }],
    ];
    for (const [path, fields] of attempts) expect((await clerk.post(path, fields)).status).toBe(403);
    const root = objects.findBy('account', 'name', 'admin');
    const last = { revision: String(root?.revision), 'f.name': 'admin', 'f.roles': ['viewer'] };
    expect((await clerk.post(paths.objectDelete('account', root?.id ?? ''), { confirmed: '1' })).status).toBe(403);
    expect((await admin.post(paths.object('account', root?.id ?? ''), last)).status).toBe(422);
    expect((await admin.post(paths.objectDelete('account', root?.id ?? ''), { confirmed: '1' })).status).toBe(409);
    expect(
      (await admin.post(paths.object('role', 'administrator'), { revision: '1', 'f.name': 'x', 'f.rights': ['all'] }))
        .status,
    ).toBe(409);
    expect(objects.get('account', clerkAccount.id).body['roles']).toEqual([role.id]);
  });

  it('of a kind with a page of its own are not written by the general form', async () => {
    expect((await admin.post(paths.objectNew('deployment'), { 'f.name': 'x', 'f.updates': 'y' })).status).toBe(405);
    expect((await admin.post(paths.objectNew('setting'), { 'f.value': '1' })).status).toBe(405);
  });
});

describe('search, events and provision', () => {
  it('finds a device, a package and a page in one box', async () => {
    const page = await viewer.html('/search?q=pump-02');
    expect(page).toContain(
      paths.device(site.appliance.devices.list({ search: 'pump-02', limit: 1 }).rows[0]?.publicId ?? ''),
    );
    const palette = await viewer.html('/search/palette?q=curl');
    expect(palette).not.toMatch(/<!DOCTYPE/i);
    expect(holds(palette, '/software/')).toBe(true);
    expect((await viewer.get(`/search?q=${'x'.repeat(300)}`)).status).toBe(400);
  });

  it('offers types of events by words', async () => {
    // The field is picked first; its values are offered then.
    const page = await viewer.html('/events?b.0.field=type&b.0.op=&b.0.value=&do=add');
    const [, select = ''] = /<select class="input"[^>]*name="b\.0\.value"[^>]*>(.*?)<\/select>/s.exec(page) ?? [];
    const words = [...select.matchAll(/<option value="([^"]+)">([^<]*)</g)].map(([, value, word]) => [value, word]);
    expect(words).toContainEqual(['device-approved', 'Device approved']);
    expect(words).toContainEqual(['bundle-imported', 'Bundle … imported']);
    expect(words.filter(([value, word]) => value === word)).toEqual([]);
  });

  it('finds the events of a device by its name or its number, and shows the name', async () => {
    const [, number = ''] = /href="\/devices\/([0-9a-f]{32})"/.exec(await viewer.html('/devices?q=pump-02')) ?? [];
    for (const device of ['Pump-02', number]) {
      const page = await viewer.html(`/events?device=${device}`);
      expect(holds(page, 'Device: pump-02 ')).toBe(true);
      expect(holds(page, 'No match')).toBe(false);
    }
    expect(holds(await viewer.html('/events?device=nobody'), 'No match')).toBe(true);
  });

  it('offers every field of a list by words', async () => {
    const lists = ['/devices', '/controllers', '/vulnerabilities', '/updates', '/events', '/controllers/findings'];
    for (const path of lists) {
      const page = await viewer.html(path);
      const [, select = ''] = /<select class="input"[^>]*name="b\.0\.field"[^>]*>(.*?)<\/select>/s.exec(page) ?? [];
      const words = [...select.matchAll(/<option value="[^"]+"[^>]*>([^<]*)</g)].map(([, word = '']) => word);
      expect(words.length).toBeGreaterThan(5);
      expect(words.filter((word) => word === '' || /^[a-z]\w*\.[\w.]+$/i.test(word))).toEqual([]);
    }
  });

  it('filters events by severity and type, and exports what is shown', async () => {
    const page = await viewer.html('/events?type=personal-read');
    expect(holds(page, paths.device(pump.publicId))).toBe(true);
    const rows = cells(await (await viewer.get('/events.csv?type=personal-read')).text());
    expect(rows).toHaveLength(2);
    expect(holds(await viewer.html('/events?severity=critical&type=nonsense'), 'No match')).toBe(true);
    expect((await viewer.get('/events?severity=loud')).status).toBe(422);
  });

  it('shows the register with live counts, personal only and what leaves only', async () => {
    const all = await viewer.html('/provision');
    const leaves = await viewer.html('/provision?filter=leaves');
    expect(all.length).toBeGreaterThan(leaves.length);
    const csv = await (await viewer.get('/provision.csv?filter=personal')).text();
    expect(csv.split('\r\n').length).toBeGreaterThan(5);
  });
});

describe('changes', () => {
  it('are asked by the address as before and by the builder, of the site and of a device', async () => {
    site.report(pump.id, 'software', [deb('openssl', '3.5.2-1')]);
    const { t } = catalogue('en');
    for (const path of [paths.changes(), paths.deviceTab(pump.publicId, 'changes')]) {
      const found = async (query: string): Promise<boolean> =>
        !holds(await admin.html(`${path}?${query}`), t('list.noMatch'));
      const is = ['operation=removed&item=curl', 'q=curl', 'collection=software&from=2026-01-01&to=2099-01-01'];
      const isNot = ['item=cur', 'collection=software&to=2026-01-01'];
      for (const query of is) expect([query, await found(query)]).toEqual([query, true]);
      for (const query of isNot) expect([query, await found(query)]).toEqual([query, false]);
      const built = await admin.get(`${path}?b.0.field=operation&b.0.op=%3D&b.0.value=removed`);
      expect(built.headers.get('location')).toBe(`${path}?operation=removed`);
      for (const unread of ['operation=moved', 'where=item%20%3D%20a%20or%20operation%20%3D%20first'])
        expect((await admin.get(`${path}?${unread}`)).status).toBe(422);
    }
    expect(
      holds(await admin.html(paths.changes({ device: mixer, item: 'curl', operation: 'removed' })), t('list.noMatch')),
    ).toBe(true);
  });
});
