import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { civilTime, daysInMonth, weekdayOf } from '../../platform/civil-time.ts';
import { calendar, nextWindow, occurrenceAt, windowTimes } from './calendar.ts';
import { formatRecurrence, isOn, occurrences, parseRecurrence } from './recurrence.ts';
import type { MaintenanceWindow, Recurrence } from './types.ts';

const read = (text: string): Recurrence => {
  const found = parseRecurrence(text);
  if (found === undefined) throw new Error(`not a window: ${text}`);
  return found;
};
const utc = civilTime('UTC');
const inUtc = () => utc;
const from = Date.UTC(2026, 10, 26, 9);
const year = { from, until: from + 366 * 86_400_000, most: 1_000 };
const starts = (text: string, zone = 'UTC', most = 3): string[] =>
  occurrences(read(text), civilTime(zone), { ...year, most }).map((one) =>
    new Date(one.from).toISOString().slice(0, 16),
  );

describe('windows as people write them', () => {
  it('are found on the right days', () => {
    expect(starts('2nd Sunday 06-10')).toEqual(['2026-12-13T06:00', '2027-01-10T06:00', '2027-02-14T06:00']);
    expect(starts('1st,3rd Mon 06-10')).toEqual(['2026-12-07T06:00', '2026-12-21T06:00', '2027-01-04T06:00']);
    expect(starts('last Friday 22-04')).toEqual(['2026-11-27T22:00', '2026-12-25T22:00', '2027-01-29T22:00']);
    expect(starts('every 4 weeks from 2026-01-04 06-10')).toEqual([
      '2026-12-06T06:00',
      '2027-01-03T06:00',
      '2027-01-31T06:00',
    ]);
    expect(starts('day 31 0-6')).toEqual(['2026-12-31T00:00', '2027-01-31T00:00', '2027-03-31T00:00']);
    expect(starts('every sat,sun in Jan 06:30-10:15')[0]).toBe('2027-01-02T06:30');
    expect(starts('2026-12-24 06-18')).toEqual(['2026-12-24T06:00']);
    expect(starts('daily 23-01')[0]).toBe('2026-11-26T23:00');
    expect(starts('2nd Sunday 06-10', 'Asia/Almaty')[0]).toBe('2026-12-13T01:00');
  });

  it('are found on the last day of each month', () => {
    expect(starts('day last 22-24')).toEqual(['2026-11-30T22:00', '2026-12-31T22:00', '2027-01-31T22:00']);
    expect(starts('day last in feb 06-10')).toEqual(['2027-02-28T06:00']);
  });

  it.each([
    ['every среду,вс 02-05', 'every Wed,Sun 02-05'],
    ['2nd воскресенье 06-10', '2nd Sunday 06-10'],
    ['last Жұма 22:00-04:00', 'last Friday 22-04'],
    ['every дүйсенбі,Сәр,жс 00-24', 'every Mon,Wed,Sun 00-24'],
    ['every сейсенбі,сенбі 6-6', 'every Tue,Sat 06-06'],
    ['3rd,1st,1st Mon in Oct,mar 06:05-10', '1st,3rd Monday in Mar,Oct 06:05-10'],
    ['day last 23:30-00', 'day last 23:30-24'],
    ['EVERY 1 WEEK from 2026-01-04 06-10', 'every 1 week from 2026-01-04 06-10'],
    ['2026-12-24 to 2026-12-26 06-18', '2026-12-24 to 2026-12-26 06-18'],
    ['2026-12-24 22-04', '2026-12-24 22-04'],
  ])('%s is kept as %s', (text, kept) => {
    expect(formatRecurrence(read(text))).toBe(kept);
    expect(read(kept)).toEqual(read(text));
  });

  it.each([
    '',
    'day last last 06-10',
    'day last 06',
    'every с 06-10',
    'every воскресник 06-10',
    'sometimes',
    '5th Sunday 06-10',
    '2nd Someday 06-10',
    '2nd Sunday 06',
    '2nd Sunday 25-26',
    '2nd Sunday 06:60-07',
    '2026-02-30 06-10',
    'every 0 weeks from 2026-01-04 06-10',
    'every 53 weeks from 2026-01-04 06-10',
    'day 32 06-10',
    '2026-12-24 in jan 06-10',
    '2nd Sunday in 06-10',
    '2026-12-24 to 2027-12-24 06-10',
    `every ${'sun,'.repeat(80)}sun 06-10`,
  ])('%s is none', (text) => expect(parseRecurrence(text)).toBeUndefined());

  it('keep the wall clock when clocks are changed', () => {
    const berlin = civilTime('Europe/Berlin');
    const spring = occurrences(read('daily 02:30-03:30'), berlin, {
      from: Date.UTC(2026, 2, 28),
      until: Date.UTC(2026, 2, 30),
      most: 9,
    });
    // 02:30 on the 29th does not exist: the clock goes from 02:00 to 03:00 at 01:00 UTC.
    expect(spring.map((one) => new Date(one.from).toISOString())).toContain('2026-03-29T01:00:00.000Z');
    const autumn = berlin.toMs({ year: 2026, month: 10, day: 25 }, 150);
    expect(new Date(autumn).toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });
});

const arbText = fc
  .record({
    day: fc.oneof(
      fc.constantFrom(
        'daily',
        'every sunday',
        'every mon,thu',
        'every жұма',
        'day 1',
        'day 29',
        'day last',
        'every 2 weeks from 2026-01-05',
      ),
      fc
        .tuple(fc.constantFrom('1st', '2nd', '3rd', '4th', 'last', '1st,last'), fc.constantFrom('sun', 'wed', 'sat'))
        .map((words) => words.join(' ')),
    ),
    months: fc.constantFrom('', ' in mar,oct', ' in nov'),
    hours: fc.tuple(fc.nat(23), fc.nat(24)).map(([a, b]) => `${a}-${b}`),
  })
  .map(({ day, months, hours }) => `${day}${months} ${hours}`);
const arbZone = fc.constantFrom(
  'UTC',
  'Asia/Almaty',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
);

describe('laws of windows', () => {
  it('occurrences are in order, begin on their days at their time, and none is lost by looking from another moment', () => {
    fc.assert(
      fc.property(arbText, arbZone, fc.integer({ min: 0, max: 700 }), (text, zone, later) => {
        const recurrence = read(text);
        const time = civilTime(zone);
        const start = from + later * 7_777_777;
        const span = { from: start, until: start + 100 * 86_400_000, most: 500 };
        const found = occurrences(recurrence, time, span);
        let last = Number.NEGATIVE_INFINITY;
        for (const one of found) {
          expect(one.from > last && one.until > one.from && one.until > span.from && one.from < span.until).toBe(true);
          last = one.from;
          const day = time.dayAt(one.from);
          expect(isOn(recurrence, day)).toBe(true);
          // Off by at most the hour that a change of the clocks skips.
          expect(Math.abs(time.minuteAt(one.from) - recurrence.from)).toBeLessThanOrEqual(60);
          if (recurrence.rule.type === 'nth') {
            expect(weekdayOf(day)).toBe(recurrence.rule.weekday);
            const nth = Math.ceil(day.day / 7);
            const isLast = day.day + 7 > daysInMonth(day.year, day.month);
            expect(recurrence.rule.nths.includes(nth) || (isLast && recurrence.rule.nths.includes(5))).toBe(true);
          }
        }
        const middle = start + 30 * 86_400_000;
        const halves = [
          ...occurrences(recurrence, time, { ...span, until: middle }),
          ...occurrences(recurrence, time, { ...span, from: middle }),
        ];
        expect([...new Set(halves.map((one) => one.from))]).toEqual(found.map((one) => one.from));
      }),
      { numRuns: runs(150) },
    );
  });

  it('what a text is read as is read again from any spelling of it', () => {
    fc.assert(
      fc.property(arbText, (text) => {
        expect(parseRecurrence(`  ${text.toUpperCase().replaceAll(' ', '   ')} `)).toEqual(read(text));
        const kept = formatRecurrence(read(text));
        expect(read(kept)).toEqual(read(text));
        expect(formatRecurrence(read(kept))).toBe(kept);
      }),
      { numRuns: runs(60) },
    );
  });
});

const windowOf = (id: string, text: string, extra: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
  id,
  name: id,
  text,
  recurrence: read(text),
  timeZone: '',
  for: 'controllers',
  zones: [],
  controllers: [],
  groups: [],
  devices: [],
  leadDays: 14,
  processOwner: '',
  blackout: false,
  ...extra,
});

