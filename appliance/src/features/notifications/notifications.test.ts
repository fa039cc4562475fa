import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openConsole, password } from '../../../test/support/console.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { signIn, signOut } from '../../cli/actor.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

const site = await openConsole();
const { appliance } = site;
const { events, notifications, objects } = appliance;
const admin = await site.as('administrator');
afterAll(() => site.close());
afterEach(() => {
  vi.useRealTimers();
});

const turnAll = async (): Promise<void> => {
  while (await notifications.turn());
};
// What was before is past.
await turnAll();

/** Something critical of the site. */
const critical = (): void => void events.record('disk-full', { params: { freeBytes: 1 } });
const moved = (device: { id: number; publicId: string }): void =>
  void events.record('device-moved', { device: device.id, params: { device: device.publicId, rule: 'r', group: 'g' } });
const as = (id: string) => ({ ...systemActor, type: 'account' as const, id });
const adminAccount = objects.findBy('account', 'name', 'admin')?.id ?? '';
const inboxOf = (account: string) => notifications.inbox(as(account));

/** A group with a device, and an account whose role reaches that group alone. */
const plant = (name: string) => {
  const group = objects.create(systemActor, 'group', { name }).id;
  const device = site.device(`${name}-pc`);
  objects.put(systemActor, 'device-decision', device.publicId, { group });
  const role = objects.create(systemActor, 'role', {
    name: `${name} people`,
    rights: ['events:read'],
    groups: [group],
  });
  const account = objects.create(systemActor, 'account', { name: `${name}-person`, roles: [role.id] }).id;
  return { group, device, role: role.id, account };
};
const north = plant('north');
const south = plant('south');
for (const queue of appliance.queues.quick) queue.run({ budgetMs: 5_000 });

describe('a fresh site', () => {
  it('tells its administrators of what is critical, and of nothing while nothing is wrong', async () => {
    await turnAll();
    events.record('login-succeeded', { params: { account: adminAccount } });
    await turnAll();
    expect(inboxOf(adminAccount).rows).toEqual([]);
    expect(await admin.html(paths.notifications())).toContain('There are no notifications');
    critical();
    await turnAll();
    expect(inboxOf(adminAccount)).toMatchObject({ total: 1, unread: 1, rows: [{ count: 1, severity: 'critical' }] });
    const page = await admin.html(paths.notifications());
    expect(page).toContain('Critical events');
    expect(page).toContain('1 notification, 1 unread');
  });
});

describe('a rule', () => {
  const rule = (body: Record<string, unknown>): string =>
    objects.ofAnyKind.create(systemActor, 'notification-rule', body).id;

  it('tells a person of what that person reaches, and of nothing else', async () => {
    rule({ name: 'Moves', query: 'type=device-moved', roles: [north.role, south.role] });
    moved(north.device);
    moved(north.device);
    moved(south.device);
    critical();
    await turnAll();
    expect(inboxOf(north.account).rows).toMatchObject([{ count: 2, ruleName: 'Moves' }]);
    expect(inboxOf(south.account).rows).toMatchObject([{ count: 1 }]);
  });

  it('tells of an event once, where several rules of a person find it', async () => {
    rule({ name: 'Moves again', query: 'type=device-moved', accounts: [north.account] });
    moved(north.device);
    await turnAll();
    expect(inboxOf(north.account).rows).toMatchObject([{ count: 3, ruleName: 'Moves' }]);
  });

  it('tells nothing to an account that is disabled, or whose roles do not read events', async () => {
    const role = objects.create(systemActor, 'role', { name: 'Blind', rights: ['devices:read'] }).id;
    const blind = objects.create(systemActor, 'account', { name: 'blind', roles: [role] }).id;
    const off = objects.create(systemActor, 'account', { name: 'off', roles: ['administrator'], disabled: true }).id;
    rule({ name: 'All', accounts: [blind, off] });
    critical();
    await turnAll();
    expect([inboxOf(blind).total, inboxOf(off).total]).toEqual([0, 0]);
  });

  it('that names no person, or whose filter cannot be read, is refused at the field', async () => {
    const refused = async (fields: Record<string, string | string[]>): Promise<string> => {
      const response = await admin.post(paths.objectNew('notification-rule'), {
        'f.name': 'Wrong',
        ...fields,
      });
      expect(response.status).toBe(422);
      return response.text();
    };
    expect(await refused({})).toContain('a rule that tells no person is none');
    expect(await refused({ 'f.query': 'severity=loud', 'f.roles': ['viewer'] })).toMatch(
      /name="f.query"[^>]*aria-invalid="true"/,
    );
  });
});

const until = toTime(nowMs() + 40 * 86_400_000);
const mute = (body: Record<string, unknown>): string =>
  objects.ofAnyKind.create(systemActor, 'notification-mute', { until, reason: 'being rebuilt', ...body }).id;
const southCount = (): number => inboxOf(south.account).rows.reduce((sum, row) => sum + row.count, 0);

