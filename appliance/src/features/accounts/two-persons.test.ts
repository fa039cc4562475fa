import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import { type Actor, type Right, systemActor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { type TwoPersonAct, twoPersonActs } from './types.ts';

// Every act that takes two persons, by everybody who is not a second one. The same at the entry points of a running server: test/integration/two-persons.test.ts.

const { account, as, commandLine, name, scenarios, token } = twoPersonScenarios(() => ({ ...site, device }));

const site = await openApiSite();
const device = site.device('hmi-1', 'auto');
site.report(device.id, 'quarantine-file', [
  { product: 'Guard', number: '17', name: 'x.exe', path: '/srv/in/x.exe', state: 'infected' },
]);
afterAll(() => site.close());

/** Who is no second person to somebody's act, and what they are told. */
const others: ReadonlyArray<[string, (author: string) => Actor, string]> = [
  ['the same person', (author) => as(author), 'APPROVAL_SELF'],
  ['the own token', (author) => token(author, author), 'APPROVAL_TOKEN'],
  ['a token of the second person, made by the first', (author) => token(author, account()), 'APPROVAL_TOKEN'],
  [
    'a second account with the same address',
    (author) => {
      const email = `${name()}@plant.test`;
      site.appliance.objects.update(systemActor, 'account', author, { email });
      return as(account({ email: email.toUpperCase() }));
    },
    'APPROVAL_SELF',
  ],
  [
    'somebody who lost the right meanwhile',
    () => {
      const id = account();
      site.appliance.objects.update(systemActor, 'account', id, { roles: ['viewer'] });
      return as(id);
    },
    'FORBIDDEN',
  ],
  [
    'somebody who signed in long ago',
    () => ({ ...as(account()), authenticatedAt: nowMs() - 3_600_000 }),
    'APPROVAL_FRESH',
  ],
  ['root at the command line', () => commandLine('root'), 'APPROVAL_PERSON'],
  ["the service's user at the command line", () => commandLine('sallyport'), 'APPROVAL_PERSON'],
  ['the appliance itself', () => systemActor, 'APPROVAL_PERSON'],
];

describe.each(Object.keys(twoPersonActs) as TwoPersonAct[])('%s', (act) => {
  it.each(others)('is refused to %s', async (_who, other, code) => {
    const author = account();
    const actor = other(author);
    const thing = await scenarios[act].ask(as(author));
    expect(codeOf(() => scenarios[act].approve(actor, thing))).toBe(code);
  });

  it('is in the list of what waits, for whoever may see its kind', async () => {
    const [author, other] = [account(), account()];
    const thing = await scenarios[act].ask(as(author));
    const shown = (reader: Actor) =>
      site.appliance.waiting.list(reader).filter((one) => one.act === act && one.id.endsWith(thing));
    expect(shown(as(author))).toMatchObject([{ hindrance: 'APPROVAL_SELF' }]);
    expect(shown(as(other))).toMatchObject([{ hindrance: undefined, path: expect.stringMatching(/^\//) as string }]);
    const { sees, right } = twoPersonActs[act];
    const reader = shown({ ...as(other), rights: new Set<Right>([sees]) });
    expect(shown({ ...as(other), rights: new Set<Right>([right]) })).toMatchObject([{ hindrance: undefined }]);
    expect(reader).toMatchObject([{ hindrance: 'FORBIDDEN' }]);
    expect(shown({ ...as(other), rights: new Set(['software:read']) })).toEqual([]);
    expect(site.appliance.waiting.count(as(other))).toBe(site.appliance.waiting.list(as(other)).length);
    scenarios[act].approve(as(other), thing);
    expect(shown(as(other))).toEqual([]);
  });

  it('that a token asked for is refused to its account and to whoever made it, whatever the token becomes', async () => {
    const [maker, owner, third] = [account(), account(), account()];
    const asker = token(maker, owner);
    // What time it is, what no controller's address is any more, and which token lives again, no token says.
    if (act === 'clock-back' || act === 'address-release' || act === 'token-release')
      return expect(codeOf(() => scenarios[act].ask(asker) as string)).toBe('APPROVAL_TOKEN');
    const thing = await scenarios[act].ask(asker);
    expect(codeOf(() => site.appliance.objects.update(systemActor, 'token', asker.id, { account: third }))).toBe(
      'INVALID',
    );
    for (const id of [maker, owner]) expect(codeOf(() => scenarios[act].approve(as(id), thing))).toBe('APPROVAL_SELF');
    expect(codeOf(() => scenarios[act].approve(as(account()), thing))).toBe('done');
  });

  it('that the command line asked for without a person is refused to everybody', async () => {
    // Where it can be written down at all.
    let thing: string | undefined;
    let asked = 'done';
    try {
      thing = await scenarios[act].ask(commandLine('root'));
    } catch (error) {
      asked = toFailure(error).code;
    }
    // An account has an author of its own: itself.
    if (act === 'account-vouch') return;
    if (thing === undefined) expect(asked).toBe('APPROVAL_PERSON');
    else expect(codeOf(() => scenarios[act].approve(as(account()), thing ?? ''))).toBe('APPROVAL_NOBODY');
  });

  it('is for who may approve: the right to write is not enough, and not needed', async () => {
    const { right } = twoPersonActs[act];
    const thing = await scenarios[act].ask(as(account()));
    const write = right.replace(/approve$/, 'write') as Right;
    const second = (...rights: Right[]): Actor => ({ ...as(account()), rights: new Set(rights) });
    expect(codeOf(() => scenarios[act].approve(second(write, 'settings:write'), thing))).toBe('FORBIDDEN');
    // Nor is a right over a part of the site, where what is out of reach is as if it were not there.
    const partly = { ...second(write), grants: [{ right, groups: ['hall'], zones: [] }] };
    expect(codeOf(() => scenarios[act].approve(partly, thing))).toMatch(/^(?:APPROVAL_REACH|FORBIDDEN|NOT_FOUND)$/);
    // A change of an account grants no more than the one who approves it holds.
    const all: Right[] = act === 'account-change' ? ['all'] : [];
    expect(codeOf(() => scenarios[act].approve(second(right, ...all), thing))).toBe('done');
  });

  it('is done by a second person', async () => {
    const thing = await scenarios[act].ask(as(account()));
    expect(codeOf(() => scenarios[act].approve(as(account()), thing))).toBe('done');
  });
});
