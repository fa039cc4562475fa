import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { type Actor, type Body, systemActor } from '../../engine/objects/types.ts';
import { managedObjects } from './managed-objects.ts';
import { type TwoPersonAct, twoPersonActs, type WrittenObject } from './types.ts';

// Law H1: one human, whatever accounts, links, tokens, roles and addresses he makes and changes and however long he waits
// within `accounts.vouch-days`, approves nothing that he wrote, on a site where another person could approve.

const hourMs = 3_600_000;
/** A little less than `accounts.vouch-days`, by default 7. */
const mostHours = 7 * 24 - 1;
const password = 'Correct-horse-battery-17';
const acts = Object.keys(twoPersonActs) as TwoPersonAct[];

/** Whoever could approve counts for 30 days. */
const betweenMs = 40 * 24 * hourMs;

let start = Date.now();
let site: ApiSite;
let device: { id: number; publicId: string };
const { account, as, name, scenarios, token } = twoPersonScenarios(() => ({ ...site, device }));

beforeAll(async () => {
  site = await openApiSite();
  device = site.device('hmi-1', 'auto');
  site.report(device.id, 'quarantine-file', [
    { product: 'Guard', number: '17', name: 'x.exe', path: '/srv/in/x.exe', state: 'infected' },
  ]);
});
afterAll(() => site.close());
afterEach(() => vi.useRealTimers());

const at = fc.nat({ max: 1_000 });
const change = fc.constantFrom('enable', 'disable', 'promote', 'own-address', 'other-address', 'name');
const step = fc.oneof(
  fc.record({ do: fc.constant('make' as const), by: at, change }),
  fc.record({ do: fc.constant('change' as const), by: at, of: at, change }),
  fc.record({ do: fc.constant('link' as const), by: at, of: at }),
  fc.record({ do: fc.constant('agree' as const), by: at, of: at }),
  fc.record({ do: fc.constant('vouch' as const), by: at, of: at }),
  fc.record({ do: fc.constant('remove' as const), by: at, of: at }),
  fc.record({ do: fc.constant('restore' as const), by: at, of: at }),
  fc.record({ do: fc.constant('revert' as const), by: at, of: at, revision: at }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 72 }) }),
  fc.record({ do: fc.constant('ask' as const), by: at, act: fc.constantFrom(...acts), withToken: fc.boolean() }),
  fc.record({ do: fc.constant('approve' as const), by: at, of: at }),
  fc.record({ do: fc.constant('set' as const), by: at }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What one human did to a site on which another one works, too; what he got through alone. */
const live = async (steps: readonly Step[]): Promise<string[]> => {
  const { objects, accounts } = site.appliance;
  const managed = managedObjects(site.appliance);
  let hours = 0;
  // People of earlier runs are no colleagues of this one.
  start += betweenMs;
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  const [own, other] = [`${name()}@plant.test`, `${name()}@plant.test`];
  const person = (email: string): string => {
    const id = account({ email });
    // Only its being there matters: nobody logs in with it here.
    objects.update(systemActor, 'account', id, { passwordHash: 'set' });
    return id;
  };
  const mine = person(own);
  const theirs = person(other);
  /** Accounts that the human can sign in to, and all that there are. */
  const held = [mine];
  const all = [mine, theirs];
  const asked: { act: TwoPersonAct; thing: string }[] = [];
  const through: string[] = [];

  const one = <T>(of: readonly T[], n: number): T => of[n % of.length] as T;
  const bodyOf = (what: string): Body =>
    ({
      enable: { disabled: false },
      disable: { disabled: true },
      promote: { roles: ['administrator'] },
      'own-address': { email: own },
      'other-address': { email: other },
      name: { name: name() },
    })[what] ?? {};
  const follow = async ({ secret, object }: WrittenObject): Promise<void> => {
    if (secret?.kind !== 'link') return;
    const { actor } = await accounts.useLink(secret.value, { from: '192.0.2.7', password, again: password });
    held.push(actor.id);
    if (!all.includes(object.id) && object.kind === 'account') all.push(object.id);
  };
  const attempt = async (work: () => unknown): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      // A refusal is what most of this ends with; a defect is not.
      if ((error as { code?: string }).code === undefined || (error as { code?: string }).code === 'INTERNAL')
        throw error;
      return false;
    }
  };
  const approve = async (by: Actor, { act, thing }: { act: TwoPersonAct; thing: string }): Promise<void> => {
    if (await attempt(() => scenarios[act].approve(by, thing))) through.push(act);
  };

  for (const now of steps) {
    if (now.do === 'wait') {
      hours = Math.min(mostHours, hours + now.hours);
      vi.setSystemTime(start + hours * hourMs);
      continue;
    }
    const id = one(held, now.by);
    if (objects.find('account', id) === undefined) continue;
    const by = as(id);
    if (now.do === 'make')
      await attempt(async () => {
        const body = { name: name(), roles: ['administrator'], ...bodyOf(now.change) };
        const made = managed.create(by, 'account', body);
        if (made.object.kind === 'account') all.push(made.object.id);
        await follow(made);
      });
    else if (now.do === 'change')
      await attempt(() => managed.update(by, 'account', one(all, now.of), bodyOf(now.change)));
    else if (now.do === 'link')
      await attempt(async () =>
        follow(managed.create(by, 'token', { name: name(), purpose: 'first', account: one(all, now.of) })),
      );
    else if (now.do === 'agree') await attempt(async () => follow(managed.approve(by, 'account', one(all, now.of))));
    else if (now.do === 'vouch') await attempt(() => accounts.vouch(by, one(all, now.of)));
    else if (now.do === 'remove') await attempt(() => managed.remove(by, 'account', one(all, now.of)));
    else if (now.do === 'restore') await attempt(() => managed.restore(by, 'account', one(all, now.of)));
    else if (now.do === 'revert')
      await attempt(() => managed.revert(by, 'account', one(all, now.of), (now.revision % 6) + 1));
    else if (now.do === 'ask')
      await attempt(async () => {
        const who = now.withToken ? token(id, id) : by;
        asked.push({ act: now.act, thing: await scenarios[now.act].ask(who) });
      });
    else if (now.do === 'set')
      await attempt(() => {
        if (!accounts.safety.set(by, 'exchange.allowed-words', [name()]).waits) through.push('setting');
      });
    else if (asked.length > 0) await approve(by, one(asked, now.of));
  }
  // Whoever he can be tries once more, a day later.
  hours = Math.min(mostHours, hours + 25);
  vi.setSystemTime(start + hours * hourMs);
  for (const id of new Set(held))
    if (objects.find('account', id) !== undefined) for (const thing of asked) await approve(as(id), thing);
  for (const { id } of objects.list({ kind: 'account', limit: 10_000 }).rows)
    objects.update(systemActor, 'account', id, { disabled: true });
  return through;
};

describe('one human', () => {
  it('approves nothing that he wrote, whatever accounts he makes and however he changes them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16, size: 'max' }), async (steps) => {
        try {
          expect(await live(steps)).toEqual([]);
        } finally {
          vi.useRealTimers();
        }
      }),
      { numRuns: runs(20) },
    );
  }, 600_000);
});
