import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import type { FailureCode, TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type DeploymentSite, openDeployments } from '../../../test/support/deployment-site.ts';
import { admin } from '../../../test/support/engines.ts';
import { civilTime } from '../../platform/civil-time.ts';
import { wholeSite } from '../../platform/scope.ts';
import { type SiteClock, siteClock } from '../../platform/site-clock.ts';
import { openingAt } from '../windows/opening.ts';
import { parseRecurrence } from '../windows/recurrence.ts';
import type { MaintenanceWindow } from '../windows/types.ts';
import type { GateParts } from './gate.ts';

// Laws of windows over histories of crashes, power cuts, clocks that are set, lost and doubled messages. The appliance's part
// is the real one, over a real database and its real clock; the device is a few lines, and what it does is judged by a walk
// over what happened that knows nothing of gates: the minutes of the day, and how the clock was set.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 10, 2);
const update = 'a'.repeat(32);

const recurrence = parseRecurrence('daily 02-04');
if (recurrence === undefined) throw new Error('no recurrence');
const nightly: MaintenanceWindow = {
  id: 'w',
  name: 'w',
  text: 'daily 02-04',
  recurrence,
  timeZone: 'UTC',
  for: 'computers',
  zones: [],
  controllers: [],
  groups: [],
  devices: [],
  leadDays: 0,
  processOwner: '',
  blackout: false,
};
const utc = civilTime('UTC');
const openAt: GateParts['openAt'] = (atMs) => () => openingAt({ windows: [nightly], blackouts: [] }, () => utc, atMs);

/** True time, how far the wall clock is from it, and how the computer of the appliance booted. */
type World = { trueMs: number; offMs: number; boots: number; bootedMs: number };

type Act = { order: string; begunMs: number; offMs: number; jumpsBefore: number };
/** When the wall clock was set, and by how much. */
type Jump = { atMs: number; byMs: number };

/** What is wrong with what happened, in words; told by hand. */
const judge = (acts: readonly Act[], jumps: readonly Jump[]): string[] =>
  acts.flatMap(({ order, begunMs, offMs, jumpsBefore }, index) => {
    const minute = Math.floor((begunMs + offMs) / minuteMs) % 1440;
    const lately = jumps.slice(0, jumpsBefore).filter(({ atMs }) => begunMs - atMs < 10 * minuteMs);
    const byMs = lately.reduce((sum, jump) => sum + jump.byMs, 0);
    return [
      ...(minute < 120 || minute > 225 ? ['outside its window'] : []),
      ...(byMs > 5 * minuteMs || byMs < -minuteMs ? ['by a clock that was set lately'] : []),
      ...(acts.findIndex((act) => act.order === order) < index ? ['twice'] : []),
    ];
  });

type Event =
  | { type: 'run'; ms: number }
  | { type: 'jump'; ms: number }
  | { type: 'power-cut'; ms: number }
  | { type: 'check-in' | 'ask' | 'act' | 'send'; fate: 'arrives' | 'answer-lost' | 'doubled' }
  | { type: 'appliance-crash' | 'agent-crash' | 'clock-right' };

