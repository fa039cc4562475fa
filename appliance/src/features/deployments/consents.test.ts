import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { managedObjects } from '../accounts/managed-objects.ts';

// Who may put a consent to packages by agents of others in force stands in accounts/two-persons.test.ts; here is what it is
// bound to, and every other way to its field.

const KIND = 'deploy-consent';
const site = await openApiSite();
afterAll(() => site.close());
const { account, as, name, token } = twoPersonScenarios(() => ({ ...site, device: site.device('hmi-1', 'auto') }));

const asked = (by = as(account())) => {
  const { objects } = site.appliance;
  const group = objects.create(systemActor, 'group', { name: name() }).id;
  return { group, id: objects.create(by, KIND, { name: name(), group, reason: 'old agents' }).id };
};
const inForce = (group: string): boolean => site.appliance.deployConsents.isInForce([group]);

describe('a consent to packages by agents of others', () => {
  it('of two persons who each saved one, is in force for nobody until another one agrees', () => {
    const { objects } = site.appliance;
    const { group } = asked();
    objects.create(as(account()), KIND, { name: name(), group });
    expect(inForce(group)).toBe(false);
  });

  it('in force, ends with another group or reason, also when that is changed back, and stays with another name', () => {
    const { objects, deployConsents } = site.appliance;
    const { group, id } = asked();
    const other = objects.create(systemActor, 'group', { name: name() }).id;
    for (const [patch, back] of [
      [{ reason: 'another' }, { reason: 'old agents' }],
      [{ group: other }, { group }],
    ]) {
      deployConsents.agree(as(account()), id);
      objects.update(as(account()), KIND, id, { name: name() });
      expect(inForce(group)).toBe(true);
      objects.update(as(account()), KIND, id, patch as Record<string, string>);
      expect([inForce(group), inForce(other)]).toEqual([false, false]);
      objects.update(as(account()), KIND, id, back as Record<string, string>);
      expect(inForce(group)).toBe(false);
    }
  });

  it('does not come back with its deletion or an earlier revision', () => {
    const { objects, deployConsents } = site.appliance;
    const managed = managedObjects(site.appliance);
    const { group, id } = asked();
    const agreed = as(account());
    deployConsents.agree(agreed, id);
    const { revision } = objects.get(KIND, id);
    objects.remove(as(account()), KIND, id);
    expect(inForce(group)).toBe(false);
    managed.restore(agreed, KIND, id);
    expect(inForce(group)).toBe(false);
    managed.revert(agreed, KIND, id, revision);
    expect(inForce(group)).toBe(false);
  });

  it('is put in force by no write past the gate', () => {
    const { objects } = site.appliance;
    const author = account();
    const second = account();
    const { group, id } = asked(as(author));
    const agreedBy = `account:${second}`;
    const made = { name: name(), group, agreedBy };
    const writes = {
      'its author': () => objects.update(as(author), KIND, id, { agreedBy }),
      'a token': () => objects.update(token(second, second), KIND, id, { agreedBy }),
      'the appliance': () => objects.update(systemActor, KIND, id, { agreedBy }),
      'who changes it as well': () => objects.update(as(second), KIND, id, { reason: 'mine', agreedBy }),
      'who makes it': () => objects.create(as(second), KIND, made),
      'who makes it at its place': () => objects.put(as(second), KIND, `n-${name()}`, made),
    };
    expect(Object.fromEntries(Object.entries(writes).map(([who, write]) => [who, codeOf(write)]))).toEqual({
      'its author': 'APPROVAL_SELF',
      'a token': 'APPROVAL_TOKEN',
      'the appliance': 'APPROVAL_PERSON',
      'who changes it as well': 'APPROVAL_SELF',
      'who makes it': 'APPROVAL_SELF',
      'who makes it at its place': 'APPROVAL_SELF',
    });
    expect(inForce(group)).toBe(false);
  });

  it('that waits goes with a no; one in force is deleted, not refused', () => {
    const { objects, deployConsents } = site.appliance;
    const { id } = asked();
    deployConsents.refuse(as(account()), id);
    expect(objects.find(KIND, id)).toBeUndefined();
    const kept = asked();
    deployConsents.agree(as(account()), kept.id);
    expect(codeOf(() => deployConsents.refuse(as(account()), kept.id))).toBe('CONFLICT');
    expect(codeOf(() => deployConsents.agree(as(account()), kept.id))).toBe('CONFLICT');
    expect(inForce(kept.group)).toBe(true);
  });

  it('is not listed for, nor decided by, whoever holds the rights over a part of the site', async () => {
    const { objects, accounts } = site.appliance;
    const { group, id } = asked();
    const rights = ['deployments:read', 'deployments:write'];
    const role = objects.create(systemActor, 'role', { name: name(), rights, groups: [group] }).id;
    const { secret } = accounts.createApiToken(systemActor, { name: name(), account: account({ roles: [role] }) });
    const listed = await site.call('GET', '/deployment-consents', { token: secret });
    const decided = await site.call('POST', `/deployment-consents/${id}/decision`, { token: secret, body: {} });
    expect([listed.status, decided.status]).toEqual([403, 403]);
    expect(objects.find(KIND, id)).toBeDefined();
  });
});
