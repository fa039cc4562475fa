import { type Actor, hasRight } from '../../engine/objects/types.ts';
import { addDays, civilTime } from '../../platform/civil-time.ts';
import type { Database } from '../../platform/database.ts';
import { dayText } from './keep.ts';
import { trendStore } from './store.ts';
import type { Statistic, Trends } from './types.ts';

export type TrendService = {
  /** The statistics that the reader may see over the whole site, for so many days up to today (1 to `keptDays`). */
  list(reader: Actor, days: number): Trends;
};

const noon = 12 * 60;

/** What was kept of each statistic, day by day. */
export function trendService(parts: {
  readonly db: Database;
  readonly statistics: readonly Statistic[];
  readonly timeZone: () => string;
  readonly clock: () => number;
}): TrendService {
  const store = trendStore(parts.db);
  return {
    list: (reader, days) => {
      const civil = civilTime(parts.timeZone());
      const today = civil.dayAt(parts.clock());
      const all = Array.from({ length: days }, (_, n) => {
        const day = addDays(today, n + 1 - days);
        return { day: dayText(day), at: civil.toMs(day, noon) };
      });
      return {
        days: all,
        trends: parts.statistics
          .filter(({ right }) => hasRight(reader, right))
          .map(({ name, unit }) => ({
            name,
            unit,
            since: store.first(name),
            kept: store.from(name, all[0]?.day ?? '', dayText(today)),
          })),
      };
    },
  };
}
