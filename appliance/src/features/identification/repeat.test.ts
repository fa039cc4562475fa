import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { civilTime } from '../../platform/civil-time.ts';
import { planIn, type Window, windowAt } from './repeat.ts';
import type { Plan } from './types.ts';

const hour = 3_600_000;
const day = 24 * hour;

type Job = Pick<Plan, 'from' | 'until' | 'repeat'>;

/** The windows of a job, one approved after the other, as its service does. */
const windowsOf = (first: Window, everyDays: number, until: number, zone: string): Window[] => {
  const time = civilTime(zone);
  const found: Window[] = [first];
  let plan = { ...first, repeat: { everyDays, until }, targets: [] } as unknown as Plan;
  for (let next = windowAt(plan, plan.until, time); next !== undefined; next = windowAt(plan, plan.until, time)) {
    found.push(next);
    plan = planIn(plan, next, () => undefined);
  }
  return found;
};

const shown = (windows: readonly Window[]): string[] =>
  windows.map(({ from }) => new Date(from).toISOString().slice(0, 16));

describe('windows that repeat', () => {
  it.each([
    // The clocks are put on at 01:00 UTC on the 29th of March, and back on the 25th of October.
    [
      'Europe/Berlin',
      '2026-03-22T05:00',
      7,
      '2026-04-10',
      ['2026-03-22T05:00', '2026-03-29T04:00', '2026-04-05T04:00'],
    ],
    [
      'Europe/Berlin',
      '2026-10-24T04:00',
      1,
      '2026-10-27',
      ['2026-10-24T04:00', '2026-10-25T05:00', '2026-10-26T05:00'],
    ],
    // Put back for good on the 1st of March 2024.
    [
      'Asia/Almaty',
      '2024-02-28T00:00',
      1,
      '2024-03-03',
      ['2024-02-28T00:00', '2024-02-29T00:00', '2024-03-01T01:00', '2024-03-02T01:00'],
    ],
    [
      'Asia/Qyzylorda',
      '2024-02-28T01:00',
      2,
      '2024-03-04',
      ['2024-02-28T01:00', '2024-03-01T01:00', '2024-03-03T01:00'],
    ],
    ['UTC', '2026-03-28T05:00', 1, '2026-03-31', ['2026-03-28T05:00', '2026-03-29T05:00', '2026-03-30T05:00']],
    // Half past two does not exist on the 29th; on the 30th it does again.
    [
      'Europe/Berlin',
      '2026-03-28T01:30',
      1,
      '2026-03-31',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
  ])('in %s from %s every %i days keep the time of the clock on the wall', (zone, from, days, until, expected) => {
    const at = Date.parse(`${from}Z`);
    expect(shown(windowsOf({ from: at, until: at + hour }, days, Date.parse(`${until}Z`), zone))).toEqual(expected);
  });

  it('are none where the clocks skip all of it', () => {
    const at = Date.parse('2026-03-28T01:10Z');
    const found = windowsOf({ from: at, until: at + hour / 2 }, 1, Date.parse('2026-03-31T00:00Z'), 'Europe/Berlin');
    expect(shown(found)).toEqual(['2026-03-28T01:10', '2026-03-30T00:10']);
  });

  it('come in order, never overlap, show the same time on the wall, and are the same whenever they are asked for', () => {
    const zones = ['UTC', 'Asia/Almaty', 'Asia/Qyzylorda', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2023, 6, 1) / 60_000, max: Date.UTC(2027, 0, 1) / 60_000 }),
        fc.integer({ min: 1, max: 23 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(366 * 24),
        (zone, minute, hours, everyDays, later) => {
          const time = civilTime(zone);
          const first = { from: minute * 60_000, until: minute * 60_000 + hours * hour };
          const until = first.until + 366 * day;
          const found = windowsOf(first, everyDays, until, zone);
          for (const [index, { from, until: end }] of found.entries()) {
            const before = found[index - 1];
            expect(end).toBeGreaterThan(from);
            if (before !== undefined) expect(from).toBeGreaterThanOrEqual(before.until);
            const [wall, asked] = [time.minuteAt(from), time.minuteAt(first.from)];
            // Off by what a change of the clocks skips at most.
            expect(Math.min(Math.abs(wall - asked), 1_440 - Math.abs(wall - asked))).toBeLessThanOrEqual(60);
          }
          const now = first.from + later * hour;
          const job: Job = { ...first, repeat: { everyDays, until } };
          expect(windowAt(job, now, time)).toEqual(found.find((window) => window.until > now));
        },
      ),
      { numRuns: runs(60) },
    );
  });
});
