import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, believedOf, type Clocks, doubtOf, heldForMs, type TimeState } from './believed-time.ts';

const dayMs = 86_400_000;
const allowanceMs = 35 * dayMs;
const start = Date.UTC(2026, 4, 1);
const correctionMs = 10 * 60_000;

/** A site whose true time a test knows, with a wall clock that may be off by anything. */
const site = () => {
  let state: TimeState = {
    floorMs: start,
    reachedMs: start,
    ranMs: 0,
    bootId: 'a0',
    bootMs: 0,
    wallMs: null,
    steppedMs: null,
  };
  const at = { trueMs: start, offMs: 0, boots: 0, bootMs: 0, openedMs: 0 };
  const look = (): TimeState => {
    const clocks: Clocks = {
      wallMs: at.trueMs + at.offMs,
      bootId: `a${at.boots}`,
      bootMs: at.bootMs,
      openedMs: at.openedMs,
    };
    state = advance(state, clocks, allowanceMs);
    return state;
  };
  return {
    look,
    at,
    run: (ms: number) => {
      at.trueMs += ms;
      at.bootMs += ms;
      return look();
    },
    boot: (stoodMs: number) => {
      at.trueMs += stoodMs;
      at.boots += 1;
      at.bootMs = 5_000;
      at.openedMs = 5_000;
      return look();
    },
    jump: (ms: number) => {
      at.offMs += ms;
      return look();
    },
    sign: (ms: number) => {
      state = { ...state, floorMs: Math.max(state.floorMs, ms) };
    },
    wall: () => at.trueMs + at.offMs,
  };
};

/** What happens to an appliance: it runs, stands without power, its clock is set, a bundle comes. */
const steps = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('run' as const), ms: fc.integer({ min: 0, max: 60 * dayMs }) }),
    fc.record({ type: fc.constant('boot' as const), ms: fc.integer({ min: 0, max: 90 * dayMs }) }),
    fc.record({ type: fc.constant('jump' as const), ms: fc.integer({ min: -400 * dayMs, max: 400 * dayMs }) }),
    fc.record({ type: fc.constant('bundle' as const), ms: fc.integer({ min: 0, max: 20 * dayMs }) }),
  ),
  { maxLength: 40 },
);

type Step = { type: 'run' | 'boot' | 'jump' | 'bundle'; ms: number };
const take = (one: ReturnType<typeof site>, { type, ms }: Step): void => {
  if (type === 'run') one.run(ms);
  if (type === 'boot') one.boot(ms);
  if (type === 'jump') one.jump(ms);
  // Signed before now by the true time: no host signs the future.
  if (type === 'bundle') one.sign(one.at.trueMs - ms);
};

describe('the floor', () => {
  it('is never after the true time, whatever the clock says, and never falls', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const one = site();
        let last = one.look().floorMs;
        for (const step of all) {
          take(one, step);
          const { floorMs } = one.look();
          expect(floorMs >= last).toBe(true);
          expect(floorMs <= one.at.trueMs).toBe(true);
          last = floorMs;
        }
      }),
    );
  });

  it('follows what the boot clock ran, over months without a bundle, and nothing else', () => {
    const one = site();
    for (let day = 0; day < 200; day += 1) one.run(dayMs);
    const { floorMs } = one.jump(400 * dayMs);
    expect(one.at.trueMs - floorMs).toBeLessThan(6 * 3_600_000);
    expect(one.at.trueMs - floorMs).toBeGreaterThan(0);
  });

  it('knows nothing of the time before this program began, where the state is of another boot', () => {
    const state: TimeState = {
      floorMs: start,
      reachedMs: start,
      ranMs: 0,
      bootId: 'other',
      bootMs: 900,
      wallMs: null,
      steppedMs: null,
    };
    const clocks: Clocks = { wallMs: start, bootId: 'this', bootMs: 300 * dayMs, openedMs: 300 * dayMs };
    expect(advance(state, clocks, allowanceMs).floorMs).toBe(start);
  });
});

