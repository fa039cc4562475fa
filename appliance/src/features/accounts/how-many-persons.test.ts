import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { soleWaitMs } from './approve.ts';
import { freshMs, type TwoPersonAct, twoPersonActs } from './types.ts';

// Each act that takes two persons, on sites of one, two and three administrators: who may, who may not, and what the journal
// says. What is refused by which code to whom else: two-persons.test.ts.

let site: ApiSite;
let device: { id: number; publicId: string };
const { account, as, scenarios } = twoPersonScenarios(() => ({ ...site, device }));

const acts = Object.keys(twoPersonActs) as TwoPersonAct[];
const administrator = (): string => {
  const id = account();
  site.appliance.objects.update(systemActor, 'account', id, { passwordHash: 'set' });
  return id;
};

const outcome = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

const onePersonEvents = (): number =>
  site.appliance.events.list({
    scope: wholeSite('job'),
    filter: site.appliance.events.language.parse('type = approved-by-one-person', 'where'),
    limit: 1,
  }).total;

describe.each([1, 2, 3])('a site of %i administrators', (persons) => {
  let people: string[];
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    site = await openApiSite();
    device = site.device('hmi-1', 'auto');
    site.report(device.id, 'quarantine-file', [
      { product: 'Guard', number: '17', name: 'x.exe', path: '/srv/in/x.exe', state: 'infected' },
    ]);
    people = Array.from({ length: persons }, administrator);
  });
  afterAll(async () => {
    await site.close();
    vi.useRealTimers();
  });

  it.each(acts)('%s', (act) => {
    const [author = '', ...others] = people;
    const thing = scenarios[act].ask(as(author));
    const before = onePersonEvents();
    expect(outcome(() => scenarios[act].approve(as(author), thing))).toBe('APPROVAL_SELF');
    expect(onePersonEvents()).toBe(before);
    // A day later the only one goes on alone where the act allows it, and the journal says so.
    vi.setSystemTime(Date.now() + soleWaitMs + freshMs);
    const isSole = 'sole' in twoPersonActs[act] && others.length === 0;
    expect(outcome(() => scenarios[act].approve(as(author), thing))).toBe(isSole ? 'done' : 'APPROVAL_SELF');
    expect(onePersonEvents() - before).toBe(isSole ? 1 : 0);
    for (const other of others) {
      const again = scenarios[act].ask(as(author));
      expect(outcome(() => scenarios[act].approve(as(other), again))).toBe('done');
    }
    expect(onePersonEvents() - before).toBe(isSole ? 1 : 0);
  });
});
