import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import {
  dayMs,
  minuteMs,
  textOf,
  type WrittenWindow,
  walkedSpans,
  writtenWindow,
} from '../../../../test/support/window-judge.ts';
import { windowTimes } from './calendar.ts';
import { openingAt, windowsOf } from './opening.ts';
import { parseRecurrence } from './recurrence.ts';
import type { MaintenanceWindow } from './types.ts';

const timeOf = windowTimes(() => 'Asia/Almaty');
const at = (text: string): number => Date.parse(`${text}Z`);

const windowOf = (id: string, text: string, extra: Partial<MaintenanceWindow> = {}): MaintenanceWindow => {
  const recurrence = parseRecurrence(text);
  if (recurrence === undefined) throw new Error(`not a window: ${text}`);
  return {
    id,
    name: id,
    text,
    recurrence,
    timeZone: 'UTC',
    for: 'computers',
    zones: [],
    controllers: [],
    groups: [],
    devices: [],
    leadDays: 14,
    processOwner: '',
    blackout: false,
    ...extra,
  };
};
const place = { device: 'd', groups: ['cell', 'plant'] };
const opening = (all: readonly MaintenanceWindow[], text: string, where = place) =>
  openingAt(windowsOf(all, where), timeOf, at(text));

describe('the windows of a computer', () => {
  const ofSite = windowOf('site', 'daily 00-24');
  const ofPlant = windowOf('plant', 'every Sat 06-10', { groups: ['plant'] });
  const ofCell = windowOf('cell', 'every Sun 06-10', { groups: ['cell'] });
  const ofDevice = windowOf('device', 'day 1 06-10', { devices: ['d'] });
  const ids = (all: readonly MaintenanceWindow[]) => windowsOf(all, place).windows.map(({ id }) => id);

  it('are those that name it, else those of its nearest group that any names, else those of the site', () => {
    expect(ids([ofSite, ofPlant, ofCell, ofDevice])).toEqual(['device']);
    expect(ids([ofSite, ofPlant, ofCell])).toEqual(['cell']);
    expect(ids([ofSite, ofPlant])).toEqual(['plant']);
    expect(ids([ofSite])).toEqual(['site']);
    expect(ids([{ ...ofSite, groups: ['elsewhere'] }])).toEqual([]);
  });

  it('are none of those for controllers, and those for both', () => {
    expect(ids([{ ...ofSite, for: 'controllers' }])).toEqual([]);
    expect(ids([{ ...ofSite, for: 'both' }])).toEqual(['site']);
  });

  it('are none where only times without work are named, and every level takes time off', () => {
    const dark = (text: string, extra: Partial<MaintenanceWindow>) =>
      windowOf(text, text, { blackout: true, ...extra });
    expect(opening([dark('daily 00-01', {})], '2026-12-05T12:00')).toEqual({ state: 'none', minutesLeft: 0 });
    const all = [
      ofCell,
      dark('daily 06:00-06:30', {}),
      dark('daily 07:00-07:10', { groups: ['plant'] }),
      dark('daily 08:00-08:10', { devices: ['d'] }),
      dark('daily 09:00-09:10', { groups: ['elsewhere'] }),
      dark('daily 09:30-09:40', { for: 'controllers' }),
    ];
    const left = (text: string) => opening(all, `2026-12-06T${text}`);
    expect(left('06:10')).toMatchObject({ state: 'closed', opensAtMs: at('2026-12-06T06:30') });
    expect(left('06:30')).toMatchObject({ state: 'open', endsAtMs: at('2026-12-06T07:00'), minutesLeft: 30 });
    expect(left('07:05')).toMatchObject({ state: 'closed', opensAtMs: at('2026-12-06T07:10') });
    expect(left('08:10')).toMatchObject({ state: 'open', endsAtMs: at('2026-12-06T10:00'), minutesLeft: 110 });
    expect(left('10:00')).toMatchObject({ state: 'closed', opensAtMs: at('2026-12-13T06:30') });
  });
});