describe('what counts as the time', () => {
  it('is at most the allowance after the true time in all, never falls, and goes on while the appliance runs', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const one = site();
        let last = one.look();
        for (const step of all) {
          take(one, step);
          const next = one.look();
          expect(next.reachedMs >= last.reachedMs).toBe(true);
          expect(next.reachedMs <= one.at.trueMs + allowanceMs).toBe(true);
          expect(next.reachedMs - last.reachedMs >= Math.floor((next.ranMs - last.ranMs) / 2) - 1).toBe(true);
          last = next;
        }
      }),
    );
  });

  it('is not moved by a clock beyond the allowance, at a start or while it runs, there and back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 36, max: 400 }),
        fc.constantFrom(-1, 1),
        fc.boolean(),
        fc.integer({ min: 0, max: 3 * dayMs }),
        (days, sign, isBoot, ranMs) => {
          const one = site();
          one.run(10 * dayMs);
          if (isBoot) one.boot(0);
          const before = one.look();
          one.jump(sign * days * dayMs);
          const after = one.run(ranMs);
          expect(after.reachedMs - before.reachedMs).toBeLessThanOrEqual(ranMs);
          // And right again: the time that counts is that of the clock.
          one.jump(-sign * days * dayMs);
          expect(one.look().reachedMs).toBe(one.at.trueMs);
        },
      ),
    );
  });

  it('is the clock itself while that is right and the appliance stood less than the allowance', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: dayMs, max: 30 * dayMs }), fc.integer({ min: 0, max: 3 * dayMs })), {
          maxLength: 10,
        }),
        (rounds) => {
          const one = site();
          for (const [ran, stood] of rounds) {
            one.run(ran);
            expect(one.boot(stood).reachedMs).toBe(one.at.trueMs);
          }
        },
      ),
    );
  });

  it('comes to the clock again by itself after a time that was believed and taken back', () => {
    const one = site();
    one.jump(30 * dayMs);
    one.jump(-30 * dayMs);
    for (let day = 0; day < 61; day += 1) one.run(dayMs);
    expect(one.look().reachedMs).toBe(one.at.trueMs);
  });
});

describe('a clock in doubt', () => {
  it('is one before the floor or past the allowance; a correction of minutes is none', () => {
    expect(doubtOf(start, start - correctionMs, allowanceMs)).toBeUndefined();
    expect(doubtOf(start, start - correctionMs - 1, allowanceMs)).toBe('CLOCK_BEHIND');
    expect(doubtOf(start, start + allowanceMs, allowanceMs)).toBeUndefined();
    expect(doubtOf(start, start + allowanceMs + 1, allowanceMs)).toBe('CLOCK_SUSPECT');
    expect(believedOf(start, start + allowanceMs + 1, allowanceMs)).toBe(start);
    expect(believedOf(start, start - 1, allowanceMs)).toBe(start);
    expect(believedOf(start, start + 1, allowanceMs)).toBe(start + 1);
  });

  it('gets 35 days in all, whether it moved over stops or while it ran', () => {
    const one = site();
    for (let days = 0; days < 35; days += 5) {
      one.boot(0);
      one.jump(5 * dayMs);
    }
    expect(doubtOf(one.look().floorMs, one.wall(), allowanceMs)).toBeUndefined();
    one.jump(dayMs);
    expect(doubtOf(one.look().floorMs, one.wall(), allowanceMs)).toBe('CLOCK_SUSPECT');
  });
});

describe('the time that the appliance has run', () => {
  it('is what its boot clocks ran, whatever the wall clock does', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const one = site();
        for (const step of all) take(one, step as Step);
        const ran = all.reduce((sum, { type, ms }) => (type === 'run' ? sum + ms : sum), 0);
        expect(one.look().ranMs).toBe(ran);
      }),
    );
  });
});

describe('a clock that was set', () => {
  const minuteMs = 60_000;

  it('holds what is begun by it for 10 minutes in which it goes evenly', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 5 * minuteMs + 1, max: 400 * dayMs }),
          fc.integer({ min: -400 * dayMs, max: -minuteMs - 1 }),
        ),
        fc.boolean(),
        (jumpMs, isBoot) => {
          const one = site();
          one.look();
          expect(heldForMs(one.run(dayMs))).toBe(0);
          // Whether this program sees it, or the next one of the same computer or of another boot.
          if (isBoot) {
            one.at.offMs += jumpMs;
            one.boot(0);
          } else one.jump(jumpMs);
          expect(heldForMs(one.look())).toBe(10 * minuteMs);
          expect(heldForMs(one.run(10 * minuteMs - 1))).toBeGreaterThan(0);
          const isBelieved = doubtOf(one.look().floorMs, one.wall(), allowanceMs) === undefined;
          expect(heldForMs(one.run(1)) === 0).toBe(isBelieved);
        },
      ),
    );
  });

  it('holds nothing where it was corrected by less, or an appliance stood for some minutes', () => {
    const one = site();
    one.look();
    one.run(dayMs);
    for (const ms of [5 * minuteMs, -minuteMs, 1, -1]) expect(heldForMs(one.jump(ms))).toBe(0);
    expect(heldForMs(one.boot(4 * minuteMs))).toBe(0);
  });

  it('holds after an outage, in which nothing tells how long it was', () => {
    const one = site();
    one.look();
    one.run(dayMs);
    expect(heldForMs(one.boot(30 * 60 * minuteMs))).toBe(10 * minuteMs);
  });

  it('holds for as long as it is in doubt, and 10 minutes more', () => {
    const one = site();
    one.look();
    one.run(10 * dayMs);
    one.jump(36 * dayMs);
    expect(heldForMs(one.run(dayMs))).toBe(10 * minuteMs);
    one.sign(one.wall());
    expect(heldForMs(one.run(9 * minuteMs))).toBe(minuteMs);
    expect(heldForMs(one.run(minuteMs))).toBe(0);
  });
});