const fate = fc.constantFrom('arrives', 'arrives', 'arrives', 'answer-lost', 'doubled' as const);
const messages = fc.record({ type: fc.constantFrom('check-in', 'ask', 'act', 'send' as const), fate });
const histories = fc.record({
  asksPermit: fc.boolean(),
  /** When it begins, in minutes of the day. */
  from: fc.integer({ min: 0, max: 1439 }).map((minute) => (minute % 2 === 0 ? 60 + (minute % 180) : minute)),
  events: fc.array<Event>(
    fc.oneof(
      { weight: 8, arbitrary: messages },
      {
        weight: 3,
        arbitrary: fc.record({
          type: fc.constant('run' as const),
          ms: fc.constantFrom(
            1,
            30_000,
            minuteMs,
            5 * minuteMs,
            11 * minuteMs,
            20 * minuteMs,
            hourMs,
            22 * hourMs,
            30 * hourMs,
          ),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          type: fc.constant('jump' as const),
          ms: fc.oneof(
            fc.integer({ min: -400 * dayMs, max: 400 * dayMs }),
            fc.integer({ min: -6 * hourMs, max: 6 * hourMs }).filter((ms) => ms < -minuteMs || ms > 5 * minuteMs),
          ),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant('power-cut' as const), ms: fc.integer({ min: 0, max: 30 * hourMs }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ type: fc.constantFrom('appliance-crash', 'agent-crash', 'clock-right' as const) }),
      },
    ),
    { minLength: 8, maxLength: 40 },
  ),
});
type History = typeof histories extends fc.Arbitrary<infer H> ? H : never;

/** How the device does without the rule that is tried. */
type Without = { permit?: boolean };

const device = 1;

describe('an order in any history', () => {
  const world: World = { trueMs: startMs, offMs: 0, boots: 0, bootedMs: startMs };
  let gated: DeploymentSite;
  let ungated: DeploymentSite;
  let clock: SiteClock;

  const clockOf = (db: DeploymentSite['site']['db']): SiteClock => {
    const { boots, bootedMs } = world;
    return siteClock({
      db,
      releasedAt: undefined,
      allowanceMs: () => 35 * dayMs,
      sources: {
        wallMs: () => world.trueMs + world.offMs,
        bootId: () => `boot-${boots}`,
        bootMs: () => world.trueMs - bootedMs,
        steadyMs: () => world.trueMs - bootedMs,
      },
    });
  };

  beforeAll(async () => {
    const now = () => clock.now();
    gated = await openDeployments(1, now, { openAt, pairs: () => () => undefined, time: () => clock.read(true) });
    ungated = await openDeployments(1, now);
    for (const { updates } of [gated, ungated]) updates.approve(admin, [update]);
  });
  afterAll(() => {
    gated.site.close();
    ungated.site.close();
  });

  /** Lives through a history, then through quiet days with a device that answers. */
  const live = async ({ site, deployments }: DeploymentSite, history: History, without: Without = {}) => {
    const { queue } = deployments;
    const acts: Act[] = [];
    const jumps: Jump[] = [];
    const journal = new Map<string, { attempt: number; result?: TaskResult }>();
    let spool: { task: string; result: TaskResult }[] = [];
    const now = () => ({ begunMs: world.trueMs, offMs: world.offMs, jumpsBefore: jumps.length });
    let current: { task: InstallPackageTask; permitted?: ReturnType<typeof now> } | undefined;

    const run = (ms: number): void => {
      for (let left = ms; left > 0; left -= minuteMs) {
        // A long stretch is walked in longer steps, all but its end.
        const stepMs = left > hourMs ? left - hourMs : Math.min(left, minuteMs);
        world.trueMs += stepMs;
        left -= stepMs - minuteMs;
        clock.keep();
      }
    };
    const jump = (byMs: number): void => {
      world.offMs += byMs;
      jumps.push({ atMs: world.trueMs, byMs });
    };
    const end = (result: Omit<TaskResult, 'attempt' | 'steps'>): void => {
      if (current === undefined) return;
      const { id, attempt } = current.task;
      const whole: TaskResult = { attempt, steps: [], ...result };
      journal.set(id, { attempt, result: whole });
      spool.push({ task: id, result: whole });
      current = undefined;
    };
    const fail = (code: FailureCode): void => end({ state: 'failed', code });
    const send = (how: 'arrives' | 'answer-lost' | 'doubled'): void => {
      for (const { task, result } of spool) {
        queue.result(device, task, result);
        if (how === 'doubled') queue.result(device, task, result);
      }
      if (how !== 'answer-lost') spool = [];
    };
    const checkIn = (how: 'arrives' | 'answer-lost' | 'doubled'): void => {
      send('arrives');
      if (current !== undefined || !queue.isWaiting(device)) return;
      if (how === 'doubled') queue.next(device, history.asksPermit);
      const task = queue.next(device, history.asksPermit);
      if (task === null || how === 'answer-lost') return;
      const known = journal.get(task.id);
      if (known !== undefined && known.attempt >= task.attempt) {
        if (known.result !== undefined) spool.push({ task: task.id, result: known.result });
        return;
      }
      journal.set(task.id, { attempt: task.attempt });
      current = { task };
      if (history.asksPermit) return;
      acts.push({ order: task.id, ...now() });
      end({ state: 'completed' });
    };
    const ask = (how: 'arrives' | 'answer-lost' | 'doubled'): void => {
      if (current === undefined || current.permitted !== undefined) return;
      const { id, attempt } = current.task;
      const asked = { attempt, step: 'install' } as const;
      const reply = queue.mayAct(device, id, asked);
      const again = how === 'doubled' ? queue.mayAct(device, id, asked) : undefined;
      expect(again?.go ?? false, 'a permit is given once').toBe(false);
      const isPermitted = without.permit === true || (reply?.go === true && how !== 'answer-lost');
      if (isPermitted) current = { ...current, permitted: now() };
      else fail('WINDOW_CLOSED');
    };
    const act = (): void => {
      if (current?.permitted === undefined) return;
      if (world.trueMs - current.permitted.begunMs > minuteMs) fail('WINDOW_CLOSED');
      else {
        acts.push({ order: current.task.id, ...current.permitted });
        end({ state: 'completed' });
      }
    };
    const take = (event: Event): void => {
      if (event.type === 'run') run(event.ms);
      else if (event.type === 'jump') jump(event.ms);
      else if (event.type === 'clock-right') jump(-world.offMs);
      else if (event.type === 'check-in') checkIn(event.fate);
      else if (event.type === 'ask') ask(event.fate);
      else if (event.type === 'act') act();
      else if (event.type === 'send') send(event.fate);
      else if (event.type === 'agent-crash') fail('AGENT_RESTARTED');
      else {
        if (event.type === 'power-cut') {
          world.trueMs += event.ms;
          world.boots += 1;
          world.bootedMs = world.trueMs;
        }
        clock = clockOf(site.db);
      }
    };

    // A new day, with a clock that is right and has been for a while.
    world.offMs = 0;
    world.trueMs = (Math.floor(world.trueMs / dayMs) + 1) * dayMs + history.from * minuteMs - 30 * minuteMs;
    clock = clockOf(site.db);
    // As a bundle does that came lately: outages leave no more than the allowance between.
    clock.setFloor(world.trueMs);
    run(30 * minuteMs);
    const { id } = await deployments.create(admin, { updates: [update], devices: [`device-${device}`] });
    const order = () => deployments.tasks(id, wholeSite('job'))[0];
    for (const event of history.events) take(event);
    const made = { acts: acts.length };

    jump(-world.offMs);
    const isOpen = (): boolean => ['queued', 'running'].includes(order()?.state ?? '');
    for (let quarter = 0; isOpen() && quarter < 4 * 24 * 5; quarter += 1) {
      world.trueMs += 15 * minuteMs;
      clock.keep();
      take({ type: 'check-in', fate: 'arrives' });
      take({ type: 'ask', fate: 'arrives' });
      take({ type: 'act', fate: 'arrives' });
    }
    take({ type: 'send', fate: 'arrives' });
    return { faults: judge(acts, jumps), state: order()?.state ?? 'none', made };
  };

  it('is begun in its window alone, by a clock that goes evenly, once, and ends', async () => {
    const seen = { acts: 0, states: new Set<string>() };
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { faults, state, made } = await live(gated, history);
        expect(faults).toEqual([]);
        expect(['installed', 'failed', 'cancelled']).toContain(state);
        seen.acts += made.acts;
        seen.states.add(state);
      }),
      { numRuns: runs(300) },
    );
    // The histories themselves came to changes, not only the quiet days after them.
    expect(seen.acts).toBeGreaterThan(0);
    expect(seen.states).toContain('installed');
  });

  it.each<[string, () => DeploymentSite, Without]>([
    ['the gate', () => ungated, {}],
    ['the answer that an agent waits for', () => gated, { permit: true }],
  ])('is begun outside it in some history without %s', async (_what, site, without) => {
    let isFound = false;
    for (const history of fc.sample(histories, 1_000)) {
      isFound = (await live(site(), history, without)).faults.includes('outside its window');
      if (isFound) break;
    }
    expect(isFound).toBe(true);
  });
});
