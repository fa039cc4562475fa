import {
  addDays,
  type CivilDay,
  type CivilTime,
  daysBetween,
  daysInMonth,
  parseDay,
  weekdayOf,
} from '../../platform/civil-time.ts';
import type { DayRule, Recurrence } from './types.ts';

// Windows as people in plants say them: "2nd Sunday 06-10", "last Friday 22:00-04:00", "every 4 weeks from 2026-01-04
// 06-10", "day 15 00-06", "day last 00-06", "daily 01-02", "2026-12-24 06-18". One short language, read by one function; days of
// the week in each language of the console, kept and shown in English. A window that ends at or before its beginning ends on
// the next day; a day that a month does not have is left out.

export type Occurrence = { readonly from: number; readonly until: number };

/** From Sunday: English, Russian with its accusative, Kazakh; and their short forms of two letters, which mean the same day in both. */
const weekdayNames = [
  ['sunday', 'воскресенье', 'жексенбі', 'вс', 'жс'],
  ['monday', 'понедельник', 'дүйсенбі', 'пн', 'дс'],
  ['tuesday', 'вторник', 'сейсенбі', 'вт', 'сс'],
  ['wednesday', 'среда', 'среду', 'сәрсенбі', 'ср'],
  ['thursday', 'четверг', 'бейсенбі', 'чт', 'бс'],
  ['friday', 'пятница', 'пятницу', 'жұма', 'пт', 'жм'],
  ['saturday', 'суббота', 'субботу', 'сенбі', 'сб'],
] as const;
const shortest = 3;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const nthWords: Readonly<Record<string, number>> = { '1st': 1, '2nd': 2, '3rd': 3, '4th': 4, last: 5 };
const minutesOfDay = 1_440;
/** Longest text, and longest one-off window. */
const maxRecurrence = 200;
const maxDays = 92;

const weekdayIn = (word: string): number | undefined => {
  const at = weekdayNames.findIndex((names) =>
    names.some((name) => name === word || (word.length >= shortest && name.startsWith(word))),
  );
  return at === -1 ? undefined : at;
};

/** In the order of their numbers, each once. */
const inOrder = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

const all = <T>(words: readonly string[], read: (word: string) => T | undefined): T[] | undefined => {
  const found = words.map(read);
  return found.length > 0 && found.every((one) => one !== undefined) ? (found as T[]) : undefined;
};

const minutesIn = (text: string): number | undefined => {
  const match = /^(\d{1,2})(?::(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2] ?? 0);
  return Number(match[2] ?? 0) < 60 && minutes <= minutesOfDay ? minutes : undefined;
};

const ruleIn = (words: readonly string[]): DayRule | undefined => {
  const [first = '', second = '', ...rest] = words;
  if (first === 'daily' && words.length === 1) return { type: 'daily' };
  if (first === 'day' && second === 'last' && words.length === 2) return { type: 'month-end' };
  if (first === 'day' && words.length === 2 && /^([1-9]|[12]\d|3[01])$/.test(second))
    return { type: 'month-day', monthDay: Number(second) };
  if (first === 'every' && /^([1-9]|[1-4]\d|5[0-2])$/.test(second)) {
    const from = parseDay(rest[2] ?? '');
    const isGiven = /^weeks?$/.test(rest[0] ?? '') && rest[1] === 'from' && rest.length === 3;
    return isGiven && from !== undefined ? { type: 'every-weeks', weeks: Number(second), from } : undefined;
  }
  if (first === 'every' && words.length === 2) {
    const named = all(second.split(','), weekdayIn);
    return named && { type: 'weekly', weekdays: inOrder(named) };
  }
  const nths = all(first.split(','), (word) => nthWords[word]);
  const weekday = weekdayIn(second);
  if (nths !== undefined && weekday !== undefined && words.length === 2)
    return { type: 'nth', nths: inOrder(nths), weekday };
  const day = parseDay(first);
  if (day === undefined) return undefined;
  if (words.length === 1) return { type: 'once', day, days: 0 };
  const end = second === 'to' && rest.length === 1 ? parseDay(rest[0] ?? '') : undefined;
  const days = end === undefined ? -1 : daysBetween(day, end);
  return days >= 0 && days <= maxDays ? { type: 'once', day, days } : undefined;
};

