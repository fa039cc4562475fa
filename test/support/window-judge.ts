import fc from 'fast-check';

// Windows as chance writes them, and a judge that knows nothing of the engine: every minute of some days is looked at.

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

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

type WrittenRule = {
  readonly text: string;
  readonly systemd: string | undefined;
  readonly isOn: (day: Day) => boolean;
};
const weekday = fc.tuple(fc.nat(6), fc.nat(2)).map(([at, lang]) => ({ at, word: names[lang]?.[at] ?? '' }));
const short = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const rule: fc.Arbitrary<WrittenRule> = fc.oneof(
  fc.constant<WrittenRule>({ text: 'daily', systemd: '*-*-*', isOn: () => true }),
  fc.constant<WrittenRule>({ text: 'day last', systemd: '*-*~01', isOn: ({ isEnd }) => isEnd }),
  fc
    .integer({ min: 1, max: 31 })
    .map((n): WrittenRule => ({ text: `day ${n}`, systemd: `*-*-${n}`, isOn: ({ day }) => day === n })),
  fc.uniqueArray(weekday, { minLength: 1, maxLength: 4, selector: ({ at }) => at }).map(
    (days): WrittenRule => ({
      text: `every ${days.map(({ word }) => word).join(',')}`,
      systemd: `${days.map(({ at }) => short[at]).join(',')} *-*-*`,
      isOn: (day) => days.some(({ at }) => at === day.weekday),
    }),
  ),
  fc.tuple(weekday, fc.integer({ min: 1, max: 4 })).map(
    ([{ at, word }, n]): WrittenRule => ({
      text: `${['1st', '2nd', '3rd', '4th'][n - 1]} ${word}`,
      systemd: `${short[at]} *-*-${n * 7 - 6}..${n * 7}`,
      isOn: (day) => day.weekday === at && day.nth === n,
    }),
  ),
  weekday.map(
    ({ at, word }): WrittenRule => ({
      text: `last ${word}`,
      systemd: `${short[at]} *-*~01..07`,
      isOn: (day) => day.weekday === at && day.isLastOfKind,
    }),
  ),
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(300)).map(([weeks, back]): WrittenRule => {
    const first = Date.parse('2011-01-02') / dayMs + back;
    return {
      text: `every ${weeks} weeks from ${new Date(first * dayMs).toISOString().slice(0, 10)}`,
      systemd: undefined,
      isOn: ({ number }) => number >= first && (number - first) % (weeks * 7) === 0,
    };
  }),
  fc
    .constantFrom(...dates)
    .map((date): WrittenRule => ({ text: date, systemd: date, isOn: (day) => day.date === date })),
);
const only = fc.option(fc.uniqueArray(fc.nat(11), { minLength: 6, maxLength: 10 }), { nil: undefined, freq: 3 });
const two = (n: number): string => String(n).padStart(2, '0');
export const clock = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
export const writtenWindow = fc.record({
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
export type WrittenWindow = typeof writtenWindow extends fc.Arbitrary<infer T> ? T : never;
export const isOnce = ({ rule: { text } }: WrittenWindow): boolean => /^\d{4}/.test(text);
/** The text of a window. */
export const textOf = ({ rule: { text }, months, from, until, ...rest }: WrittenWindow): string =>
  `${text}${months === undefined || isOnce({ rule: { text }, months, from, until, ...rest } as WrittenWindow) ? '' : ` in ${months.map((month) => monthNames[month]).join(',')}`} ${clock(from)}-${clock(until)}`;

/** From when until when a window is open in the days around its date, by a look at every minute: what was left out begins with the first minute after it, and of two the first counts. */
export const walkedSpans = (one: WrittenWindow): (readonly [from: number, until: number])[] => {
  const minutes = table(one.zone, one.date);
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
    .filter(([from, until]) => until > from);
};
