import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { reaching, wholeSite } from '../../platform/scope.ts';
import { COVERAGE_STATES, type CoverageState } from '../vulnerabilities/types.ts';
import { controllerList } from './list-queries.ts';
import { controllerDecisions } from './types.ts';

// What a list counts and finds as not judged is what each of its rows says.

const site = await openConsole();
const { db, controllers, objects } = site.appliance;
afterAll(() => site.close());

const zone = objects.create(systemActor, 'controller-zone', { name: 'Hall', level: '1' }).id;
const said = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([field, value]) => ({ field, value, raw: value }));
// Of some nothing is known that an advisory could name, of some a module alone.
controllers.ingest(
  systemActor,
  { type: 'aml', name: 'plant.aml' },
  Array.from({ length: 12 }, (_, n) => ({
    observedAtMs: Date.UTC(2026, 0, 1),
    method: 'project' as const,
    source: 'aml',
    facts: said({
      serial: `S-${n}`,
      name: `PLC-${n}`,
      ...(n % 3 === 0 ? { zone } : {}),
      ...(n % 4 === 0 ? {} : { vendor: `Maker ${n}`, model: `M-${n}`, firmware: '1.0' }),
    }),
    parts: Array.from({ length: n % 3 }, (_part, slot) => ({
      type: 'module' as const,
      key: `0/${slot}`,
      facts: slot === 1 && n > 8 ? [] : said({ vendor: `Maker of ${n}`, model: `Module ${n}`, firmware: '2.0' }),
    })),
  })),
);

type Part = { controller: number; part_key: string; waits: number; coverage: number };

/** By the parts of a controller and how many of them can be judged at all. */
const stateOf = (parts: readonly Part[], asked: number): CoverageState => {
  const own = parts.find(({ part_key }) => part_key === '');
  if (own === undefined || own.waits === 1 || own.coverage === 0) return 'not-judged';
  const whole = parts.length === asked && parts.every(({ waits, coverage }) => waits === 0 && coverage === 2);
  return whole ? 'judged' : 'partly';
};

const plainly = (): Map<number, CoverageState> => {
  const parts = Map.groupBy(
    db
      .prepare<[], Part>(
        `select p.controller, p.part_key, i.matched_at is null as waits, i.coverage
         from controller_part_identity p join controller_identity i on i.id = p.identity`,
      )
      .all(),
    ({ controller }) => controller,
  );
  const asked = db
    .prepare<[], { controller: number; n: number }>(
      `select r.controller, (select count(*) from controller_part p where p.controller = r.controller
         and p.type in ('controller', 'module')) as n from controller_row r`,
    )
    .all();
  return new Map(asked.map(({ controller, n }) => [controller, stateOf(parts.get(controller) ?? [], n)]));
};

const list = controllerList(db, controllers);
const identities = db.prepare<[], number>('select id from controller_identity order by id').pluck().all();
const numbers = list.all({ sort: 'name', descending: false, filter: undefined, scope: wholeSite('figures') });
const inZone = reaching({ site: false, roots: [], zones: [zone] });

describe('a list of controllers', () => {
  it('counts and finds by coverage what each row says, whatever is spoken of, waits, or is put aside', () => {
    expect([identities.length > 12, numbers.length]).toEqual([true, 12]);
    const put = db.prepare('update controller_identity set coverage = ?, matched_at = ? where id = ?');
    const decide = db.prepare('update controller_row set decision = ? where controller = ?');
    const states = new Set<CoverageState>();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(0, 1, 2), fc.boolean()), {
          minLength: identities.length,
          maxLength: identities.length,
        }),
        fc.array(fc.constantFrom(...controllerDecisions), { minLength: numbers.length, maxLength: numbers.length }),
        (identified, decided) => {
          for (const [at, [coverage, waits]] of identified.entries())
            put.run(coverage, waits && at % 2 === 0 ? null : 1, identities[at]);
          for (const [at, decision] of decided.entries()) decide.run(decision, numbers[at]);
          const expected = plainly();
          for (const state of expected.values()) states.add(state);
          for (const scope of [wholeSite('figures'), inZone]) {
            const asked = { sort: 'name', descending: false, scope } as const;
            const listed = list.all({ ...asked, filter: undefined });
            for (const state of COVERAGE_STATES) {
              const is = listed.filter((id) => expected.get(id) === state);
              for (const [filter, found] of [
                [`coverage = ${state}`, is],
                [`coverage != ${state}`, listed.filter((id) => !is.includes(id))],
                [`not coverage = ${state}`, listed.filter((id) => !is.includes(id))],
              ] as const)
                expect(list.all({ ...asked, filter: list.language(scope).parse(filter, 'where') })).toEqual(found);
              if (state === 'not-judged') expect(list.counts(scope).notJudged).toBe(is.length);
            }
            for (const { id, coverage } of controllers.listed(listed, scope)) expect(coverage).toBe(expected.get(id));
          }
        },
      ),
      { numRuns: runs(90) },
    );
    expect([...states].toSorted()).toEqual(['judged', 'not-judged', 'partly']);
  });
});
