import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { type Actor, type PersonId, type Right, systemActor } from '../objects/types.ts';
import { type ApprovalGate, approvalGate, freshMs } from './approve.ts';
import { accountPersons } from './person.ts';

let engines: Engines;
let gate: ApprovalGate;
const now = 1_000_000_000;
beforeEach(async () => {
  engines = await openEngines();
  const { db, personal } = engines;
  const persons = accountPersons({ db, blind: (address) => personal.blindIndex('person.address', address) });
  gate = approvalGate({ persons, clock: () => now });
});
afterEach(() => engines.close());

const somebody = (name: string, right: Right = 'devices:write', more: Partial<Actor> = {}): Actor => {
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

  it.each([
    ['just now', 0, 'done'],
    ['ten minutes ago', freshMs, 'done'],
    ['longer ago', freshMs + 1, 'APPROVAL_FRESH'],
    ['in a future that the clock left', -freshMs - 1, 'APPROVAL_FRESH'],
  ])('wants an authentication that is fresh: %s', (_when, ago, expected) => {
    const authors = [gate.personsBehind(somebody('anna'))];
    expect(approve(somebody('boris', 'devices:write', { authenticatedAt: now - ago }), authors)).toBe(expected);
  });
});
