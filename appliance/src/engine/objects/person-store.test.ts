import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { accountPersons } from './person-store.ts';
import type { AccountPersons } from './types.ts';
import { type Actor, type Body, systemActor } from './types.ts';

let engines: Engines;
let persons: AccountPersons;
beforeEach(async () => {
  engines = await openEngines();
  const { db, personal } = engines;
  persons = accountPersons({ db, blind: (address) => personal.blindIndex('person.address', address) });
});
afterEach(() => engines.close());

const account = (name: string, more: Body = {}): string => {
  const body = { name, roles: ['administrator'], ...more };
  return engines.objects.create(systemActor, 'account', body).id;
};
const as = (id: string, type: Actor['type'] = 'account'): Actor => ({
  type,
  id,
  label: id,
  rights: new Set(['all'] as const),
});
const token = (maker: Actor, of: string): string =>
  engines.objects.create(maker, 'token', { name: 't', purpose: 'api', hash: 'a'.repeat(64), account: of }).id;
const behind = (id: string, type: Actor['type'] = 'account'): string[] =>
  [...persons.personsBehind(as(id, type))].sort();

describe('the person behind an actor', () => {
  it('is random, made with an account, and outlives every change of it', () => {
    const id = account('anna');
    const [own, ...others] = behind(id);
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    expect(others).toEqual([]);
    engines.objects.update(systemActor, 'account', id, { name: 'anna-2', disabled: true });
    engines.objects.remove(systemActor, 'account', id);
    engines.objects.restore(systemActor, 'account', id);
    expect(behind(id)).toEqual([own]);
    expect(behind(account('boris'))).not.toEqual([own]);
  });

  it.each(['device', 'system', 'cli'] as const)('is nobody for what is no person: %s', (type) => {
    account('anna');
    expect(behind('root', type)).toEqual([]);
  });

  it('of a token is that of its account and of whoever made it, whatever becomes of the token', () => {
    const [anna, boris, clara] = [account('anna'), account('boris'), account('clara')];
    const own = token(as(anna), anna);
    expect(behind(own, 'token')).toEqual(behind(anna));
    expect(() => engines.objects.update(as(boris), 'token', own, { account: clara })).toThrow('account');
    expect(behind(own, 'token')).toEqual(behind(anna));
    engines.objects.update(as(boris), 'token', own, { name: 'changed' });
    expect(behind(own, 'token')).toEqual([...behind(anna), ...behind(boris)].sort());
  });

  it.each([
    ['the same', 'it@plant.test', 'it@plant.test'],
    ['in other letters', 'Anna@Plant.test', ' anna@plant.TEST'],
  ])('is one for two accounts with one address, %s, for good', (_how, one, other) => {
    const [anna, second, clara] = [account('anna', { email: one }), account('second', { email: other }), account('c')];
    expect(behind(anna)).toEqual(behind(second));
    expect(behind(anna)).toHaveLength(2);
    engines.objects.update(systemActor, 'account', second, { email: 'other@plant.test' });
    engines.objects.update(systemActor, 'account', anna, { email: null });
    expect(behind(anna)).toEqual(behind(second));
    expect(behind(clara)).toHaveLength(1);
  });

  it('is stored with every revision, and a later change rewrites no authorship', () => {
    const anna = account('anna');
    const group = engines.objects.create(as(anna), 'group', { name: 'Line' }).id;
    const before = engines.objects.revisions('group', group).map(({ persons: who }) => [...who]);
    expect(before).toEqual([behind(anna)]);
    account('second', { email: 'a@plant.test' });
    engines.objects.update(systemActor, 'account', anna, { email: 'a@plant.test' });
    expect(behind(anna)).toHaveLength(2);
    expect(engines.objects.revisions('group', group).map(({ persons: who }) => [...who])).toEqual(before);
  });
});
