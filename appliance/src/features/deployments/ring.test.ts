import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignRings } from './assign-rings.ts';
import { bearsFailures, defaultLimits, judgeRing, type Ring, type RingCounts, ringPower } from './ring.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.parse('2026-03-01T00:00:00Z');
const counts = (some: Partial<RingCounts>): RingCounts => ({
  members: 100,
  reached: 100,
  ended: 100,
  verified: 100,
  failed: 0,
  lost: 0,
  unconfirmed: 0,
  unheard: 0,
  ...some,
});
const open: Ring = { state: 'open', dueAtMs: start, openedAtMs: start, soakingAtMs: null };
const soaking: Ring = { ...open, state: 'soaking', soakingAtMs: start };
const judge = (ring: Ring, some: Partial<RingCounts>, afterMs: number, isPreviousPassed = true) =>
  judgeRing(ring, counts(some), defaultLimits, { atMs: start + afterMs, isPreviousPassed });

describe('a ring', () => {
  const closed: Ring = { ...open, state: 'closed', openedAtMs: null, dueAtMs: start + dayMs };
  it.each([
    ['stays closed before its day', closed, {}, dayMs - 1, true, { state: 'closed' }],
    ['stays closed while the one before has not passed', closed, {}, 9 * dayMs, false, { state: 'closed' }],
    ['opens on its day', closed, {}, dayMs, true, { state: 'open' }],
    [
      'without a device is held',
      open,
      { members: 0, reached: 0, ended: 0, verified: 0 },
      0,
      true,
      { state: 'held', reason: 'EMPTY' },
    ],
    ['bears 5 % of failures', open, { failed: 5 }, 0, true, { state: 'soaking' }],
    ['fails with the sixth', open, { failed: 6 }, 0, true, { state: 'failed', reason: 'FAILURES' }],
    ['fails with one lost device', open, { lost: 1 }, 0, true, { state: 'failed', reason: 'LOST' }],
    ['waits for 80 % to be reached', open, { reached: 79, ended: 79 }, 14 * dayMs - 1, true, { state: 'open' }],
    [
      'is held after its patience',
      open,
      { reached: 79, ended: 79 },
      14 * dayMs,
      true,
      { state: 'held', reason: 'NOT_REACHED' },
    ],
    ['waits for results', open, { ended: 99 }, dayMs, true, { state: 'open' }],
    ['soaks', soaking, {}, dayMs - 1, true, { state: 'soaking' }],
    ['passes after its soak', soaking, { verified: 95 }, dayMs, true, { state: 'passed' }],
    [
      'waits for what is at work, however many are verified',
      soaking,
      { ended: 99, verified: 99 },
      9 * dayMs,
      true,
      { state: 'soaking' },
    ],
    ['waits for what may still be shown', soaking, { verified: 99, unconfirmed: 1 }, dayMs, true, { state: 'soaking' }],
    [
      'waits until each device was heard after its soak',
      soaking,
      { unheard: 1 },
      9 * dayMs,
      true,
      { state: 'soaking' },
    ],
    [
      'is held where too few are verified',
      soaking,
      { verified: 94 },
      dayMs,
      true,
      { state: 'held', reason: 'NOT_VERIFIED' },
    ],
    ['fails in its soak', soaking, { lost: 1 }, hourMs, true, { state: 'failed', reason: 'LOST' }],
    ['stays failed', { ...open, state: 'failed' as const }, {}, 99 * dayMs, true, { state: 'failed' }],
  ] as const)('%s', (_title, ring, some, afterMs, isPreviousPassed, verdict) => {
    expect(judge(ring, some, afterMs, isPreviousPassed)).toEqual(verdict);
  });
});

describe('a ring that bears no failure', () => {
  it('waits for each inventory, however many are verified', () => {
    const limits = { ...defaultLimits, maxFailures: 0 };
    const now = { atMs: start + dayMs, isPreviousPassed: true };
    expect(judgeRing(soaking, counts({ verified: 99, unconfirmed: 1 }), limits, now)).toEqual({ state: 'soaking' });
    expect(judgeRing(soaking, counts({}), limits, now)).toEqual({ state: 'passed' });
  });
});

describe('the power of a ring', () => {
  it('is what counting every outcome gives', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        (members, bears, rate) => {
          let noticed = 0;
          for (let outcome = 0; outcome < 2 ** members; outcome += 1) {
            const faults = outcome.toString(2).replaceAll('0', '').length;
            if (faults > bears) noticed += rate ** faults * (1 - rate) ** (members - faults);
          }
          expect(ringPower(members, bears, rate)).toBeCloseTo(noticed, 9);
        },
      ),
    );
  });

  it('says what the plan prints', () => {
    expect(bearsFailures(300, defaultLimits)).toBe(15);
    expect(Math.floor(ringPower(50, 0, 0.05) * 100)).toBe(92);
    expect(1 - ringPower(300, 0, 0.05)).toBeCloseTo(2.075e-7, 9);
  });
});

describe('the rings of devices', () => {
  const devices = Array.from({ length: 200 }, (_, index) => ({ device: index + 1, publicId: `d-${index}` }));
  const none = (): ReadonlySet<string> => new Set();

  it('hold every device once, in the wanted sizes', () => {
    const { rings, sizes } = assignRings(
      devices,
      ['1', '10%', 'device:d-7', 'group:g'],
      'u',
      () => new Set(['d-1', 'd-2']),
    );
    expect(rings.size).toBe(200);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200);
    expect(sizes.slice(0, 2)).toEqual([1, 20]);
  });

  it('do not depend on the order of the list, and differ with the updates', () => {
    const first = assignRings(devices, ['5%'], 'u', none).rings;
    expect(assignRings(devices.toReversed(), ['5%'], 'u', none).rings).toEqual(first);
    expect(assignRings(devices, ['5%'], 'v', none).rings).not.toEqual(first);
  });

  it('are one where the first takes all', () => {
    expect(assignRings(devices.slice(0, 1), ['1', '50%'], 'u', none).sizes).toEqual([1]);
  });
});