describe('the calendar', () => {
  it('has each window in its own time zone, and one without in that of the site', () => {
    const times = windowTimes(() => 'Asia/Almaty');
    const of = (timeZone: string) =>
      calendar([windowOf('a', '2026-12-24 06-18', { timeZone })], times, { ...year, most: 1 }).windows[0]?.from;
    expect(of('')).toBe(Date.UTC(2026, 11, 24, 1));
    expect(of('Europe/Berlin')).toBe(Date.UTC(2026, 11, 24, 5));
  });

  const monthly = windowOf('a', '2nd Sunday 06-10', { zones: ['cell-3'] });
  const dark = windowOf('b', '2026-12-01 to 2026-12-31 00-24', { blackout: true });

  it('skips what a blackout lies over, for those that it is for', () => {
    const place = { controller: 'p', zones: ['cell-3'] };
    const at = (all: MaintenanceWindow[], where = place): string | undefined => {
      const found = nextWindow(all, where, inUtc, from);
      return found && new Date(found.from).toISOString().slice(0, 10);
    };
    expect(at([monthly])).toBe('2026-12-13');
    expect(at([monthly, dark])).toBe('2027-01-10');
    expect(at([monthly, { ...dark, zones: ['cell-9'] }])).toBe('2026-12-13');
    expect(at([monthly], { controller: 'p', zones: ['cell-4'] })).toBeUndefined();
    expect(at([{ ...monthly, zones: [], controllers: ['p'] }])).toBe('2026-12-13');
  });

  it('says by when people want to know, and knows an occurrence by its beginning', () => {
    const { windows, blackouts } = calendar([monthly, dark], inUtc, { ...year, most: 4 });
    expect(blackouts).toHaveLength(1);
    expect(windows.map(({ blackout }) => blackout)).toEqual([true, false, false, false]);
    const [first] = windows;
    expect(first?.tellBy).toBe(Date.UTC(2026, 10, 29, 6));
    expect(occurrenceAt([monthly, dark], 'a', Date.UTC(2026, 11, 13, 6), inUtc)?.blackout).toBe(true);
    expect(occurrenceAt([monthly], 'a', Date.UTC(2026, 11, 14, 6), inUtc)).toBeUndefined();
  });
});
