import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { type Console, openConsole, password } from '../../../test/support/console.ts';
import { type Actor, type Right, systemActor } from '../../engine/objects/types.ts';
import { managedObjects } from './managed-objects.ts';
import type { ManagedObjects } from './types.ts';

// Who may give away what, and that somebody who can do everything is always left.

const opened: Console[] = [];
let site: Console;
let managed: ManagedObjects;

beforeEach(async () => {
  site = await openConsole();
  opened.push(site);
  managed = managedObjects(site.appliance);
});
afterAll(() => Promise.all(opened.map((one) => one.close())));

const holding = (...rights: Right[]): Actor => ({
  type: 'account',
  id: 'x',
  label: 'x',
  rights: new Set(rights),
  authenticatedAt: nowMs(),
});
const root = holding('all');
const revisionOf = (kind: string, id: string): number => site.appliance.objects.ofAnyKind.get(kind, id).revision;

/** The built-in role cannot be edited, so the last administrator has one of the site's own. */
const ownRole = async (): Promise<{ role: string; account: string }> => {
  const { objects, accounts } = site.appliance;
  await site.as('administrator');
  const role = objects.create(systemActor, 'role', { name: 'Chief', rights: ['all'] }).id;
  const first = objects.findBy('account', 'name', 'admin')?.id ?? '';
  objects.update(systemActor, 'account', first, { roles: [role] });
  // The second has never logged in: a link may be lost, so it does not count while somebody has a password.
  objects.create(systemActor, 'account', { name: 'second', roles: ['administrator'] });
  expect(accounts.sessions.list(first).length).toBeGreaterThan(0);
  return { role, account: first };
};

describe('a change that waits for a second person', () => {
  it('is refused where another person saved meanwhile, as every change is', async () => {
    const { role } = await ownRole();
    const { objects } = site.appliance;
    const { id, revision } = objects.create(systemActor, 'role', { name: 'Shift', rights: ['devices:read'] });
    objects.create(systemActor, 'account', { name: 'on-shift', roles: [id] });
    const { id: third } = objects.create(systemActor, 'account', { name: 'third', roles: [role] });
    await site.browser().post(`/first/${site.appliance.accounts.makeLink(systemActor, third).token}`, {
      password,
      repeat: password,
    });
    const patch = { name: 'Shift', rights: ['devices:read', 'events:read'] };
    objects.update(systemActor, 'role', id, { name: 'Shift of another' });
    const chief = { ...root, id: third };
    const change = (expectedRevision: number) => managed.update(chief, 'role', id, patch, { expectedRevision });
    expect(codeOf(() => change(revision))).toBe('CONFLICT');
    expect(objects.get('role', id, { secrets: true }).body['waiting']).toBeUndefined();
    expect(change(revisionOf('role', id)).waits).toBe(true);
  });
});

describe('the last administrator', () => {
  it('is not lost by a change of the role', async () => {
    const { role } = await ownRole();
    const before = revisionOf('role', role);
    for (const patch of [{ rights: ['devices:read'] }, { groups: ['a-group'] }])
      expect(codeOf(() => managed.update(root, 'role', role, patch))).toBe('CONFLICT');
    expect(codeOf(() => managed.remove(root, 'role', role))).toBe('CONFLICT');
    expect(revisionOf('role', role)).toBe(before);
    expect(codeOf(() => managed.update(root, 'role', role, { description: 'still whole' }))).toBe('done');
  });

  it('is not lost by a revision that is brought back', async () => {
    const { role } = await ownRole();
    const { objects } = site.appliance;
    objects.update(systemActor, 'role', role, { rights: ['devices:read'] });
    objects.update(systemActor, 'role', role, { rights: ['all'] });
    expect(codeOf(() => managed.revert(root, 'role', role, 2))).toBe('CONFLICT');
  });

  it('is not lost by a change of the account', async () => {
    const { account } = await ownRole();
    for (const patch of [{ disabled: true }, { roles: ['viewer'] }])
      expect(codeOf(() => managed.update(root, 'account', account, patch))).toBe('CONFLICT');
    expect(codeOf(() => managed.remove(root, 'account', account))).toBe('CONFLICT');
  });

  it('may go when another one has logged in', async () => {
    const { role, account } = await ownRole();
    const { objects, accounts } = site.appliance;
    const second = objects.findBy('account', 'name', 'second')?.id ?? '';
    const { token } = accounts.makeLink(systemActor, second);
    await accounts.useLink(token, { password, again: password, from: '10.0.0.1' });
    expect(codeOf(() => managed.update(root, 'role', role, { rights: ['devices:read'] }))).toBe('done');
    expect(codeOf(() => managed.remove(root, 'account', account))).toBe('done');
    expect(codeOf(() => managed.update(root, 'account', second, { disabled: true }))).toBe('CONFLICT');
  });
});

describe('what somebody who may write accounts cannot give away', () => {
  const clerk = holding('accounts:write');
  const agent = { name: 't', purpose: 'agent', approve: 'auto' };

  it('is a way in for devices', () => {
    const { objects } = site.appliance;
    for (const approve of ['auto', 'manual'])
      expect(codeOf(() => managed.create(clerk, 'token', { ...agent, approve }))).toBe('FORBIDDEN');
    expect(codeOf(() => managed.create(holding('devices:write'), 'token', agent))).toBe('FORBIDDEN');
    const both = holding('accounts:write', 'devices:write');
    const { object } = managed.create(both, 'token', { ...agent, approve: 'manual' });
    expect(codeOf(() => managed.update(clerk, 'token', object.id, { approve: 'auto' }))).toBe('FORBIDDEN');
    managed.remove(both, 'token', object.id);
    expect(codeOf(() => managed.restore(clerk, 'token', object.id))).toBe('FORBIDDEN');
    expect(objects.list({ kind: 'token', where: { purpose: 'agent' }, limit: 10 }).total).toBe(0);
  });

  it('is a right of its own making: roles, accounts, links and API tokens', () => {
    const { objects } = site.appliance;
    const admin = objects.findBy('account', 'name', 'admin')?.id ?? '';
    const own = objects.create(systemActor, 'account', { name: 'clerk', roles: [] });
    const attempts: (() => unknown)[] = [
      () => managed.create(clerk, 'role', { name: 'More', rights: ['devices:write'] }),
      () => managed.create(clerk, 'role', { name: 'All', rights: ['all'] }),
      () => managed.create(clerk, 'account', { name: 'friend', roles: ['viewer'] }),
      () => managed.update(clerk, 'account', own.id, { roles: ['administrator'] }),
      () => managed.create(clerk, 'token', { name: 't', purpose: 'api', account: admin }),
      () => managed.create(clerk, 'token', { name: 't', purpose: 'first', account: admin }),
      () => managed.update(clerk, 'account', admin, { disabled: true }),
      () => managed.remove(clerk, 'account', admin),
    ];
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'FORBIDDEN'));
  });

  it('is a role that does not exist yet', () => {
    expect(codeOf(() => managed.create(root, 'account', { name: 'early', roles: ['to-come'] }))).toBe('INVALID');
    const gone = managed.create(root, 'role', { name: 'Gone', rights: ['all'] }).object.id;
    managed.remove(root, 'role', gone);
    expect(codeOf(() => managed.create(clerk, 'account', { name: 'early', roles: [gone] }))).toBe('INVALID');
  });
});
