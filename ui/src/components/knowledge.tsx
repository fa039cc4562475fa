import { sourceAnchor } from '../anchors.ts';
import { type Ctx, useCtx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { Meter } from './chart.tsx';
import { Status } from './status.tsx';
import { type Column, column, DataTable } from './table.tsx';
import { Time, To } from './text.tsx';

/** A source and how old its newest record is; without an age nothing is known of it. */
type AgedSource = {
  readonly feed: string;
  readonly ageDays?: number | null | undefined;
  readonly limitDays: number;
  /** Since when no bundle has it. */
  readonly goneSince?: string | undefined;
};

export type KnowledgeRow = AgedSource & {
  readonly ageDays?: number | undefined;
  readonly newest?: When | undefined;
  readonly importedAt: When;
};

/** That no bundle brings it any more, and since when. */
export const Aged = ({ since }: { since: string | undefined }) => {
  const ctx = useCtx();
  return since === undefined ? null : (
    <Status level="warning">{ctx.t('exchange.goneSince', { date: ctx.fmt.date(since) })}</Status>
  );
};

const longestDays = 120;

/** The columns of every table of sources: which, how old as a bar and in days, and how old it may be. */
const ageColumns = <Row extends AgedSource>(
  ctx: Ctx,
  rows: readonly Row[],
  ageLabel: string,
): Readonly<Record<'feed' | 'bar' | 'age' | 'limit', Column<Row>>> => {
  const scale = Math.max(30, ...rows.map((row) => Math.min(longestDays, Math.max(row.ageDays ?? 0, row.limitDays))));
  return {
    feed: column('feed', ctx.t('common.source'), { head: true, any: true }, (row) => (
      <>
        <To href={paths.vulnerabilities({ feed: row.feed })} translate="no">
          {row.feed}
        </To>{' '}
        <Aged since={row.goneSince} />
      </>
    )),
    bar: column(
      'bar',
      <span class="vh">{ctx.t('exchange.bar')}</span>,
      { hideNarrow: true },
      ({ ageDays, limitDays }) =>
        typeof ageDays === 'number' ? <Meter value={ageDays} limit={limitDays} scale={scale} /> : null,
    ),
    age: column('age', ageLabel, { num: true }, ({ ageDays, limitDays }) => {
      if (ageDays === null) return '–';
      if (ageDays === undefined) {
        return <Status level="warning">{ctx.t('coverage.noDate')}</Status>;
      }
      const days = ctx.fmt.number(Math.floor(ageDays));
      if (ageDays <= limitDays) return days;
      return <Status level="warning">{days}</Status>;
    }),
    limit: column('limit', ctx.t('exchange.limit'), { num: true }, (row) => (
      <span class="dim">{ctx.fmt.number(row.limitDays)}</span>
    )),
  };
};

/** Age of every source of knowledge against its limit. */
export const KnowledgeTable = ({ knowledge }: { knowledge: readonly KnowledgeRow[] }) => {
  const ctx = useCtx();
  const { feed, bar, age, limit } = ageColumns(ctx, knowledge, ctx.t('exchange.ageDays'));
  const newest: Column<KnowledgeRow> = column('newest', ctx.t('exchange.newest'), (row) =>
    row.newest === undefined ? '–' : <Time at={row.newest} form="date" />,
  );
  const imported: Column<KnowledgeRow> = column(
    'imported',
    ctx.t('exchange.importedAt'),
    { hideNarrow: true },
    (row) => <Time at={row.importedAt} />,
  );
  return (
    <DataTable
      caption={ctx.t('exchange.knowledge')}
      rows={knowledge}
      columns={[feed, newest, imported, bar, age, limit]}
      anchor={(row) => sourceAnchor(row.feed)}
    />
  );
};
