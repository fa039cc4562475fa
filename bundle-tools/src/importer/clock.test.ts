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
    ['the clock, when it is the latest', 10, 5, at(10), []],
    ['issued_at, when it is the latest', 5, 10, at(10), []],
    ['the floor, when both are before it', -5, -10, floorText, ['CLOCK_BEHIND']],
    ['the clock at 400 days, which is believed', 400, 0, at(400), []],
    ['issued_at under a clock in doubt', 401, 10, at(10), ['CLOCK_SUSPECT']],
    ['the clock beside an issued_at in doubt', 10, 401, at(10), ['CLOCK_SUSPECT']],
    ['the floor, when both are in doubt', 5000, 5000, floorText, ['CLOCK_SUSPECT']],
    ['issued_at under a clock of 1970', -20_000, 3, at(3), ['CLOCK_BEHIND']],
  ] as const)('gives %s', (_, clock, issued, newFloor, warnings) => {
    expect(raiseFloor(readClock(floorText, at(clock)), at(issued))).toEqual({ newFloor, warnings });
  });

  const days = fc.integer({ min: -20_000, max: 20_000 });

  it('never lowers the floor, and no sequence of clocks and bundles does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(days, days), { maxLength: 30 }), (steps) => {
        let floor = floorText;
        for (const [clock, issued] of steps) {
          const { newFloor } = raiseFloor(readClock(floor, at(clock)), at(issued));
          expect(newFloor >= floor).toBe(true);
          floor = newFloor;
        }
      }),
    );
  });

  it('rises by at most 400 days at a time, and only to a time that was given', () => {
    fc.assert(
      fc.property(days, days, (clock, issued) => {
        const { newFloor } = raiseFloor(readClock(floorText, at(clock)), at(issued));
        expect([floorText, at(clock), at(issued)]).toContain(newFloor);
        expect(newFloor <= at(400)).toBe(true);
      }),
    );
  });

  it('does not depend on a time in doubt', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 401, max: 30_000 }), (issued, suspect) => {
        const without = raiseFloor(readClock(floorText, floorText), at(issued)).newFloor;
        expect(raiseFloor(readClock(floorText, at(suspect)), at(issued)).newFloor).toBe(without);
        const alone = raiseFloor(readClock(floorText, at(Math.min(issued, 400))), floorText).newFloor;
        expect(raiseFloor(readClock(floorText, at(Math.min(issued, 400))), at(suspect)).newFloor).toBe(alone);
      }),
    );
  });
});

describe('readClock', () => {
  it('gives a time that is never before the floor', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 30_000 }), (clock) => {
        const { nowMs, believedMs, floorMs } = readClock(floorText, at(clock));
        expect(nowMs >= floorMs && believedMs >= floorMs && believedMs <= nowMs).toBe(true);
      }),
    );
  });
});
