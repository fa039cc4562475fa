import type { Trend, TrendDay } from '@sallyport/ui/trends/types';
import type { Right } from '../../engine/objects/types.ts';

// A statistic is one number of the whole site, measured on each day that the appliance runs and kept. A day on which nothing was
// measured has no value, and none is made up for it.

export const trendUnits = ['count', 'days', 'percent'] as const satisfies readonly Trend['unit'][];

/** Declared beside the feature that measures it, listed in `all-statistics.ts`. */
export type Statistic = {
  /** Of the words `trends.<name>` and `trends.<name>.how`. */
  readonly name: string;
  readonly unit: Trend['unit'];
  /** Who sees it, over the whole site. */
  readonly right: Right;
  /** The value now; null: there is nothing that it could be measured on. May take seconds. */
  readonly measure: () => number | null;
};

/** A day that was kept: the last value of it. */
export type KeptDay = Trend['kept'][number];

/** What a reader sees of a period, which ends today. */
export type Trends = {
  /** Every day of the period by the site's calendar, oldest first, and its noon, ms. */
  readonly days: readonly TrendDay[];
  readonly trends: readonly Trend[];
};

/**
 * How long a day is kept, and the longest period that can be asked for. A value is one number of the whole site and names no person; a
 * year of all statistics takes some 100 KiB, and wear is judged over years.
 */
export const keptDays = 3_660;
