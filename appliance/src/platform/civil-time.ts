// Wall-clock time of a place and back, with nothing but Intl. A wall-clock time that a change of the clocks skips is the
// moment at which the clocks were put on; one that comes twice is the first of the two.

/** A day as people write it; `month` from 1. */
export type CivilDay = { readonly year: number; readonly month: number; readonly day: number };

const dayMs = 86_400_000;
const formats = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

/** Reads and writes wall-clock times of a zone; RangeError for a zone that does not exist. */
export const civilTime = (timeZone: string) => {
  const format = formats(timeZone);
  /** The wall clock at a moment, as if it were UTC. */
  const wallAt = (ms: number): number => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const offsetAt = (ms: number): number => wallAt(ms) - Math.floor(ms / 1_000) * 1_000;
  return {
    dayAt: (ms: number): CivilDay => {
      const date = new Date(wallAt(ms));
      return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    },
    minuteAt: (ms: number): number => Math.floor((((wallAt(ms) % dayMs) + dayMs) % dayMs) / 60_000),
    /** The moment at which the wall clock of a day shows so many minutes. */
    toMs: ({ year, month, day }: CivilDay, minutes: number): number => {
      const wall = Date.UTC(year, month - 1, day) + minutes * 60_000;
      const [early, late] = [wall - offsetAt(wall - dayMs), wall - offsetAt(wall + dayMs)].sort((a, b) => a - b) as [
        number,
        number,
      ];
      for (const moment of [early, late]) if (wallAt(moment) === wall) return moment;
      // Skipped: by halving, the first moment whose wall clock is past it.
      let [before, after] = [early - dayMs / 8, late + dayMs / 8];
      while (after - before > 1_000) {
        const middle = Math.floor((before + after) / 2_000) * 1_000;
        if (wallAt(middle) > wall) after = middle;
        else before = middle;
      }
      return after;
    },
  };
};

export type CivilTime = ReturnType<typeof civilTime>;

const utc = ({ year, month, day }: CivilDay): Date => new Date(Date.UTC(year, month - 1, day));

/** The day so many days later. */
export const addDays = (day: CivilDay, days: number): CivilDay => {
  const date = new Date(utc(day).getTime() + days * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
};

/** 0 is Sunday. */
export const weekdayOf = (day: CivilDay): number => utc(day).getUTCDay();

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Whole days from one to the other. */
export const daysBetween = (from: CivilDay, to: CivilDay): number =>
  Math.round((utc(to).getTime() - utc(from).getTime()) / dayMs);

/** `YYYY-MM-DD`; undefined for a day that does not exist. */
export const parseDay = (text: string): CivilDay | undefined => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isReal = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return isReal ? { year, month, day } : undefined;
};
