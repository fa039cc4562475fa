import { randomBytes } from 'node:crypto';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { type Browser, openConsole, password } from '../../../test/support/console.ts';
import { type Actor, type Right, type Setting, type SettingValue, systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { wholeSite } from '../../platform/scope.ts';
import { apiApp } from '../../server/api/app.ts';
import { managedObjects } from './managed-objects.ts';
import { rightsOf } from './rights.ts';

// Settings that can weaken what protects the site, by everybody who may not change one alone.

const site = await openConsole();
const admin = await site.as('administrator');
const settings = site.appliance.objects.settings().map(({ setting }) => setting);
afterAll(() => site.close());

const safety = (): Setting[] => settings.filter((setting) => setting.safety);
const person = async (rights: readonly Right[]): Promise<{ id: string; browser: Browser }> => {
  const { objects, accounts } = site.appliance;
  const name = `p-${randomBytes(4).toString('hex')}`;
  const role = objects.create(systemActor, 'role', { name, rights }).id;
  const { id } = objects.create(systemActor, 'account', { name, roles: [role] });
  const browser = site.browser();
  const link = `/first/${accounts.makeLink(systemActor, id).token}`;
  expect((await browser.post(link, { password, repeat: password })).status).toBe(303);
  return { id, browser };
};
const as = (id: string, authenticatedAt = nowMs()): Actor => {
  const { objects } = site.appliance;
  return { type: 'account', id, label: id, rights: rightsOf(objects, objects.get('account', id)), authenticatedAt };
};
const root: Actor = { type: 'cli', id: 'root', label: 'root', rights: new Set(['all'] as const) };
const adminId = (): string => site.appliance.objects.findBy('account', 'name', 'admin')?.id ?? '';
const current = (name: string): SettingValue => {
  const found = site.appliance.objects.settings().find(({ setting }) => setting.name === name);
  if (found === undefined) throw new Error(`no setting ${name}`);
  return found.value;
};

/** Another value that fits, and is not on the side that weakens nothing. */
const other = ({ name, type, min = 0, options = [], safeSide, format }: Setting): SettingValue => {
  const now = current(name);
  if (type === 'boolean') return now !== true;
  if (type === 'integer') return now === min || safeSide === 'lower' ? Number(now) + 1 : min;
  if (type === 'list') return format === 'port' ? ['9443'] : ['/srv/other'];
  if (type === 'time-of-day') return '02:45';
  if (type === 'choice') return options.find((option) => option !== now) ?? '';
  return name === 'appliance.time-zone' ? 'Asia/Almaty' : '/srv/other';
};
const formOf = (area: string, changed: Record<string, SettingValue>): Record<string, string | string[]> =>
  Object.fromEntries(
    site.appliance.objects
      .settings()
      .filter(({ setting }) => setting.area === area)
      .map(({ setting, value }) => [setting.name, changed[setting.name] ?? value] as const)
      .filter(([, value]) => value !== false)
      .map(([name, value]) => [name, Array.isArray(value) ? value.join('\n') : String(value)]),
  );

describe('with one administrator', () => {
  it('a safety setting changes by a fresh log-in, marked as one person’s', async () => {
    const area = 'exchange';
    const answer = await admin.post(paths.settings({ area: area }), formOf(area, { 'exchange.broadcast': true }));
    expect(answer.status).toBe(303);
    expect(current('exchange.broadcast')).toBe(true);
    expect(
      site.appliance.events.list({ scope: wholeSite('job'), type: ['approved-by-one-person'], limit: 1 }).rows,
    ).toMatchObject([{ params: { act: 'setting-change', thing: 'exchange.broadcast' } }]);
    const { safety: door } = site.appliance.accounts;
    const old = as(adminId(), nowMs() - 3_600_000);
    expect(codeOf(() => door.set(old, 'exchange.broadcast', false))).toBe('REAUTHENTICATE');
    expect(codeOf(() => site.appliance.objects.resetSetting(old, 'exchange.broadcast'))).toBe('REAUTHENTICATE');
    expect(codeOf(() => door.set(root, 'exchange.broadcast', undefined))).toBe('done');
  });

  it('rules of a second person are off, and on by themselves where there are two', async () => {
    const rules = ['accounts.erase-second-person', 'integrity.second-person'];
    expect(rules.map(current)).toEqual([false, false]);
    await person(['all']);
    expect(rules.map(current)).toEqual([true, true]);
    expect(current('devices.scan-second-person')).toBe(true);
    const html = await (await admin.get(paths.settings({ area: 'accounts' }))).text();
    expect(html).toMatch(
      /name="accounts\.erase-second-person"[^>]*checked|checked[^>]*name="accounts\.erase-second-person"/,
    );
    site.appliance.objects.setSetting(systemActor, 'integrity.second-person', false);
    expect(current('integrity.second-person')).toBe(false);
    site.appliance.objects.resetSetting(systemActor, 'integrity.second-person');
  });
});

describe('where there is a second administrator', () => {
  it('no safety setting is changed by one person, a token or the command line', async () => {
    const { objects, accounts } = site.appliance;
    const second = await person(['all']);
    const writer = await person(['settings:write', 'settings:read']);
    const managed = managedObjects(site.appliance);
    const app = apiApp(entryParts(site.appliance));
    const { secret } = accounts.createApiToken(systemActor, { name: 'settings', account: adminId() });
    const call = async (method: string, name: string, body?: unknown): Promise<string> => {
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      const answer = await app.request(`/settings/${name}`, init);
      return ((await answer.json()) as { error?: { code?: string } }).error?.code ?? 'done';
    };
    const codes: Record<string, unknown> = {};
    for (const setting of safety()) {
      const { name } = setting;
      const [before, wanted] = [current(name), other(setting)];
      const first = as(adminId());
      const engine = (actor: Actor): string[] => [
        codeOf(() => objects.writeSetting(actor, name, wanted)),
        codeOf(() => objects.put(actor, 'setting', name, { value: wanted })),
        codeOf(() => objects.importKind(actor, [{ kind: 'setting', id: name, revision: 1, body: { value: wanted } }])),
      ];
      // A text that is empty is its default, and stands in no object.
      const meanwhile = before === '' ? 'Asia/Aqtau' : before;
      const row = {
        'settings:write': [codeOf(() => accounts.safety.set(as(writer.id), name, wanted)), ...engine(as(writer.id))],
        token: [await call('PUT', name, { value: wanted }), await call('DELETE', name)],
        'command line': [codeOf(() => accounts.safety.set(root, name, wanted)), ...engine(root)],
        engine: engine(first),
        asked: codeOf(() => expect(accounts.safety.set(first, name, wanted)).toEqual({ waits: true })),
        same: codeOf(() => accounts.safety.approve(as(adminId()), name)),
        waits: JSON.stringify(current(name)) === JSON.stringify(before),
        second: codeOf(() => accounts.safety.approve(as(second.id), name)),
        set: JSON.stringify(current(name)) === JSON.stringify(wanted),
        // And back, by a revision or from the tombstones, waits like any other change.
        back: codeOf(() => {
          objects.writeSetting(systemActor, name, meanwhile);
          const { revision } = objects.get('setting', name);
          managed.revert(first, 'setting', name, revision - 1);
        }),
        backWaits: JSON.stringify(current(name)) === JSON.stringify(meanwhile),
        refused: codeOf(() => accounts.safety.refuse(as(second.id), name)),
        again: codeOf(() => accounts.safety.approve(as(second.id), name)),
      };
      objects.writeSetting(systemActor, name, undefined);
      codes[name] = row;
      expect({ name, ...row }).toEqual({
        name,
        'settings:write': ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
        // The default of a switch is its safe side.
        token: ['SESSION_ONLY', setting.safeSide === 'off' ? 'done' : 'SESSION_ONLY'],
        'command line': ['APPROVAL_PERSON', 'APPROVAL_PERSON', 'APPROVAL_PERSON', 'APPROVAL_PERSON'],
        engine: ['APPROVAL_SELF', 'APPROVAL_SELF', 'APPROVAL_SELF'],
        asked: 'done',
        same: 'APPROVAL_SELF',
        waits: true,
        second: 'done',
        set: true,
        back: 'done',
        backWaits: true,
        refused: 'done',
        again: 'CONFLICT',
      });
    }
    expect(Object.keys(codes).length).toBeGreaterThan(10);
  });

  it.each([
    ['devices.controller-identification', true, false],
    ['exchange.grace-days', 31, 3],
    ['exchange.knowledge-limit-days', 15, 7],
  ])('%s waits towards the side that weakens, and goes back at once by one person', async (name, weaker, safer) => {
    const { objects, accounts } = site.appliance;
    await person(['all']);
    const writer = await person(['settings:write', 'settings:read']);
    const old = as(writer.id, nowMs() - 3_600_000);
    expect(codeOf(() => expect(accounts.safety.set(as(adminId()), name, weaker)).toEqual({ waits: true }))).toBe(
      'done',
    );
    expect(current(name)).not.toBe(weaker);
    objects.writeSetting(systemActor, name, weaker);
    // Whoever may write settings, with an old log-in, and the command line: to stop something must be quick.
    for (const actor of [old, root]) {
      objects.writeSetting(systemActor, name, weaker);
      expect(codeOf(() => expect(accounts.safety.set(actor, name, safer)).toEqual({ waits: false }))).toBe('done');
      expect(current(name)).toBe(safer);
      objects.writeSetting(systemActor, name, weaker);
      expect(codeOf(() => objects.writeSetting(actor, name, safer))).toBe('done');
    }
    objects.writeSetting(systemActor, name, undefined);
  });

  it('switching identification on at its page waits, whoever may write controllers switches it off', async () => {
    const { identification, accounts } = site.appliance;
    const second = await person(['all']);
    const engineer = await person(['controllers:write']);
    const press = (browser: Browser, action: string) =>
      browser.post(paths.identificationSwitch(), { action, confirmed: '1' });
    expect((await press(engineer.browser, 'on')).status).toBe(403);
    expect((await press(admin, 'on')).status).toBe(303);
    expect(identification.isOn()).toBe(false);
    expect(await (await admin.get(paths.identification())).text()).toContain('waits for a second person');
    const name = 'devices.controller-identification';
    accounts.safety.approve(as(second.id), name);
    expect(identification.isOn()).toBe(true);
    expect((await press(engineer.browser, 'off')).status).toBe(303);
    expect(identification.isOn()).toBe(false);
  });

  it('a change asked for on the page waits there, is void when the setting changes, and is agreed to by another', async () => {
    const { objects } = site.appliance;
    const second = await person(['all']);
    const writer = await person(['settings:write', 'settings:read']);
    const [area, name] = ['exchange', 'exchange.allowed-words'];
    const ask = (): Promise<Response> =>
      admin.post(paths.settings({ area: area }), formOf(area, { [name]: ['Press4'] }));
    expect(
      (await writer.browser.post(paths.settings({ area: area }), formOf(area, { [name]: ['Press4'] }))).status,
    ).toBe(403);
    expect((await ask()).status).toBe(303);
    expect(current(name)).toEqual([]);
    const page = await (await second.browser.get(paths.settings({ area: area }))).text();
    expect(page).toContain('Press4');
    expect(page).toContain(paths.settingDecide());
    const agree = { setting: name, action: 'approve' };
    expect((await admin.post(paths.settingDecide(), agree)).status).toBe(403);
    expect((await writer.browser.post(paths.settingDecide(), agree)).status).toBe(403);
    objects.writeSetting(systemActor, name, ['Else']);
    expect((await second.browser.post(paths.settingDecide(), agree)).status).toBe(409);
    expect(current(name)).toEqual(['Else']);
    await ask();
    expect((await second.browser.post(paths.settingDecide(), agree)).status).toBe(303);
    expect(current(name)).toEqual(['Press4']);
    for (const type of ['setting-change-asked', 'setting-change-approved'])
      expect(site.appliance.events.list({ scope: wholeSite('job'), type: [type], limit: 1 }).total).toBeGreaterThan(0);
  });
});
