import { defined } from '@sallyport/bundle-tools/platform/defined';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { accountPersons } from '../../engine/objects/person-store.ts';
import { type Actor, type PersonId, type Right, systemActor } from '../../engine/objects/types.ts';
import { setOf } from '../../platform/device-set.ts';
import { wholeSite } from '../../platform/scope.ts';
import { approvalStore } from './approval-store.ts';
import { approvalGate, soleWaitMs } from './approve.ts';
import { type ApprovalGate, freshMs } from './types.ts';

let engines: Engines;
let gate: ApprovalGate;
const now = 1_000_000_000;
const right: Right = 'devices:approve';
const could: Record<string, true> = {};
beforeEach(async () => {
  engines = await openEngines();
  const { db, personal } = engines;
  const persons = accountPersons({ db, blind: (address) => personal.blindIndex('person.address', address) });
  for (const id of Object.keys(could)) delete could[id];
  gate = approvalGate({
    persons,
    store: approvalStore(db),
    couldApprove: () => new Set(Object.keys(could)),
    devicesIn: ({ roots }) => setOf(roots.map(Number)),
    controllersIn: (ids, { zones }) => ids.every((id) => zones.includes(id)),
    events: engines.events,
    clock: () => now,
  });
});
afterEach(() => engines.close());

const somebody = (name: string, right: Right = 'devices:approve', more: Partial<Actor> = {}): Actor => {
  const { id } = engines.objects.create(systemActor, 'account', { name, roles: ['administrator'] });
  return { type: 'account', id, label: name, rights: new Set([right]), authenticatedAt: now, ...more };
};
const approve = (actor: Actor, authors: Array<ReadonlySet<PersonId>>, approvers: Array<ReadonlySet<PersonId>> = []) => {
  try {
    gate.assertMayApprove(actor, { act: 'range-confirm', authors, approvers });
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the gate', () => {
  it('lets a second person approve, and answers with the persons to be kept', () => {
    const [anna, boris] = [somebody('anna'), somebody('boris')];
    const authors = [gate.personsBehind(anna)];
    expect(gate.assertMayApprove(boris, { act: 'range-confirm', authors })).toEqual(gate.personsBehind(boris));
  });

  it('lets approve who reaches every device that the thing concerns', () => {
    const authors = [gate.personsBehind(somebody('anna'))];
    const held = { rights: new Set<Right>(['devices:read']), grants: [{ right, groups: ['3', '5'], zones: [] }] };
    const boris = somebody('boris', right, held);
    const of = (actor: Actor, devices?: number[]) =>
      gate.hindrance(actor, { act: 'device-task-confirm', authors, ...defined({ devices }) });
    expect(of(boris, [3])).toBeUndefined();
    expect(of(boris, [5, 3])).toBeUndefined();
    for (const devices of [[3, 4], [4], undefined]) expect(of(boris, devices)).toBe('APPROVAL_REACH');
    const zoned = somebody('carl', right, {
      rights: new Set(),
      grants: [{ right: 'controllers:approve', groups: [], zones: ['a'] }],
    });
    const job = (...controllers: string[]) =>
      gate.hindrance(zoned, { act: 'identification-approve', authors, controllers });
    expect([job('a'), job('a', 'b'), job('b')]).toEqual([undefined, 'APPROVAL_REACH', 'APPROVAL_REACH']);
    const write = { ...boris, grants: [{ right: 'devices:write' as const, groups: ['3'], zones: [] }] };
    expect(of(write, [3])).toBe('FORBIDDEN');
  });

  it('refuses authors and earlier approvers', () => {
    const [anna, boris] = [somebody('anna'), somebody('boris')];
    const [a, b] = [gate.personsBehind(anna), gate.personsBehind(boris)];
    expect(approve(anna, [a])).toBe('APPROVAL_SELF');
    expect(approve(anna, [b, a])).toBe('APPROVAL_SELF');
    expect(approve(boris, [a], [b])).toBe('APPROVAL_SELF');
  });

  it('refuses every token, device and program', () => {
    const anna = somebody('anna');
    const authors = [gate.personsBehind(anna)];
    const boris = somebody('boris');
    const { id } = engines.objects.create({ ...boris, rights: new Set(['all']) }, 'token', {
      name: 't',
      purpose: 'api',
      hash: 'a'.repeat(64),
      account: boris.id,
    });
    expect(approve({ ...boris, type: 'token', id }, authors)).toBe('APPROVAL_TOKEN');
    expect(approve({ ...boris, type: 'device' }, authors)).toBe('APPROVAL_PERSON');
    expect(approve({ ...boris, type: 'cli', id: 'root' }, authors)).toBe('APPROVAL_PERSON');
    expect(approve({ ...systemActor, authenticatedAt: now }, authors)).toBe('APPROVAL_PERSON');
    expect(() => gate.assertMayAsk({ ...boris, type: 'cli', id: 'root' })).toThrow('sallyport login');
  });

  it('refuses what nobody who is known asked for: one person alone would be enough', () => {
    expect(approve(somebody('boris'), [gate.personsBehind({ type: 'cli', id: 'root' })])).toBe('APPROVAL_NOBODY');
  });

  it('wants the right first', () => {
    const anna = somebody('anna');
    expect(approve(somebody('boris', 'devices:read'), [gate.personsBehind(anna)])).toBe('FORBIDDEN');
  });

  it('lets the only person who could approve go on after a day, marked; never for a controller', () => {
    const rights = new Set<Right>(['devices:approve', 'controllers:approve']);
    const [anna, boris] = [somebody('anna', right, { rights }), somebody('boris')];
    const authors = [gate.personsBehind(anna)];
    const wait = { authors, thing: 'r1', since: now - soleWaitMs } as const;
    could[anna.id] = true;
    expect(gate.hindrance(anna, { act: 'range-confirm', ...wait, since: now - soleWaitMs + 1 })).toBe('APPROVAL_SELF');
    expect(gate.hindrance(anna, { act: 'identification-approve', ...wait })).toBe('APPROVAL_SELF');
    could[boris.id] = true;
    expect(gate.hindrance(anna, { act: 'range-confirm', ...wait })).toBe('APPROVAL_SELF');
    delete could[boris.id];
    expect(gate.hindrance({ ...anna, authenticatedAt: 0 }, { act: 'range-confirm', ...wait })).toBe('APPROVAL_FRESH');
    gate.assertMayApprove(anna, { act: 'range-confirm', ...wait });
    expect(gate.isOnePerson('range-confirm', 'r1')).toBe(true);
    expect(
      engines.events.list({ scope: wholeSite('job'), type: ['approved-by-one-person'], limit: 1 }).rows,
    ).toMatchObject([{ actor: `account:${anna.id}`, params: { act: 'range-confirm', thing: 'r1' } }]);
  });

  it.each([
    ['just now', 0, 'done'],
    ['ten minutes ago', freshMs, 'done'],
    ['longer ago', freshMs + 1, 'APPROVAL_FRESH'],
    ['in a future that the clock left', -freshMs - 1, 'APPROVAL_FRESH'],
  ])('wants an authentication that is fresh: %s', (_when, ago, expected) => {
    const authors = [gate.personsBehind(somebody('anna'))];
    expect(approve(somebody('boris', right, { authenticatedAt: now - ago }), authors)).toBe(expected);
  });
});
