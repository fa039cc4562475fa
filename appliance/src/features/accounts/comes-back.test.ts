import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { type Browser, type Console, openConsole, password } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { totpCode } from './totp.ts';

// What was taken away, used up or ended, and the ways by which an earlier state comes back: from the outside, by pages and calls.

let site: Console;
let admin: Browser;

beforeEach(async () => {
  site = await openConsole();
  admin = await site.as('administrator');
});
afterEach(() => site.close());

const make = (kind: string, body: Record<string, unknown>): string =>
  site.appliance.objects.ofAnyKind.create(systemActor, kind, body).id;
const adminId = (): string => site.appliance.objects.findBy('account', 'name', 'admin')?.id ?? '';

/** A second administrator, who is another person and could agree. */
const colleague = async (name = 'second'): Promise<{ id: string; browser: Browser }> => {
  const id = make('account', { name, roles: ['administrator'] });
  const browser = site.browser();
  const { token } = site.appliance.accounts.makeLink(systemActor, id);
  const response = await browser.post(`/first/${token}`, { password, repeat: password });
  expect(response.status).toBe(303);
  return { id, browser };
};

const call = async (bearer: string, method: string, path: string, body?: unknown): Promise<Response> =>
  site.app.request(`/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const apiToken = (rights?: string[]): { id: string; secret: string } =>
  site.appliance.accounts.createApiToken(systemActor, {
    name: 'script',
    account: adminId(),
    ...(rights && { rights }),
  });

describe('a one-time link', () => {
  it('that was used does not work again after Restore on Deleted', async () => {
    const { objects, accounts } = site.appliance;
    const id = make('account', { name: 'aliya', roles: ['viewer'] });
    const { token } = accounts.makeLink(systemActor, id);
    const held = objects.list({ kind: 'token', where: { purpose: 'first', account: id }, limit: 1 }).rows[0]?.id ?? '';
    expect((await site.browser().post(`/first/${token}`, { password, repeat: password })).status).toBe(303);
    await admin.post(`/objects/token/${held}/restore`);
    expect((await site.browser().get(`/first/${token}`)).status).toBe(404);
    expect(objects.find('token', held)).toBeUndefined();
    expect(await admin.html('/deleted?kind=token')).not.toContain(`/objects/token/${held}/restore`);
  });

  it('is not extended, by a token or by a person', async () => {
    const { objects, accounts } = site.appliance;
    const id = make('account', { name: 'aliya', roles: ['viewer'] });
    accounts.makeLink(systemActor, id);
    const {
      id: link,
      revision,
      body,
    } = objects.list({ kind: 'token', where: { purpose: 'first', account: id }, limit: 1 }).rows[0] ?? {
      id: '',
      revision: 0,
      body: {},
    };
    const { secret } = apiToken();
    const answer = await call(secret, 'PATCH', `/objects/token/${link}`, {
      body: { expiresAt: '2031-01-01T00:00:00Z' },
      expectedRevision: revision,
    });
    expect(answer.status).toBe(422);
    expect(objects.get('token', link).body).toEqual(body);
  });
});

describe('an account that is reverted by one administrator', () => {
  it('keeps the second factor of its owner and its sessions', async () => {
    const { objects, accounts } = site.appliance;
    const { id } = await colleague('bolat');
    const { secret } = accounts.twoStep.begin(id, '10.0.0.9');
    await accounts.twoStep.confirm(id, totpCode(secret, Math.floor(nowMs() / 30_000)), '10.0.0.9');
    const held = objects.get('account', id, { secrets: true });
    expect(accounts.twoStep.isOn(held)).toBe(true);
    await admin.post(`/objects/account/${id}/revert`, { revision: '1' });
    expect(accounts.twoStep.isOn(objects.get('account', id, { secrets: true }))).toBe(true);
    expect(objects.get('account', id, { secrets: true }).body['recoveryCodes']).toBe(held.body['recoveryCodes']);
  });

  it('comes back from Deleted without its password and second factor', async () => {
    const { objects, accounts } = site.appliance;
    const { id } = await colleague('bolat');
    objects.remove(systemActor, 'account', id);
    await admin.post(`/objects/account/${id}/restore`);
    const back = objects.get('account', id, { secrets: true });
    expect(back.body['passwordHash']).toBeUndefined();
    await expect(accounts.login({ name: 'bolat', password, from: '10.0.0.9' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('a role', () => {
  it('that accounts hold and that was deleted waits for a second person before it grants anything', async () => {
    const { objects } = site.appliance;
    await colleague();
    const role = make('role', { name: 'Night', rights: ['devices:write'] });
    make('account', { name: 'aliya', roles: [role] });
    objects.remove(systemActor, 'role', role);
    await admin.post(`/objects/role/${role}/restore`);
    expect(objects.find('role', role)?.body['rights'] ?? []).toEqual([]);
  });
});

describe('a duty in the process of patches', () => {
  it('is not given back by one person where two could say yes', async () => {
    const { objects } = site.appliance;
    await colleague();
    const person = make('account', { name: 'aliya', roles: ['viewer'] });
    const duty = make('patch-duty', { name: 'Approves', duty: 'security', account: person });
    expect(site.appliance.patches.people.rolesOf(`account:${person}`)).toEqual(['security']);
    objects.remove(systemActor, 'patch-duty', duty);
    await admin.post(`/objects/patch-duty/${duty}/restore`);
    expect(site.appliance.patches.people.rolesOf(`account:${person}`)).toEqual([]);
    await admin.post('/objects/patch-duty/new', { name: 'Again', duty: 'security', account: person });
    expect(site.appliance.patches.people.rolesOf(`account:${person}`)).toEqual([]);
  });
});

describe('a token that has ended', () => {
  it.each([
    ['deleted', (id: string): void => site.appliance.objects.remove(systemActor, 'token', id)],
    [
      'disabled',
      (id: string): void => void site.appliance.objects.update(systemActor, 'token', id, { disabled: true }),
    ],
    [
      'expired',
      (id: string): void =>
        void site.appliance.objects.update(systemActor, 'token', id, { expiresAt: '2020-01-01T00:00:00Z' }),
    ],
  ] as const)('gets neither life nor more rights: %s', async (_how, end) => {
    const { objects, accounts } = site.appliance;
    const { id: owner } = await colleague();
    const { id, secret } = accounts.createApiToken(systemActor, {
      name: 'hers',
      account: owner,
      rights: ['devices:read'],
    });
    end(id);
    const other = apiToken();
    const revision = String(objects.ofAnyKind.get('token', id, { deleted: true }).revision);
    await admin.post(`/objects/token/${id}/restore`);
    await admin.post(`/objects/token/${id}/revert`, { revision: '1' });
    await admin.post(`/objects/token/${id}`, { revision, name: 'hers', expiresAt: '', disabled: '', rights: '' });
    for (const body of [{ disabled: false }, { expiresAt: null }, { rights: null }, { rights: ['all'] }])
      await call(other.secret, 'PATCH', `/objects/token/${id}`, { body, expectedRevision: Number(revision) });
    expect(codeOf(() => accounts.authenticateToken(secret, '10.0.0.9'))).toBe('TOKEN');
  });
});

describe('a confirmation', () => {
  it('of an address range does not come back with a revert, a restore or the old values', async () => {
    const { objects, discovery } = site.appliance;
    objects.setSetting(systemActor, 'devices.scan-second-person', false);
    const range = make('address-range', { name: 'Hall', network: '10.9.0.0/30', enabled: true, ping: true });
    const confirmed = (): boolean => discovery.hindrance(range) !== 'unconfirmed';
    const confirm = (): void => {
      const { digest, addresses } = discovery.plan(systemActor, range);
      discovery.confirm(systemActor, range, { digest, addresses });
    };
    confirm();
    expect(confirmed()).toBe(true);
    objects.update(systemActor, 'address-range', range, { ratePerSecond: 50 });
    await admin.post(`/objects/address-range/${range}/revert`, { revision: '2' });
    expect(objects.get('address-range', range).body['ratePerSecond']).toBe(5);
    expect(confirmed()).toBe(false);
    confirm();
    objects.update(systemActor, 'address-range', range, { ratePerSecond: 50 });
    objects.update(systemActor, 'address-range', range, { ratePerSecond: 5 });
    expect(confirmed()).toBe(false);
    confirm();
    objects.remove(systemActor, 'address-range', range);
    await admin.post(`/objects/address-range/${range}/restore`);
    expect(confirmed()).toBe(false);
  });

  it('of an accepted risk that was withdrawn does not come back', async () => {
    const { objects, patches } = site.appliance;
    const content = {
      name: 'Known',
      vulnerability: 'CVE-2026-0001',
      product: 'PLC',
      versions: '*',
      reason: 'no fix',
      owner: adminId(),
      expiresAt: '2031-01-01T00:00:00Z',
    };
    const risk = make('risk-acceptance', content);
    const first = await colleague('bolat');
    const approver = { ...systemActor, type: 'account', id: first.id, authenticatedAt: nowMs() } as const;
    const state = (): string => patches.measures.acceptance(risk).state;
    const approve = (): void => {
      const writer = { ...approver, id: adminId() };
      objects.update(writer, 'risk-acceptance', risk, {
        reason: `no fix ${objects.get('risk-acceptance', risk).revision}`,
      });
      patches.measures.approve(approver, risk);
    };
    approve();
    expect(state()).toBe('in-force');
    objects.remove(systemActor, 'risk-acceptance', risk);
    await admin.post(`/objects/risk-acceptance/${risk}/restore`);
    expect(state()).not.toBe('in-force');
    approve();
    const { revision, body } = objects.get('risk-acceptance', risk);
    objects.update(systemActor, 'risk-acceptance', risk, { reason: 'another' });
    await admin.post(`/objects/risk-acceptance/${risk}/revert`, { revision: String(revision) });
    expect(objects.get('risk-acceptance', risk).body['reason']).toBe(body['reason']);
    expect(state()).not.toBe('in-force');
  });
});
