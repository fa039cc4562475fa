import { describe, expect, it } from 'vitest';
import { afterMove, deadlinesOf, overdueDeadlines } from './deadlines.ts';
import { openSlots } from './people.ts';
import type { DeadlineTimes } from './types.ts';
import { fitsLogixTool, meetsVersion } from './version-meets.ts';

const day = 86_400_000;
const days = { received: 35, evaluated: 35, due: 35 };
const fresh: DeadlineTimes = {
  publishedAt: 0,
  receivedAt: 10 * day,
  evaluatedAt: null,
  dueFrom: null,
  doneAt: null,
  extended: {},
};

describe('the three clocks', () => {
  it('run one after the other, and stop with what ends them', () => {
    expect(overdueDeadlines(deadlinesOf(fresh, days, 45 * day))).toEqual([]);
    expect(overdueDeadlines(deadlinesOf(fresh, days, 45 * day + 1))).toEqual(['evaluated']);
    const tested = afterMove(fresh, 'vendor_approved', 'site_testing', 20 * day);
    expect(deadlinesOf(tested, days, 21 * day)[2]).toMatchObject({ from: 20 * day, limit: 55 * day, overdue: false });
    const deferred = afterMove(tested, 'site_testing', 'deferred', 30 * day);
    expect(overdueDeadlines(deadlinesOf(deferred, days, 56 * day))).toEqual(['due']);
    const mitigated = afterMove(deferred, 'deferred', 'mitigated', 40 * day);
    expect(overdueDeadlines(deadlinesOf(mitigated, days, 90 * day))).toEqual([]);
    const back = afterMove(mitigated, 'mitigated', 'site_testing', 100 * day);
    expect(deadlinesOf(back, days, 101 * day)[2]).toMatchObject({ from: 100 * day, doneAt: null, overdue: false });
    expect(deadlinesOf({ ...fresh, receivedAt: 36 * day }, days, 36 * day)[0]).toMatchObject({ overdue: true });
  });

  it('are not stopped by the vendor, but by what does not concern the product', () => {
    expect(afterMove(fresh, 'imported', 'vendor_approved', 11 * day)).toEqual(fresh);
    const none = afterMove(fresh, 'imported', 'not_applicable', 11 * day);
    expect(overdueDeadlines(deadlinesOf(none, days, 999 * day))).toEqual([]);
  });

  it('end later where an extension was signed, never earlier', () => {
    const extended = { ...fresh, extended: { evaluated: 60 * day } };
    expect(deadlinesOf(extended, days, 50 * day)[1]).toMatchObject({ limit: 60 * day, overdue: false, extended: true });
    expect(deadlinesOf({ ...fresh, extended: { evaluated: day } }, days, 0)[1]).toMatchObject({ extended: false });
  });
});

describe('slots', () => {
  it('are filled by different people, in the way that leaves fewest open', () => {
    const both = { person: 'a', roles: ['ot-owner', 'security'] as const, asks: true };
    const one = { person: 'b', roles: ['ot-owner'] as const, asks: false };
    const slots = [
      { role: 'ot-owner', other: false },
      { role: 'security', other: false },
    ] as const;
    expect(openSlots(slots, [both])).toHaveLength(1);
    expect(openSlots(slots, [both, one])).toEqual([]);
    expect(openSlots([{ role: 'anyone', other: true }], [both])).toHaveLength(1);
  });
});

describe('versions', () => {
  it('are met, not met or unknown; unknown is never yes', () => {
    expect(meetsVersion('V2.9.4', '2.9.4')).toBe('yes');
    expect(meetsVersion('33.011', '33.11')).toBe('yes');
    expect(meetsVersion('V2.10.0', 'V2.9.4')).toBe('yes');
    expect(meetsVersion('V2.9.2', 'V2.9.4')).toBe('no');
    expect(meetsVersion('V2.9', 'V2.9.4')).toBe('unknown');
    expect(meetsVersion('2.9 SP1', '2.9.4')).toBe('unknown');
    expect(meetsVersion('', '2.9.4')).toBe('unknown');
    expect(fitsLogixTool('33.00', '33.011')).toBe(true);
    expect(fitsLogixTool('32', '33.011')).toBe(false);
    expect(fitsLogixTool('Studio', '33.011')).toBeUndefined();
  });
});
