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
// 06-10", "day 15 00-06", "daily 01-02", "2026-12-24 06-18". One short language, read by one function. A window that ends
// at or before its beginning ends on the next day; a day that a month does not have is left out.

export type Occurrence = { readonly from: number; readonly until: number };

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const nthWords: Readonly<Record<string, number>> = { '1st': 1, '2nd': 2, '3rd': 3, '4th': 4, last: 5 };
const minutesOfDay = 1_440;
/** Longest text, and longest one-off window. */
const maxRecurrence = 200;
const maxDays = 60;

const weekdayIn = (word: string): number | undefined => {
  const at = weekdays.findIndex((name) => name === word || (word.length >= 3 && name.startsWith(word)));
  return at === -1 ? undefined : at;
};

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
  if (first === 'day' && words.length === 2 && /^([1-9]|[12]\d|3[01])$/.test(second))
    return { type: 'month-day', monthDay: Number(second) };
  if (first === 'every' && /^([1-9]|[1-4]\d|5[0-2])$/.test(second)) {
    const from = parseDay(rest[2] ?? '');
    const isGiven = /^weeks?$/.test(rest[0] ?? '') && rest[1] === 'from' && rest.length === 3;
    return isGiven && from !== undefined ? { type: 'every-weeks', weeks: Number(second), from } : undefined;
  }
  if (first === 'every' && words.length === 2) {
    const named = all(second.split(','), weekdayIn);
    return named && { type: 'weekly', weekdays: named };
  }
  const nths = all(first.split(','), (word) => nthWords[word]);
  const weekday = weekdayIn(second);
  if (nths !== undefined && weekday !== undefined && words.length === 2) return { type: 'nth', nths, weekday };
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
  const words = text.toLowerCase().trim().split(/\s+/);
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
  return until <= from ? undefined : { rule, months: named, from, until };
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
