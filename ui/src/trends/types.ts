/** One statistic with the days of the period that were kept; null: there was nothing to measure on that day. */
export type Trend = {
  readonly name: string;
  readonly unit: 'count' | 'days' | 'percent';
  readonly since: string | null;
  readonly kept: readonly {
    readonly day: string;
    readonly value: number | null;
    /** It may be the value of another day: the clock was in doubt, or was set back since. */
    readonly dateInDoubt: boolean;
  }[];
};

/** `at`: noon of the day at the site, ms. */
export type TrendDay = { readonly day: string; readonly at: number };

/** Days up to today that can be looked at. */
export const trendPeriods = [30, 90, 400, 1_095] as const;
