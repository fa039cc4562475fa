import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs, seed } from '../../../../test/support/chance.ts';
import { civilTime } from '../../platform/civil-time.ts';
import { occurrences, parseRecurrence } from './recurrence.ts';

// Windows against two judges that know nothing of the engine: every minute of some days is looked at, and systemd.

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Days around changes of clocks, a day that was left out (Apia), and a leap day. */
const dates = [
  '2011-12-29',
  '2024-03-01',
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-10-25',
  '2026-11-01',
  '2028-02-28',
];
const zones = [
  'UTC',
  'Asia/Almaty',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
];

/** The wall clock of every minute of nine days around a date, as text that sorts. */
const tables = new Map<string, { at: number; wall: string }[]>();
const table = (zone: string, date: string) => {
  const key = `${zone} ${date}`;
  const held = tables.get(key);
  if (held !== undefined) return held;
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const first = Date.parse(date) - 4 * dayMs;
  const made = Array.from({ length: 9 * 1_440 }, (_, minute) => {
    const at = first + minute * minuteMs;
    return { at, wall: format.format(at) };
  });
  tables.set(key, made);
  return made;
};

type Day = {
  readonly date: string;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
  readonly nth: number;
  readonly isLastOfKind: boolean;
  readonly isEnd: boolean;
  readonly number: number;
};
const dayOf = (ms: number): Day => {
  const at = new Date(ms);
  const month = (later: number) => new Date(ms + later * dayMs).getUTCMonth();
  return {
    date: at.toISOString().slice(0, 10),
    day: at.getUTCDate(),
    month: at.getUTCMonth(),
    weekday: at.getUTCDay(),
    nth: [1, 2, 3, 4].filter((weeks) => month(-7 * weeks) === at.getUTCMonth()).length + 1,
    isLastOfKind: month(7) !== at.getUTCMonth(),
    isEnd: month(1) !== at.getUTCMonth(),
    number: ms / dayMs,
  };
};

/** By language and day from Sunday. */
const names = [
  ['sunday', 'monday', 'tue', 'wed', 'thursday', 'fri', 'sat'],
  ['воскресенье', 'пн', 'вторник', 'среду', 'чт', 'пятницу', 'суб'],
  ['жс', 'дүйсенбі', 'сейсенбі', 'сәр', 'бс', 'жұма', 'сенбі'],
];
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

type Said = { readonly text: string; readonly systemd: string | undefined; readonly isOn: (day: Day) => boolean };
const weekday = fc.tuple(fc.nat(6), fc.nat(2)).map(([at, lang]) => ({ at, word: names[lang]?.[at] ?? '' }));
const short = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const rule: fc.Arbitrary<Said> = fc.oneof(
  fc.constant<Said>({ text: 'daily', systemd: '*-*-*', isOn: () => true }),
  fc.constant<Said>({ text: 'day last', systemd: '*-*~01', isOn: ({ isEnd }) => isEnd }),
  fc
    .integer({ min: 1, max: 31 })
    .map((n): Said => ({ text: `day ${n}`, systemd: `*-*-${n}`, isOn: ({ day }) => day === n })),
  fc.uniqueArray(weekday, { minLength: 1, maxLength: 4, selector: ({ at }) => at }).map(
    (days): Said => ({
      text: `every ${days.map(({ word }) => word).join(',')}`,
      systemd: `${days.map(({ at }) => short[at]).join(',')} *-*-*`,
      isOn: (day) => days.some(({ at }) => at === day.weekday),
    }),
  ),
  fc.tuple(weekday, fc.integer({ min: 1, max: 4 })).map(
    ([{ at, word }, n]): Said => ({
      text: `${['1st', '2nd', '3rd', '4th'][n - 1]} ${word}`,
      systemd: `${short[at]} *-*-${n * 7 - 6}..${n * 7}`,
      isOn: (day) => day.weekday === at && day.nth === n,
    }),
  ),
  weekday.map(
    ({ at, word }): Said => ({
      text: `last ${word}`,
      systemd: `${short[at]} *-*~01..07`,
      isOn: (day) => day.weekday === at && day.isLastOfKind,
    }),
  ),
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(300)).map(([weeks, back]): Said => {
    const first = Date.parse('2011-01-02') / dayMs + back;
    return {
      text: `every ${weeks} weeks from ${new Date(first * dayMs).toISOString().slice(0, 10)}`,
      systemd: undefined,
      isOn: ({ number }) => number >= first && (number - first) % (weeks * 7) === 0,
    };
  }),
  fc.constantFrom(...dates).map((date): Said => ({ text: date, systemd: date, isOn: (day) => day.date === date })),
);
const only = fc.option(fc.uniqueArray(fc.nat(11), { minLength: 6, maxLength: 10 }), { nil: undefined, freq: 3 });
const two = (n: number): string => String(n).padStart(2, '0');
const clock = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
const said = fc.record({
  rule,
  months: only,
  zone: fc.constantFrom(...zones),
  date: fc.constantFrom(...dates),
  from: fc.oneof(
    fc.nat(1_439),
    fc.nat(23).map((hour) => hour * 60),
    fc.integer({ min: 60, max: 240 }),
  ),
  until: fc.oneof(fc.integer({ min: 0, max: 1_440 }), fc.integer({ min: 60, max: 240 })),
});
type Case = typeof said extends fc.Arbitrary<infer T> ? T : never;
const isOnce = ({ rule: { text } }: Case): boolean => /^\d{4}/.test(text);
const textOf = ({ rule: { text }, months, from, until, ...rest }: Case): string =>
  `${text}${months === undefined || isOnce({ rule: { text }, months, from, until, ...rest } as Case) ? '' : ` in ${months.map((month) => monthNames[month]).join(',')}`} ${clock(from)}-${clock(until)}`;

