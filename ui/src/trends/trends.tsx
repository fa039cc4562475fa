import { Empty, Panel } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { type Column, column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { daysInDoubt, TrendLine, trendValue, trendWords, valuesOf } from './trend-line.tsx';
import { type Trend, type TrendDay, trendPeriods } from './types.ts';

type TrendsProps = {
  readonly ctx: Ctx;
  readonly period: (typeof trendPeriods)[number];
  readonly days: readonly TrendDay[];
  readonly trends: readonly Trend[];
};

/** The list that has what a statistic counts now. */
const listOf: Readonly<Record<string, string>> = {
  'act-open': paths.vulnerabilities({ decision: 'act' }),
  'devices-heard': paths.devices({ sort: 'seen' }),
  'oldest-advisories': paths.exchangeReceive(),
};

const TrendPanel = ({ ctx, trend, days }: { ctx: Ctx; trend: Trend; days: readonly TrendDay[] }) => {
  const last = valuesOf(trend).at(-1);
  const list = listOf[trend.name];
  return (
    <Panel
      span={6}
      title={ctx.tDynamic(`trends.${trend.name}`)}
      context={last === undefined ? undefined : trendValue(ctx, trend.unit, last.value)}
      link={list === undefined ? undefined : <To href={list}>{ctx.t('trends.list')}</To>}
      body
    >
      <p class="second">{ctx.tDynamic(`trends.${trend.name}.how`)}</p>
      {last === undefined ? (
        <p>{ctx.t(trend.kept.length === 0 ? 'trends.notKeptYet' : 'trends.nothingYet')}</p>
      ) : (
        <>
          <TrendLine ctx={ctx} trend={trend} days={days} wide />
          <p class="second">{trendWords(ctx, trend, days)}</p>
        </>
      )}
    </Panel>
  );
};

type Row = TrendDay & { readonly values: ReadonlyMap<string, number | null>; readonly isInDoubt: boolean };

const columnsOf = (ctx: Ctx, trends: readonly Trend[]): readonly Column<Row>[] => [
  {
    key: 'day',
    label: ctx.t('trends.day'),
    rec: 'a',
    cell: ({ at, isInDoubt }) => (
      <>
        <Time at={at} form="date" />
        {isInDoubt ? <Tag>{ctx.t('trends.dateInDoubt')}</Tag> : null}
      </>
    ),
  },
  ...trends.map(
    ({ name, unit }): Column<Row> =>
      column(name, ctx.tDynamic(`trends.${name}`), { num: true }, ({ values }) => {
        const value = values.get(name);
        if (value === undefined) return <span class="dim">{ctx.t('trends.notKept')}</span>;
        return value === null ? <span class="dim">{ctx.t('trends.nothing')}</span> : trendValue(ctx, unit, value);
      }),
  ),
];

/** What is kept of the site day by day: a line for each statistic, and every day as a row. */
export const Trends = ({ ctx, period, days, trends }: TrendsProps) => {
  const since = trends.flatMap((trend) => trend.since ?? []).sort()[0];
  const kept = new Set(trends.flatMap((trend) => trend.kept.map(({ day }) => day)));
  const inDoubt = daysInDoubt(trends);
  const byName = new Map(trends.map((trend) => [trend.name, new Map(trend.kept.map((one) => [one.day, one.value]))]));
  const rows: Row[] = days.toReversed().flatMap((day) => {
    if (since === undefined || day.day < since) return [];
    const values = [...byName].flatMap(([name, of]): [string, number | null][] => {
      const value = of.get(day.day);
      return value === undefined ? [] : [[name, value]];
    });
    return [{ ...day, values: new Map(values), isInDoubt: inDoubt.has(day.day) }];
  });
  return (
    <Page
      ctx={ctx}
      title={ctx.t('trends.title')}
      sub={
        since === undefined
          ? ctx.t('trends.sinceNever')
          : ctx.t('trends.since', {
              // Noon anywhere is the same day nearly everywhere; the rows have the site's own.
              at: ctx.fmt.date(days.find(({ day }) => day === since)?.at ?? `${since}T12:00:00Z`),
              kept: ctx.fmt.number(kept.size),
              days: ctx.fmt.number(period),
            })
      }
    >
      {trends.length === 0 ? (
        <Panel>
          <Empty title={ctx.t('trends.none')}>{ctx.t('trends.noneWhy')}</Empty>
        </Panel>
      ) : (
        <>
          <div class="row">
            <nav class="seg" aria-label={ctx.t('trends.period')}>
              {trendPeriods.map((one) => (
                <a href={paths.trends({ days: String(one) })} aria-current={one === period ? 'true' : undefined}>
                  {ctx.t('trends.lastDays', { n: one })}
                </a>
              ))}
            </nav>
          </div>
          {inDoubt.size === 0 ? null : <p>{ctx.t('trends.inDoubtWhy', { days: ctx.fmt.number(inDoubt.size) })}</p>}
          <div class="grid">
            {trends.map((trend) => (
              <TrendPanel ctx={ctx} trend={trend} days={days} />
            ))}
            <Panel title={ctx.t('trends.table')}>
              {rows.length === 0 ? (
                <Empty title={ctx.t('trends.sinceNever')}>{ctx.t('trends.sinceNeverWhy')}</Empty>
              ) : (
                <DataTable
                  caption={ctx.t('trends.table')}
                  columns={columnsOf(ctx, trends)}
                  rows={rows}
                  records="labelled"
                />
              )}
            </Panel>
          </div>
        </>
      )}
    </Page>
  );
};
