import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isLong } from '../../../../test/support/long.ts';
import { codeOf } from '../../../../test/support/refusals.ts';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { type Actor, actorRef, type Right, systemActor } from '../../engine/objects/types.ts';
import { soleWaitMs } from './approve.ts';
import { freshMs, type TwoPersonAct, twoPersonActs } from './types.ts';

// Each act that takes two persons, on sites of one, two and three administrators: who may, who may not, and what the journal
// says. What is refused by which code to whom else: two-persons.test.ts. The acts are those that are declared, so a new one is
// in it. With SALLYPORT_LONG the table is printed.

let site: ApiSite;
let device: { id: number; publicId: string };
const { account, as, commandLine, scenarios, token } = twoPersonScenarios(() => ({ ...site, device }));

const acts = Object.keys(twoPersonActs) as TwoPersonAct[];
const administrator = (): string => {
  const id = account();
  site.appliance.objects.update(systemActor, 'account', id, { passwordHash: 'set' });
  return id;
};

type Journal = { readonly entries: string[]; readonly onePerson: number };
/** What the journal says of a person's act: its events, and the entries of the chain. */
const journalOf = (actor: Actor, work: () => unknown): { readonly code: string; readonly journal: Journal } => {
  const { db } = site.appliance;
  const last = (column: string, table: string): number =>
    db.prepare<[], number>(`select coalesce(max(${column}), 0) from ${table}`).pluck().get() ?? 0;
  const [event, entry] = [last('id', 'event'), last('seq', 'audit')];
  const code = codeOf(work);
  const by = actorRef(actor);
  const entries = db
    .prepare<[number, string, number, string], string>(
      `select type from event where id > ? and actor = ? union
       select kind || ' ' || operation from audit where seq > ? and actor = ? order by 1`,
    )
    .pluck()
    .all(event, by, entry, by);
  return { code, journal: { entries, onePerson: entries.filter((one) => one === 'approved-by-one-person').length } };
};

/** `act | administrators | who | answer | journal`, as they were seen. */
const table: string[] = [];
afterAll(() => {
  if (isLong) console.info(table.join('\n'));
});

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

  it.each(acts)('%s', async (act) => {
    const [author = '', ...others] = people;
    const attempt = (who: string, actor: Actor, thing: string) => {
      const seen = journalOf(actor, () => scenarios[act].approve(actor, thing));
      table.push([act, persons, who, seen.code, seen.journal.entries.join(', ')].join(' | '));
      return seen;
    };
    const nothing: Journal = { entries: [], onePerson: 0 };
    const thing = await scenarios[act].ask(as(author));
    for (const [who, actor, code] of [
      ['who asked', as(author), 'APPROVAL_SELF'],
      ['a token of who asked', token(author, author), 'APPROVAL_TOKEN'],
      ['a command without log-in', commandLine('root'), 'APPROVAL_PERSON'],
      ['an account without the right', { ...as(author), rights: new Set<Right>() }, 'FORBIDDEN'],
    ] as const)
      expect(attempt(who, actor, thing), who).toEqual({ code, journal: nothing });
    // A day later the only one goes on alone where the act allows it, and the journal says so.
    vi.setSystemTime(Date.now() + soleWaitMs + freshMs);
    const isSole = 'sole' in twoPersonActs[act] && others.length === 0;
    const later = attempt('who asked, a day later', as(author), thing);
    expect(later.code).toBe(isSole ? 'done' : 'APPROVAL_SELF');
    expect(later.journal.onePerson).toBe(isSole ? 1 : 0);
    for (const [at, other] of others.entries()) {
      const again = await scenarios[act].ask(as(author));
      const done = attempt(`administrator ${at + 2}`, as(other), again);
      expect(done).toMatchObject({ code: 'done', journal: { onePerson: 0 } });
      // Who said yes stands in the journal.
      expect(done.journal.entries).not.toEqual([]);
    }
  });
});