/** What begins in the five days around the date. */
const engine = (one: Case): string[] => {
  const recurrence = parseRecurrence(textOf(one));
  if (recurrence === undefined) throw new Error(`not a window: ${textOf(one)}`);
  const begin = Date.parse(one.date) - 2 * dayMs;
  const end = begin + 5 * dayMs;
  return occurrences(recurrence, civilTime(one.zone), { from: begin, until: end, most: 100 })
    .filter(({ from }) => from >= begin && from < end)
    .map(({ from, until }) => `${new Date(from).toISOString()} ${new Date(until).toISOString()}`);
};
/** The first minute at which the wall clock has come to a day and time: after what was left out, and the first of two. */
const judge = (one: Case): string[] => {
  const minutes = table(one.zone, one.date);
  const begin = Date.parse(one.date) - 2 * dayMs;
  const reached = (day: number, clockMinutes: number): number => {
    const past = Math.floor(clockMinutes / 1_440);
    const wall = `${new Date(day + past * dayMs).toISOString().slice(0, 10)} ${clock(clockMinutes % 1_440)}`;
    return minutes.find((minute) => minute.wall >= wall)?.at ?? 0;
  };
  return Array.from({ length: 8 }, (_, later) => Date.parse(one.date) + (later - 4) * dayMs)
    .filter((day) => {
      const looked = dayOf(day);
      return one.rule.isOn(looked) && (isOnce(one) || one.months === undefined || one.months.includes(looked.month));
    })
    .map(
      (day) => [reached(day, one.from), reached(day, one.until <= one.from ? one.until + 1_440 : one.until)] as const,
    )
    .filter(([from, until]) => until > from && from >= begin && from < begin + 5 * dayMs)
    .map(([from, until]) => `${new Date(from).toISOString()} ${new Date(until).toISOString()}`);
};

/** A whole day was left out in one; of the other the runtime and the system may have rules of different years. */
const notCompared = ['Pacific/Apia', 'Africa/Casablanca'];

describe('the occurrences of a window', () => {
  it('are those that a look at every minute finds, around changes of clocks in eight zones', () => {
    fc.assert(
      fc.property(said, (one) => {
        expect(engine(one)).toEqual(judge(one));
      }),
      { numRuns: runs(5_000) },
    );
  });

  it.runIf(existsSync('/usr/bin/systemd-analyze'))(
    'begin when systemd says so, but in an hour that was left out, in which it has none',
    () => {
      const differ: string[] = [];
      let compared = 0;
      for (const one of fc.sample(said, { numRuns: runs(120), seed })) {
        if (one.rule.systemd === undefined || notCompared.includes(one.zone)) continue;
        const at = new Date(Date.parse(one.date) - 2 * dayMs);
        const months = one.months === undefined || isOnce(one) ? '*' : one.months.map((month) => month + 1).join(',');
        const expression = `${one.rule.systemd.replace('*-*', `*-${months}`)} ${clock(one.from)}:00 ${one.zone}`;
        const printed = execFileSync(
          '/usr/bin/systemd-analyze',
          [
            'calendar',
            '--iterations=6',
            `--base-time=${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
            expression,
          ],
          { encoding: 'utf8', env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' } },
        );
        const theirs = [...printed.matchAll(/^ *(?:Next elapse|Iteration #\d+): \w+ (\S+) (\S+) UTC$/gm)]
          .map(([, day, time]) => `${day}T${time}.000Z`)
          .filter((start) => Date.parse(start) > at.getTime() && Date.parse(start) < at.getTime() + 5 * dayMs);
        const ours = engine(one)
          .map((line) => line.split(' ')[0] ?? '')
          .filter((start) => Date.parse(start) > at.getTime());
        compared += 1;
        const more = ours.filter((start) => !theirs.includes(start));
        const less = theirs.filter((start) => !ours.includes(start));
        // What only ours has begins with the minute after an hour that was left out; systemd skips that day.
        const skipped = more.filter((start) => civilTime(one.zone).minuteAt(Date.parse(start)) !== one.from);
        if (more.length !== skipped.length || less.length > 0) differ.push(`${expression}: +${more} -${less}`);
      }
      expect(differ).toEqual([]);
      expect(compared).toBeGreaterThan(runs(120) / 4);
    },
  );
});
