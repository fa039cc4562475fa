import type { When } from '../model.ts';
import type { Lang } from './types.ts';

// Numbers, times and sizes as people of the language write them. `Intl` does what it does well; units come from the
// catalogue, because `Intl` writes Kazakh megabytes with a Latin M.

const locales: Readonly<Record<Lang, string>> = { kk: 'kk', ru: 'ru', en: 'en-GB' };
const numberLocales: Readonly<Record<Lang, string>> = { kk: 'kk', ru: 'ru', en: 'en' };

export type UnitWords = {
  readonly bytes: readonly [string, string, string, string, string];
  readonly second: string;
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly perSecond: string;
};

export type Formatters = {
  number(value: number): string;
  /** 0.94 becomes 94 %. */
  percent(value: number): string;
  bytes(value: number): string;
  rate(bytesPerSecond: number): string;
  date(at: When): string;
  dateTime(at: When): string;
  /** From one moment to another; a day that both have is printed once. */
  period(from: When, until: When): string;
  /** From one day to another. */
  dates(from: When, until: When): string;
  /** Without the year, for lines of a shift or a diagram. */
  dayTime(at: When): string;
  day(at: When): string;
  time(at: When): string;
  /** Time between then and now: minutes and hours to 48 h, then days. */
  age(at: When): string;
  duration(ms: number): string;
  /** `UTC+5` */
  offset(at: When): string;
  iso(at: When): string;
};

const toMs = (at: When): number => (typeof at === 'number' ? at : Date.parse(at));
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nbsp = '\u00a0';

/** A date breaks between its parts and not within one: "26 нояб." and "2026 г." stay together. */
const kept = (date: string): string => date.replace(/(\d) (?=\p{L})/gu, `$1${nbsp}`);

/** The plural rules of a language. */
export const pluralRules = (lang: Lang): Intl.PluralRules => new Intl.PluralRules(numberLocales[lang]);

// Making one of `Intl` takes longer than most of what a page says with it.
const numbersHeld = new Map<Lang, Record<'plain' | 'short' | 'percents', Intl.NumberFormat>>();
const datesHeld = new Map<string, Intl.DateTimeFormat>();

const numbersOf = (lang: Lang): Record<'plain' | 'short' | 'percents', Intl.NumberFormat> => {
  const locale = numberLocales[lang];
  const held = numbersHeld.get(lang) ?? {
    plain: new Intl.NumberFormat(locale),
    short: new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }),
    percents: new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }),
  };
  numbersHeld.set(lang, held);
  return held;
};

const datesOf = (lang: Lang, timeZone: string, extra: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const name = `${lang} ${timeZone} ${JSON.stringify(extra)}`;
  const held = datesHeld.get(name) ?? new Intl.DateTimeFormat(locales[lang], { timeZone, hourCycle: 'h23', ...extra });
  datesHeld.set(name, held);
  return held;
};

/** Formatters for a language, a time zone and a moment that ages are counted from. */
export const formatters = (options: { lang: Lang; timeZone: string; nowMs: number; units: UnitWords }): Formatters => {
  const { lang, timeZone, nowMs, units } = options;
  const { plain, short, percents } = numbersOf(lang);
  const lazy = (extra: Intl.DateTimeFormatOptions) => {
    let format: Intl.DateTimeFormat | undefined;
    return (at: When): string => {
      const ms = toMs(at);
      if (Number.isNaN(ms)) return '–';
      format ??= datesOf(lang, timeZone, extra);
      return kept(format.format(ms));
    };
  };
  const lazyRange = (extra: Intl.DateTimeFormatOptions) => {
    let format: Intl.DateTimeFormat | undefined;
    return (from: When, until: When): string => {
      const [first, last] = [toMs(from), toMs(until)];
      if (Number.isNaN(first) || Number.isNaN(last)) return '–';
      format ??= datesOf(lang, timeZone, extra);
      // Kazakh has a hyphen where the others have a dash.
      return kept(format.formatRange(first, last).replace(' - ', ' – '));
    };
  };
  const day = { day: 'numeric', month: 'short' } as const;
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const zone = lazy({ timeZoneName: 'shortOffset', hour: 'numeric' });
  const number = (value: number): string => plain.format(value);
  const bytes = (value: number): string => {
    let rest = Math.abs(value);
    let unit = 0;
    // Decimal steps, as media and disks are sold.
    while (rest >= 999.5 && unit < 4) {
      rest /= 1_000;
      unit += 1;
    }
    return `${short.format(value < 0 ? -rest : rest)}${nbsp}${units.bytes[unit]}`;
  };
  const duration = (ms: number): string => {
    const positive = Math.max(0, ms);
    if (positive < minuteMs) return `${number(Math.floor(positive / 1_000))}${nbsp}${units.second}`;
    if (positive < hourMs) return `${number(Math.floor(positive / minuteMs))}${nbsp}${units.minute}`;
    if (positive < 2 * dayMs) return `${number(Math.floor(positive / hourMs))}${nbsp}${units.hour}`;
    return `${number(Math.floor(positive / dayMs))}${nbsp}${units.day}`;
  };
  return {
    number,
    percent: (value) => percents.format(value),
    bytes,
    rate: (value) => `${bytes(value)}${units.perSecond}`,
    date: lazy({ ...day, year: 'numeric' }),
    dateTime: lazy({ ...day, year: 'numeric', ...clock }),
    period: lazyRange({ ...day, year: 'numeric', ...clock }),
    dates: lazyRange({ ...day, year: 'numeric' }),
    dayTime: lazy({ ...day, ...clock }),
    day: lazy(day),
    time: lazy(clock),
    age: (at) => (Number.isNaN(toMs(at)) ? '–' : duration(nowMs - toMs(at))),
    duration,
    offset: (at) => /(?:GMT|UTC)[+−-]?[\d:]*/.exec(zone(at))?.[0].replace('GMT', 'UTC') ?? 'UTC',
    iso: (at) => {
      const ms = toMs(at);
      return Number.isNaN(ms) ? '' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
    },
  };
};
