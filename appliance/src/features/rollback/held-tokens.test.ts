import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { maxAtOnce } from './held-tokens.ts';

// Tokens that wait after a return, one by one. Who agrees: accounts/how-many-persons.test.ts, accounts/two-persons.test.ts; a real
// return: test/fault/loose-after-return.test.ts.

vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
const site = await openApiSite();
afterAll(async () => {
  await site.close();
  vi.useRealTimers();
});
const { account, as } = twoPersonScenarios(() => ({ ...site, device: { id: 0, publicId: '' } }));
const { objects, rollbackDetector } = site.appliance;
const { tokens } = rollbackDetector;
const dayMs = 86_400_000;

let made = 0;
const token = (body: Record<string, unknown> = {}): string => {
  made += 1;
  const hash = made.toString(16).padStart(64, '0');
  return objects.create(systemActor, 'token', { name: `line ${made}`, purpose: 'agent', hash, ...body }).id;
};
const waiting = (): string[] => tokens.list().map(({ id }) => id);
const isHeld = (id: string): boolean => objects.get('token', id).body['held'] !== undefined;

describe('a token that waits after a return', () => {
  it('is every one that lets something in, and none that is made since', () => {
    const [off, ended, first] = [
      token({ disabled: true }),
      token({ expiresAt: toTime(Date.now() + dayMs) }),
      token({ purpose: 'first' }),
    ];
    const alive = token();
    tokens.hold('all');
    const since = token();
    expect([off, ended, first, alive, since].map(isHeld)).toEqual([false, true, false, true, false]);
    expect(waiting()).toEqual([ended, alive]);
    vi.setSystemTime(Date.now() + 2 * dayMs);
    // What ended lets nothing in, and is not asked about; it does not live again by that.
    expect(waiting()).toEqual([alive]);
    expect(codeOf(() => tokens.ask(as(account()), [ended], 'late'))).toBe('NOT_FOUND');
  });

  it('that was changed after it was asked for is asked for again', () => {
    const id = token();
    tokens.hold('all');
    const [first, second] = [account(), account()];
    tokens.ask(as(first), [id], 'the line uses it');
    objects.update(systemActor, 'token', id, { uses: 3 });
    expect(codeOf(() => tokens.decide(as(second), [id], true))).toBe('CONFLICT');
    tokens.ask(as(first), [id], 'the line uses it three times');
    expect(tokens.list().find((one) => one.id === id)?.asked?.reason).toBe('the line uses it three times');
    tokens.decide(as(second), [id], true);
    expect(objects.get('token', id).body).toMatchObject({ uses: 3 });
    expect(isHeld(id)).toBe(false);
  });

  it('goes on waiting where the request is given up, and where another return is found', () => {
    const id = token();
    tokens.hold('all');
    const [first, second] = [account(), account()];
    tokens.ask(as(first), [id], 'the line uses it');
    expect(codeOf(() => tokens.ask(as(first), [id], 'once more'))).toBe('CONFLICT');
    tokens.decide(as(second), [id], false);
    expect(tokens.list().find((one) => one.id === id)).not.toHaveProperty('asked');
    tokens.ask(as(first), [id], 'the line uses it');
    tokens.hold('all');
    expect(codeOf(() => tokens.decide(as(second), [id], true))).toBe('CONFLICT');
    expect(isHeld(id)).toBe(true);
  });

  it('is decided about with others all at once or not at all', () => {
    const [one, other] = [token(), token()];
    tokens.hold('all');
    const [first, second] = [account(), account()];
    expect(codeOf(() => tokens.ask(as(first), [one, 'no-such'], 'both'))).toBe('NOT_FOUND');
    expect(codeOf(() => tokens.decide(as(second), [one], true))).toBe('CONFLICT');
    tokens.ask(as(first), [one, other], 'both');
    objects.update(systemActor, 'token', other, { disabled: true });
    expect(codeOf(() => tokens.decide(as(second), [one, other], true))).toBe('NOT_FOUND');
    expect(isHeld(one)).toBe(true);
    expect(codeOf(() => tokens.ask(as(first), [], 'none'))).toBe('INVALID');
    const many = Array.from({ length: maxAtOnce + 1 }, (_, n) => `t${n}`);
    expect(codeOf(() => tokens.ask(as(first), many, 'many'))).toBe('TOO_LARGE');
  });

  it('stays an act of its maker: who asks and who agrees are no persons behind it', () => {
    const owner = account();
    const id = token({ purpose: 'api', account: owner, rights: ['devices:read'] });
    tokens.hold('all');
    const behind = () => [...site.appliance.gate.personsBehind({ type: 'token', id })].sort();
    const before = behind();
    tokens.ask(as(account()), [id], 'reports');
    tokens.decide(as(account()), [id], true);
    expect(behind()).toEqual(before);
  });
});

describe('the item about tokens that wait', () => {
  const items = () =>
    entryParts(site.appliance)
      .worklist.list(as(account()))
      .filter(({ kind }) => kind === 'tokens-wait');

  it('counts each of them, also once one person asked, and is gone when all are decided', () => {
    for (const id of waiting()) objects.remove(systemActor, 'token', id);
    expect(items()).toEqual([]);
    const [one, two] = [token({ purpose: 'glpi' }), token({ expiresAt: toTime(Date.now() + 5 * dayMs) })];
    // What lets nothing in any more does not count.
    const [off, ended] = [token(), token({ expiresAt: toTime(Date.now() + dayMs) })];
    tokens.hold('all');
    objects.update(systemActor, 'token', off, { disabled: true });
    vi.setSystemTime(Date.now() + dayMs);
    const all = waiting();
    expect(all).not.toContain(off);
    expect(all).not.toContain(ended);
    const since = Math.min(...tokens.list().map(({ heldAt }) => heldAt));
    expect(items()).toMatchObject([{ targets: all.length, path: '/rollback', since }]);
    const [first, second] = [account(), account()];
    tokens.ask(as(first), [one], 'the hall reports by it');
    expect(items()).toMatchObject([{ targets: all.length }]);
    tokens.decide(as(second), [one], true);
    expect(items()).toMatchObject([{ targets: all.length - 1 }]);
    for (const id of waiting()) objects.remove(systemActor, 'token', id);
    expect([isHeld(one), objects.find('token', two)]).toEqual([false, undefined]);
    expect(items()).toEqual([]);
  });
});
