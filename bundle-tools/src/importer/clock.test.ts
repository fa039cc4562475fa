import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toTime } from '../platform/ambient.ts';
import { type Expiries, judgeExpiry, raiseFloor, readClock, referenceTime } from './clock.ts';

// Every cell of the table in the bundle format, section "Clock and expiry", then the laws of the floor.

const dayMs = 86_400_000;
const floorText = '2026-05-01T00:00:00Z';
const at = (days: number): string => toTime(Date.parse(floorText) + days * dayMs);
const far = 1000;
const valid: Expiries = { root: at(far), timestamp: at(far), snapshot: at(far), targets: at(far), bundle: at(far) };
const roles = ['timestamp', 'snapshot', 'targets', 'bundle'] as const;

type Case = {
  kind: 'answer' | 'open';
  acceptStale?: boolean;
  graceDays?: number;
  /** The clock, in days from the floor. */
  clock?: number;
  expires?: Partial<Expiries>;
};

const judge = ({ kind, acceptStale = false, graceDays = 180, clock = 10, expires = {} }: Case) => {
  try {
    return judgeExpiry({
      kind,
      acceptStale,
      graceDays,
      clock: readClock(floorText, at(clock)),
      expires: { ...valid, ...expires },
    });
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('referenceTime', () => {
  const time = (kind: 'answer' | 'open', acceptStale: boolean, clockDays = 10): string =>
    toTime(
      referenceTime({
        kind,
        acceptStale,
        graceDays: 180,
        requestFloor: at(-30),
        clock: readClock(floorText, at(clockDays)),
      }).getTime(),
    );

  it.each([
    ['an answer: the floor stored with the request', 'answer', false, at(-30)],
    ['an answer that is accepted stale: the same', 'answer', true, at(-30)],
    ['a broadcast: now', 'open', false, at(10)],
    ['a broadcast that is accepted stale: now less the grace', 'open', true, at(10 - 180)],
  ] as const)('is, for %s', (_, kind, acceptStale, expected) => {
    expect(time(kind, acceptStale)).toBe(expected);
  });

  it('is the floor for a broadcast under a clock that is behind', () => {
    expect(time('open', false, -10_000)).toBe(floorText);
  });
});

describe('judgeExpiry', () => {
  const past = (role: keyof Expiries, days = 5): Partial<Expiries> => ({ [role]: at(days) });

  it.each([
    ['answer', 'timestamp', 'STALE'],
    ['answer', 'bundle', 'STALE'],
    ['answer', 'snapshot', 'EXPIRED'],
    ['answer', 'targets', 'EXPIRED'],
    ['open', 'timestamp', 'EXPIRED'],
    ['open', 'bundle', 'EXPIRED'],
    ['open', 'snapshot', 'EXPIRED'],
    ['open', 'targets', 'EXPIRED'],
  ] as const)('%s with a past %s: %s', (kind, role, expected) => {
    const judged = judge({ kind, expires: past(role) });
    expect(typeof judged === 'string' ? judged : judged.warnings.join()).toBe(expected);
  });

  it.each((['answer', 'open'] as const).flatMap((kind) => roles.map((role) => [kind, role] as const)))(
    '%s with a past %s that an operator accepts: STALE within the grace',
    (kind, role) => {
      const judged = judge({ kind, acceptStale: true, expires: past(role) });
      expect(judged).toMatchObject({ warnings: ['STALE'] });
      // What only warns by itself needs nobody to accept it.
      const warnsOnly = kind === 'answer' && (role === 'timestamp' || role === 'bundle');
      expect(judged).toMatchObject({ acceptedStale: !warnsOnly });
    },
  );

  it.each((['answer', 'open'] as const).flatMap((kind) => roles.map((role) => [kind, role] as const)))(
    '%s with a %s past the grace: EXPIRED, whoever accepts it',
    (kind, role) => {
      const judged = judge({ kind, acceptStale: true, graceDays: 4, clock: 10, expires: past(role) });
      const warnsOnly = kind === 'answer' && (role === 'timestamp' || role === 'bundle');
      if (warnsOnly) expect(judged).toMatchObject({ warnings: ['STALE'] });
      else expect(judged).toBe('EXPIRED');
      expect(judge({ kind, acceptStale: true, graceDays: 5, clock: 10, expires: past(role) })).not.toBe('EXPIRED');
    },
  );

  it('is exact at the second of expiry', () => {
    expect(judge({ kind: 'open', clock: 5, expires: past('targets') })).toBe('EXPIRED');
    expect(judge({ kind: 'open', clock: 5 - 1 / 86_400, expires: past('targets') })).toMatchObject({ warnings: [] });
  });

  it.each([
    ['answer', false],
    ['answer', true],
    ['open', false],
    ['open', true],
  ] as const)('%s, accepted stale %s: a past root is never waived', (kind, acceptStale) => {
    expect(judge({ kind, acceptStale, expires: past('root') })).toBe('EXPIRED');
    expect(judge({ kind, acceptStale, expires: { root: at(10 + 179) } })).toMatchObject({
      warnings: ['KEY_EXPIRES_SOON'],
    });
    expect(judge({ kind, acceptStale, expires: { root: at(10 + 181) } })).toMatchObject({ warnings: [] });
  });
});

describe('raiseFloor', () => {
  it.each([
    ['issued_at, whatever the clock says within the allowance', 30, 5, at(5), []],
    ['the floor, when issued_at is before it', 10, -10, floorText, []],
    ['the floor under a clock that is behind', -5, -10, floorText, ['CLOCK_BEHIND']],
    ['issued_at at the end of the allowance', 35, 35, at(35), []],
    ['issued_at under a clock in doubt', 36, 10, at(10), ['CLOCK_SUSPECT']],
    ['the floor beside an issued_at in doubt', 10, 36, floorText, ['CLOCK_SUSPECT']],
    ['the floor, when both are in doubt', 5000, 5000, floorText, ['CLOCK_SUSPECT']],
    ['issued_at under a clock of 1970', -20_000, 3, at(3), ['CLOCK_BEHIND']],
  ] as const)('gives %s', (_, clock, issued, newFloor, warnings) => {
    expect(raiseFloor(readClock(floorText, at(clock)), at(issued))).toEqual({ newFloor, warnings });
  });

  const days = fc.integer({ min: -20_000, max: 20_000 });

  it('never lowers the floor, and raises it to a signed time alone, by 35 days at most', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(days, days), { maxLength: 30 }), (steps) => {
        let floor = floorText;
        for (const [clock, issued] of steps) {
          const { newFloor } = raiseFloor(readClock(floor, at(clock)), at(issued));
          expect([floor, at(issued)]).toContain(newFloor);
          expect(newFloor >= floor && Date.parse(newFloor) <= Date.parse(floor) + 35 * dayMs).toBe(true);
          floor = newFloor;
        }
      }),
    );
  });

  it('does not depend on the clock', () => {
    fc.assert(
      fc.property(days, days, days, (issued, one, other) => {
        const floorUnder = (clock: number) => raiseFloor(readClock(floorText, at(clock)), at(issued)).newFloor;
        expect(floorUnder(one)).toBe(floorUnder(other));
      }),
    );
  });
});

describe('readClock', () => {
  it('believes the clock from the floor to the allowance, and else the floor', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 30_000 }), fc.integer({ min: 1, max: 400 }), (clock, allowance) => {
        const { nowMs, floorMs, suspect } = readClock(floorText, at(clock), allowance);
        expect(nowMs).toBe(clock >= 0 && clock <= allowance ? Date.parse(at(clock)) : floorMs);
        expect(suspect).toBe(clock > allowance);
      }),
    );
  });

  it('is not behind while it is corrected by minutes', () => {
    expect(readClock(floorText, at(-9 / 1440))).toMatchObject({ behind: false, nowMs: Date.parse(floorText) });
    expect(readClock(floorText, at(-11 / 1440))).toMatchObject({ behind: true, nowMs: Date.parse(floorText) });
  });
});