describe('the opening of windows', () => {
  it('goes on through windows that touch, and has no end where none comes', () => {
    const night = [windowOf('a', 'daily 22-24'), windowOf('b', 'daily 00-02')];
    expect(opening(night, '2026-12-05T23:00')).toEqual({
      state: 'open',
      windowId: 'a',
      endsAtMs: at('2026-12-06T02:00'),
      minutesLeft: 180,
    });
    expect(opening([windowOf('always', 'daily 00-24')], '2026-12-05T23:00')).toEqual({
      state: 'open',
      windowId: 'always',
      minutesLeft: 31 * 1_440,
    });
  });

  it('is told of a window a year away, and of none that is over', () => {
    expect(opening([windowOf('a', 'day 1 in nov 06-10')], '2026-12-05T23:00')).toMatchObject({
      state: 'closed',
      windowId: 'a',
      opensAtMs: at('2027-11-01T06:00'),
    });
    expect(opening([windowOf('a', '2026-12-01 06-10')], '2026-12-05T23:00')).toEqual({
      state: 'closed',
      minutesLeft: 0,
    });
  });

  it('is what a walk over every minute finds, for windows and times without work of each level and zone', () => {
    const level = fc.constantFrom<Partial<MaintenanceWindow>>(
      { devices: ['d'] },
      { groups: ['cell'] },
      { groups: ['plant', 'elsewhere'] },
      {},
      { groups: ['elsewhere'] },
      { for: 'controllers' },
      { for: 'both' },
    );
    const named = fc.record({ written: writtenWindow, level, blackout: fc.boolean() });
    const seen = { open: 0, closed: 0, none: 0 };
    fc.assert(
      fc.property(fc.array(named, { maxLength: 6 }), writtenWindow, fc.nat(3 * 1_440), (some, { date }, minute) => {
        const all = some.map((one) => ({ ...one, written: { ...one.written, date } as WrittenWindow }));
        const begin = Date.parse(date) - 2 * dayMs;
        const minutes = 5 * 1_440;
        // The judge: which of the levels counts, and each minute of it on and off.
        const isAt = [
          ({ devices }: Partial<MaintenanceWindow>) => devices !== undefined,
          ({ groups }: Partial<MaintenanceWindow>) => groups?.includes('cell') === true,
          ({ groups }: Partial<MaintenanceWindow>) => groups?.includes('plant') === true,
          (of: Partial<MaintenanceWindow>) => of.groups === undefined && of.devices === undefined,
        ];
        const meant = all.filter(({ level }) => level.for !== 'controllers');
        const counts = isAt.find((is) => meant.some((one) => !one.blackout && is(one.level)));
        const isOpen = new Uint8Array(minutes);
        const paint = (one: (typeof all)[number], value: 0 | 1): void => {
          for (const [from, until] of walkedSpans(one.written))
            for (let m = 0; m < minutes; m += 1)
              if (begin + m * minuteMs >= from && begin + m * minuteMs < until) isOpen[m] = value;
        };
        for (const one of meant) if (!one.blackout && counts?.(one.level)) paint(one, 1);
        for (const one of meant) if (one.blackout && isAt.some((is) => is(one.level))) paint(one, 0);
        const next = (wanted: 0 | 1): number | undefined => {
          const found = isOpen.indexOf(wanted, minute);
          return found === -1 ? undefined : begin + found * minuteMs;
        };

        const found = openingAt(
          windowsOf(
            all.map(({ written, level, blackout }, n) =>
              windowOf(String(n), textOf(written), { timeZone: written.zone, blackout, ...level }),
            ),
            place,
          ),
          timeOf,
          begin + minute * minuteMs,
        );
        seen[found.state] += 1;
        if (counts === undefined) expect(found).toEqual({ state: 'none', minutesLeft: 0 });
        else if (isOpen[minute] === 1) {
          const end = next(0);
          expect(found.state).toBe('open');
          if (found.state === 'open' && end !== undefined)
            expect(found).toMatchObject({ endsAtMs: end, minutesLeft: (end - begin) / minuteMs - minute });
          else expect(found.minutesLeft).toBeGreaterThanOrEqual(minutes - minute);
        } else {
          const opens = next(1);
          expect(found.state).toBe('closed');
          if (found.state !== 'closed') return;
          if (opens !== undefined) expect(found.opensAtMs).toBe(opens);
          else expect(found.opensAtMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(begin + minutes * minuteMs);
        }
      }),
      { numRuns: runs(1_500) },
    );
    for (const n of Object.values(seen)) expect(n).toBeGreaterThan(0);
  });
});
