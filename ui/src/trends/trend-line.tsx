import { DayLine } from '../components/chart.tsx';
import type { Ctx } from '../context.ts';
import type { Trend, TrendDay } from './types.ts';

/** A value as people read it. */
export function trendValue(ctx: Ctx, unit: Trend['unit'], value: number): string {
  if (unit === 'percent') return ctx.fmt.percent(value / 100);
  return unit === 'days' ? ctx.t('trends.days', { n: ctx.fmt.number(value) }) : ctx.fmt.number(value);
}

/** The days with a value, oldest first. */
export function valuesOf({ kept }: Trend): readonly { readonly day: string; readonly value: number }[] {
  return kept.flatMap(({ day, value }) => (value === null ? [] : [{ day, value }]));
}

/** The days of which a value may be that of another day. */
export function daysInDoubt(trends: readonly Trend[]): ReadonlySet<string> {
  return new Set(trends.flatMap(({ kept }) => kept.flatMap(({ day, dateInDoubt }) => (dateInDoubt ? [day] : []))));
}

/** The period in a sentence: what the line shows to the eye. */
export function trendWords(ctx: Ctx, trend: Trend, days: readonly TrendDay[]): string {
  const found = valuesOf(trend);
  const shown = (value: number | undefined): string => (value === undefined ? '–' : trendValue(ctx, trend.unit, value));
  const values = found.map(({ value }) => value);
  const inDoubt = daysInDoubt([trend]).size;
  const words = ctx.t('trends.words', {
    days: ctx.fmt.number(days.length),
    kept: ctx.fmt.number(found.length),
    first: shown(values[0]),
    last: shown(values.at(-1)),
    least: shown(values.length === 0 ? undefined : Math.min(...values)),
    most: shown(values.length === 0 ? undefined : Math.max(...values)),
  });
  return inDoubt === 0 ? words : `${words} ${ctx.t('trends.inDoubt', { days: ctx.fmt.number(inDoubt) })}`;
}

/** The line of a statistic over the days of a period. */
export const TrendLine = ({
  ctx,
  trend,
  days,
  wide,
}: {
  ctx: Ctx;
  trend: Trend;
  days: readonly TrendDay[];
  wide?: boolean;
}) => {
  const byDay = new Map(valuesOf(trend).map(({ day, value }) => [day, value]));
  const most = trend.unit === 'percent' ? 100 : Math.max(0, ...byDay.values());
  return (
    <DayLine
      values={days.map(({ day }) => byDay.get(day))}
      most={most}
      label={trendWords(ctx, trend, days)}
      {...(wide === undefined ? {} : { wide })}
    />
  );
};