describe('a mute', () => {
  it('of a device, of a group or of a rule keeps their messages away until it ends, and stands in the journal', async () => {
    const [moves] = objects.list({ kind: 'notification-rule', where: { name: 'Moves' }, limit: 1 }).rows;
    const before = southCount();
    for (const what of [{ device: south.device.publicId }, { group: south.group }, { rule: moves?.id }]) {
      const id = mute({ name: 'Quiet', ...what });
      moved(south.device);
      await turnAll();
      expect(southCount(), JSON.stringify(what)).toBe(before);
      expect(events.audit({ kind: 'notification-mute', object: id, limit: 5 })).toHaveLength(1);
      objects.remove(systemActor, 'notification-mute', id);
    }
  });

  it('names exactly one thing, with an end and a reason', async () => {
    const body = { 'f.name': 'Quiet', 'f.until': until, 'f.reason': 'rebuilt' };
    const both = { ...body, 'f.device': south.device.publicId, 'f.group': south.group };
    expect((await admin.post(paths.objectNew('notification-mute'), both)).status).toBe(422);
    expect((await admin.post(paths.objectNew('notification-mute'), body)).status).toBe(422);
    expect(
      (await admin.post(paths.objectNew('notification-mute'), { ...body, 'f.reason': '', 'f.group': south.group }))
        .status,
    ).toBe(422);
  });
});

describe('the inbox', () => {
  it('is read one by one or all at once, by its owner alone', async () => {
    const viewer = await site.as('viewer');
    const [newest] = inboxOf(adminAccount).rows;
    const fields = { do: 'read', id: String(newest?.id) };
    expect((await viewer.post(paths.notifications(), fields)).status).toBe(404);
    expect(inboxOf(adminAccount).rows[0]?.isRead).toBe(false);
    expect((await admin.post(paths.notifications(), fields)).status).toBe(303);
    expect(inboxOf(adminAccount).rows[0]?.isRead).toBe(true);
    await admin.post(paths.notifications(), { do: 'read-all' });
    expect(inboxOf(adminAccount).unread).toBe(0);
  });
});

describe('commands of a person who logged in', () => {
  it('show and read the inbox of that account, and what a rule would have sent', async () => {
    const runtime = mkdtempSync(join(tmpdir(), 'sallyport-runtime-'));
    vi.stubEnv('XDG_RUNTIME_DIR', runtime);
    await signIn(appliance.accounts, site.dataDir, { name: 'admin', password, code: '' });
    const run = async (...args: string[]) => {
      const { code, stdout } = await runHere(...args, '--data', site.dataDir, '--json');
      expect(code, stdout).toBe(0);
      return JSON.parse(stdout) as { rows: { id: number }[]; unread: number; events: number };
    };
    critical();
    await turnAll();
    const { rows, unread } = await run('notification', 'list');
    expect(unread).toBe(1);
    await run('notification', 'read', String(rows[0]?.id));
    expect((await run('notification', 'list')).unread).toBe(0);
    expect(await run('notification', 'preview', '--query', 'type=disk-full', '--role', 'administrator')).toMatchObject({
      persons: [{ name: 'admin' }],
    });
    signOut(appliance.accounts, site.dataDir);
    vi.unstubAllEnvs();
    rmSync(runtime, { recursive: true });
  });
});

describe('a rule from the filter of the events', () => {
  it('is two clicks away: the form has the filter, and shows what it would have sent', async () => {
    const list = await admin.html(`${paths.events()}?severity=critical&type=disk-full`);
    const href = /href="([^"]*notification-rule\/new[^"]*)"/.exec(list)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const form = await admin.html(href);
    expect(form).toContain('value="severity=critical&amp;type=disk-full"');
    const { total } = events.list({
      scope: wholeSite('figures'),
      type: ['disk-full'],
      limit: 1,
    });
    expect(form).toContain(`its filter found ${total} events`);
    const tried = await admin.post(paths.objectNew('notification-rule'), {
      'f.name': 'Full disks',
      'f.query': 'type=disk-full',
      'f.roles': ['administrator', north.role],
      'f.windowMinutes': '60',
      do: 'try',
    });
    const text = await tried.text();
    expect(tried.status).toBe(200);
    expect(text).toMatch(new RegExp(`admin: \\d+ messages?, ${total} events`));
    expect(text).toContain('north-person: 0 messages, 0 events');
    expect(objects.list({ kind: 'notification-rule', where: { name: 'Full disks' }, limit: 1 }).rows).toEqual([]);
  });
});

// What counted as the time never falls by itself, and sessions end by it: these come last.
describe('while time passes, a rule', () => {
  it('counts what comes within its window in one message, and what comes later in the next', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs() + 3 * 3_600_000 });
    const before = inboxOf(adminAccount).total;
    for (let n = 0; n < 25; n += 1) critical();
    await turnAll();
    for (let n = 0; n < 5; n += 1) critical();
    await turnAll();
    const [first] = inboxOf(adminAccount).rows;
    expect(inboxOf(adminAccount).total).toBe(before + 1);
    expect(first).toMatchObject({ count: 30, counts: { critical: 30 }, isRead: false });
    expect(first?.worst).toHaveLength(10);
    vi.setSystemTime(nowMs() + 61 * 60_000);
    critical();
    await turnAll();
    expect(inboxOf(adminAccount).total).toBe(before + 2);
    expect(inboxOf(adminAccount).rows.slice(0, 2)).toMatchObject([{ count: 1 }, { count: 30 }]);
  });

  it('tells again of a device whose mute has ended', async () => {
    const before = southCount();
    mute({ name: 'Short', device: south.device.publicId, until: toTime(nowMs() + 60_000) });
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs() + 120_000 });
    moved(south.device);
    await turnAll();
    expect(southCount()).toBe(before + 1);
  });
});
