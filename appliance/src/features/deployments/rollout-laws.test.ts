import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs, seed } from '../../../../test/support/chance.ts';
import { type Outcome, rolloutPair, type Step } from '../../../test/support/rollout-pair.ts';
import type { SimulatedLimits, SimulatedState } from '../../../test/support/rollout-simulator.ts';

// Laws R1, R2, R3 and R6 of rollouts (shared design, control §4), over real tables and against the simulator.

const size = 20;

const limits: fc.Arbitrary<SimulatedLimits> = fc.record({
  daysBetween: fc.constantFrom(0, 0, 3),
  soakHours: fc.constantFrom(0, 1, 24),
  minReachedPercent: fc.constantFrom(0, 50, 80, 80, 100),
  minVerifiedPercent: fc.constantFrom(0, 50, 95, 95, 100),
  maxFailures: fc.constantFrom(null, null, 0, 1),
  maxFailuresPercent: fc.constantFrom(0, 5, 20, 50),
  maxLost: fc.constantFrom(0, 0, 1, 2),
  patienceDays: fc.constantFrom(1, 14),
});
const rings = fc.constantFrom(['1', '25%'], ['4'], ['1', '2', '50%'], ['10%', '10%', '50%']);
const device = fc.integer({ min: 1, max: size });
const outcomes = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: fc.constant<Outcome>('verified') },
    { weight: 4, arbitrary: fc.constantFrom<Outcome>('installed', 'failed', 'silent', 'absent') },
  ),
  { minLength: size, maxLength: size },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('round'), outcomes }) },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constantFrom('hand', 'install', 'fail', 'show', 'die', 'return'), device }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('wait'), minutes: fc.integer({ min: 1, max: 4_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('jump'), minutes: fc.integer({ min: -400 * 1_440, max: 400 * 1_440 }) }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('resume', 'pass', 'hold') }) },
);
const hasOpened = (state: SimulatedState | undefined): boolean =>
  state === 'open' || state === 'soaking' || state === 'passed';

describe('laws of rollouts', () => {
  it('are what a walk over every device gives, after each step of any history', async () => {
    const entered = new Map<SimulatedState, number>();
    await fc.assert(
      fc.asyncProperty(
        limits,
        rings,
        fc.array(step, { minLength: 5, maxLength: 25 }),
        async (chosen, ringed, history) => {
          const pair = await rolloutPair(size, chosen, ringed);
          try {
            const opened = new Set<number>();
            let isPassedByPerson = false;
            let startedBefore = 0;
            let wasStanding = false;
            pair.watch((before, after) => {
              const orders = pair.orders();
              for (const [index, state] of after.entries()) {
                if (hasOpened(state)) opened.add(index + 1);
                if (state !== before[index]) entered.set(state, (entered.get(state) ?? 0) + 1);
                // R2: what passes by itself was reached and is shown by devices that are still heard.
                if (state !== 'passed' || before[index] === 'passed' || isPassedByPerson) continue;
                const members = orders.filter(({ ring, isOut }) => ring === index + 1 && isOut === 0);
                const reached = members.filter(({ isStarted }) => isStarted === 1).length;
                const good = members.filter((one) => one.state === 'verified' && one.isVisible === 1).length;
                expect(good).toBeGreaterThan(0);
                expect(reached * 100).toBeGreaterThanOrEqual(members.length * chosen.minReachedPercent);
                expect(good * 100).toBeGreaterThanOrEqual(reached * chosen.minVerifiedPercent);
              }
              // R1: what was touched is in a ring that was opened.
              const started = orders.filter(({ isStarted }) => isStarted === 1);
              expect(started.filter(({ ring }) => !opened.has(ring))).toEqual([]);
              // R3: a rollout that stands hands out nothing.
              const isStanding = pair.isStanding();
              if (wasStanding && isStanding) expect(started.length).toBe(startedBefore);
              if (isStanding)
                expect(orders.filter((one) => one.state === 'queued' && pair.next(one.device) !== null)).toEqual([]);
              wasStanding = isStanding;
              startedBefore = started.length;
            });
            for (const one of history) {
              isPassedByPerson = one.act === 'pass';
              pair.take(one);
              expect(pair.states()).toEqual(pair.simulatedStates());
              expect(pair.open()).toEqual(pair.simulatedOpen());
            }
          } finally {
            pair.close();
          }
        },
      ),
      { numRuns: runs(150) },
    );
    // A history that never comes to a state would say nothing of it.
    process.stdout.write(`rollouts by seed ${seed}: ${JSON.stringify(Object.fromEntries(entered))}\n`);
    for (const state of ['open', 'soaking', 'passed', 'failed', 'held'] as const)
      expect(entered.get(state) ?? 0, state).toBeGreaterThan(0);
  });

  it('give a ring the same verdict for the same results in any order', async () => {
    const verdicts = new Map<string, number>();
    // A device comes up twice: with its result, then with its inventory.
    const twice = Array.from({ length: 2 * size }, (_, index) => (index % size) + 1);
    const shuffled = fc.shuffledSubarray(twice, { minLength: twice.length });
    await fc.assert(
      fc.asyncProperty(limits, outcomes, shuffled, shuffled, async (chosen, ends, first, second) => {
        const run = async (order: readonly number[]) => {
          const pair = await rolloutPair(size, chosen, ['60%']);
          try {
            for (const one of pair.devices) if (ends[one - 1] !== 'absent') pair.take({ act: 'hand', device: one });
            const isEnded = new Set<number>();
            for (const one of order) {
              const end = ends[one - 1];
              if (isEnded.has(one)) {
                if (end === 'verified') pair.take({ act: 'show', device: one });
              } else if (end === 'failed') pair.take({ act: 'fail', device: one });
              else if (end === 'verified' || end === 'installed') pair.take({ act: 'install', device: one });
              isEnded.add(one);
            }
            const seen = [];
            for (const minutes of [0, 100, 1_500, 1_500, 1_500]) {
              pair.take({ act: 'wait', minutes });
              const [ring] = pair.rings();
              if (ring === undefined) throw new Error('there is no ring');
              const { changedAt: _changedAt, ...rest } = ring;
              seen.push(rest);
            }
            return seen;
          } finally {
            pair.close();
          }
        };
        const verdict = await run(first);
        const state = verdict.at(-1)?.state ?? '';
        verdicts.set(state, (verdicts.get(state) ?? 0) + 1);
        expect(await run(second)).toEqual(verdict);
      }),
      { numRuns: runs(60) },
    );
    process.stdout.write(`verdicts by seed ${seed}: ${JSON.stringify(Object.fromEntries(verdicts))}\n`);
    expect(verdicts.get('failed') ?? 0).toBeGreaterThan(0);
    expect(verdicts.get('passed') ?? 0).toBeGreaterThan(0);
  });
});
