import { addDays, type CivilDay, civilTime } from '../../platform/civil-time.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { trendStore } from './store.ts';
import { keptDays, type Statistic } from './types.ts';

/** `YYYY-MM-DD` */
export function dayText({ year, month, day }: CivilDay): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/**
 * Measures every statistic and keeps it as the value of today by the site's calendar, in place of an earlier one of today; drops
 * days past their time. Called by a job: measuring may take seconds.
 */
export function keepToday(parts: {
  readonly db: Database;
  readonly statistics: readonly Statistic[];
  readonly timeZone: string;
  readonly nowMs: number;
}): { kept: number } {
  const { db, statistics, nowMs } = parts;
  const store = trendStore(db);
  const today = civilTime(parts.timeZone).dayAt(nowMs);
  const values = statistics.map(({ name, measure }) => ({ name, value: measure() }));
  immediate(db, () => {
    for (const { name, value } of values) store.put(name, dayText(today), value);
    store.dropBefore(dayText(addDays(today, -keptDays)));
  });
  return { kept: values.length };
}