/** Reads a window; undefined for what is none. */
export const parseRecurrence = (text: string): Recurrence | undefined => {
  if (text.length > maxRecurrence) return undefined;
  const words = text.normalize('NFC').toLowerCase().trim().split(/\s+/);
  const hours = /^(.+)-(.+)$/.exec(words.pop() ?? '');
  const [from, to] = [minutesIn(hours?.[1] ?? ''), minutesIn(hours?.[2] ?? '')];
  if (from === undefined || to === undefined || from === minutesOfDay) return undefined;
  const at = words.indexOf('in');
  const named = at === -1 ? [] : all((words[at + 1] ?? '').split(','), (word) => months.indexOf(word) + 1 || undefined);
  if (named === undefined || (at !== -1 && words.length !== at + 2)) return undefined;
  const rule = ruleIn(at === -1 ? words : words.slice(0, at));
  if (rule === undefined || (rule.type === 'once' && at !== -1)) return undefined;
  const days = rule.type === 'once' ? rule.days : 0;
  const until = days > 0 ? to + days * minutesOfDay : to <= from ? to + minutesOfDay : to;
  return until <= from ? undefined : { rule, months: inOrder(named), from, until };
};

const twoDigits = (number: number): string => String(number).padStart(2, '0');
const dayText = ({ year, month, day }: CivilDay): string => `${year}-${twoDigits(month)}-${twoDigits(day)}`;
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const minutesText = (minutes: number): string =>
  minutes % 60 === 0 ? twoDigits(minutes / 60) : `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
const weekdayText = (weekday: number): string => capital(weekdayNames[weekday]?.[0] ?? '');
const nthText = (nth: number): string => Object.keys(nthWords).find((word) => nthWords[word] === nth) ?? '';

const ruleText = (rule: DayRule): string => {
  switch (rule.type) {
    case 'once':
      return rule.days === 0 ? dayText(rule.day) : `${dayText(rule.day)} to ${dayText(addDays(rule.day, rule.days))}`;
    case 'daily':
      return 'daily';
    case 'weekly':
      // A week begins on Monday.
      return `every ${rule.weekdays
        .toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7))
        .map((one) => weekdayText(one).slice(0, shortest))
        .join(',')}`;
    case 'every-weeks':
      return `every ${rule.weeks} ${rule.weeks === 1 ? 'week' : 'weeks'} from ${dayText(rule.from)}`;
    case 'nth':
      return `${rule.nths.map(nthText).join(',')} ${weekdayText(rule.weekday)}`;
    case 'month-day':
      return `day ${rule.monthDay}`;
    case 'month-end':
      return 'day last';
  }
};

/** A window in the one form in which it is kept and shown: `parseRecurrence` reads it as the same. */
export const formatRecurrence = ({ rule, months: only, from, until }: Recurrence): string => {
  const end = until - (rule.type === 'once' ? rule.days : 0) * minutesOfDay;
  return [
    ruleText(rule),
    ...(only.length === 0 ? [] : [`in ${only.map((month) => capital(months[month - 1] ?? '')).join(',')}`]),
    `${minutesText(from)}-${minutesText(end > minutesOfDay ? end - minutesOfDay : end)}`,
  ].join(' ');
};

const isNth = (day: CivilDay, nths: readonly number[]): boolean => {
  const isLast = day.day + 7 > daysInMonth(day.year, day.month);
  return nths.includes(Math.ceil(day.day / 7)) && Math.ceil(day.day / 7) < 5 ? true : nths.includes(5) && isLast;
};

/** Whether a window begins on a day. */
export const isOn = ({ rule, months: only }: Recurrence, day: CivilDay): boolean => {
  if (only.length > 0 && !only.includes(day.month)) return false;
  switch (rule.type) {
    case 'once':
      return daysBetween(rule.day, day) === 0;
    case 'daily':
      return true;
    case 'weekly':
      return rule.weekdays.includes(weekdayOf(day));
    case 'every-weeks': {
      const days = daysBetween(rule.from, day);
      return days >= 0 && days % (rule.weeks * 7) === 0;
    }
    case 'nth':
      return weekdayOf(day) === rule.weekday && isNth(day, rule.nths);
    case 'month-day':
      return day.day === rule.monthDay;
    case 'month-end':
      return day.day === daysInMonth(day.year, day.month);
  }
};

/** Occurrences that end after `from` and begin before `until`, in order; at most `most`. Looks at most at 11 years of days. */
export const occurrences = (
  recurrence: Recurrence,
  time: CivilTime,
  span: { readonly from: number; readonly until: number; readonly most: number },
): Occurrence[] => {
  const found: Occurrence[] = [];
  const longest = Math.ceil(recurrence.until / minutesOfDay) + 1;
  const last = time.dayAt(span.until);
  let day = addDays(time.dayAt(span.from), -longest);
  for (let looked = 0; looked < 4_100 && daysBetween(day, last) >= 0 && found.length < span.most; looked += 1) {
    if (isOn(recurrence, day)) {
      const occurrence = { from: time.toMs(day, recurrence.from), until: time.toMs(day, recurrence.until) };
      const isIn = occurrence.until > span.from && occurrence.from < span.until;
      if (isIn && occurrence.until > occurrence.from) found.push(occurrence);
    }
    day = addDays(day, 1);
  }
  return found;
};
