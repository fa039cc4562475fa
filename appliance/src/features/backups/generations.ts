import { type CivilTime, daysBetween } from '../../platform/civil-time.ts';

/** How many of the newest days, weeks and months keep their last backup. */
type Generations = { days: number; weeks: number; months: number };

const epoch = { year: 1970, month: 1, day: 5 };

/**
 * Which backups no generation keeps: of each of the newest days, weeks and months that have one the last stays, and the newest of all.
 * Weeks begin on Monday.
 */
export function outOfGenerations<T extends { madeAt: number }>(
  backups: readonly T[],
  { days, weeks, months }: Generations,
  civil: CivilTime,
): T[] {
  const newestFirst = [...backups].sort((a, b) => b.madeAt - a.madeAt);
  const kept = new Set<T>(newestFirst.slice(0, 1));
  const keep = (most: number, spanOf: (madeAt: number) => string | number): void => {
    const spans = new Set<string | number>();
    for (const one of newestFirst) {
      const span = spanOf(one.madeAt);
      if (spans.has(span)) continue;
      if (spans.size === most) return;
      spans.add(span);
      kept.add(one);
    }
  };
  const dayOf = (madeAt: number): number => daysBetween(epoch, civil.dayAt(madeAt));
  keep(days, dayOf);
  keep(weeks, (madeAt) => Math.floor(dayOf(madeAt) / 7));
  keep(months, (madeAt) => {
    const { year, month } = civil.dayAt(madeAt);
    return `${year}-${month}`;
  });
  return newestFirst.filter((one) => !kept.has(one));
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const minutesOf = (at: string): number => {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  return hours * 60 + minutes;
};

/**
 * Whether the clock asks for a backup now: its time of a day has come since the last one began, or the last one failed an hour ago. `last`
 * of a site that never made one is when it was set up.
 */
export function isDue(
  now: number,
  last: { at: number; failed: boolean },
  { everyDays, at }: { everyDays: number; at: string },
  civil: CivilTime,
): boolean {
  if (everyDays === 0) return false;
  const today = civil.dayAt(now);
  const due = civil.toMs(today, minutesOf(at));
  if (last.failed) return now - last.at >= hourMs;
  if (now < due || last.at >= due) return false;
  return everyDays === 1 || daysBetween(civil.dayAt(last.at), today) >= everyDays;
}

/** When the schedule asks for a backup within a day, where nothing fails before; undefined: not within a day. */
export function dueWithinADay(
  now: number,
  last: { at: number },
  schedule: { everyDays: number; at: string },
  civil: CivilTime,
): number | undefined {
  return [now, now + dayMs]
    .map((day) => civil.toMs(civil.dayAt(day), minutesOf(schedule.at)))
    .find((at) => at > now && at <= now + dayMs && isDue(at, { at: last.at, failed: false }, schedule, civil));
}
