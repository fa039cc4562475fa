import { addDays, type CivilDay, civilTime } from '../../platform/civil-time.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type { TimeReading } from '../../platform/site-clock.ts';
import { trendStore } from './store.ts';
import { keptDays, type Statistic } from './types.ts';

/** `YYYY-MM-DD` */
export function dayText({ year, month, day }: CivilDay): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

type Moment = Pick<TimeReading, 'nowMs' | 'believedMs' | 'doubt'>;

/**
 * Measures every statistic and keeps it as the value of today by the site's calendar, in place of an earlier one of today; drops
 * days past their time. Called by a job: measuring may take seconds. The date is in doubt while the clock is, where what counts as
 * the time has another date than the clock that is believed, and of days that lie ahead since the clock was set back.
 */
export function keepToday(parts: {
  readonly db: Database;
  readonly statistics: readonly Statistic[];
  readonly timeZone: string;
  readonly moment: Moment;
}): { kept: number } {
  const { db, statistics, moment } = parts;
  const store = trendStore(db);
  const { dayAt } = civilTime(parts.timeZone);
  const today = dayAt(moment.nowMs);
  const isInDoubt = moment.doubt !== undefined || dayText(dayAt(moment.believedMs)) !== dayText(today);
  const values = statistics.map(({ name, measure }) => ({ name, value: measure() }));
  immediate(db, () => {
    for (const { name, value } of values) store.put(name, dayText(today), value, isInDoubt);
    // A day more: the time zone of the site may have been set meanwhile.
    store.doubtAfter(dayText(addDays(today, 1)));
    store.dropBefore(dayText(addDays(today, -keptDays)));
  });
  return { kept: values.length };
}
