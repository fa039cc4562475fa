import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { Meter } from './chart.tsx';
import { Status } from './status.tsx';
import { type Column, DataTable } from './table.tsx';
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
export const Aged = ({ ctx, since }: { ctx: Ctx; since: string | undefined }) =>
  since === undefined ? null : (
    <Status ctx={ctx} level="warning">
      {ctx.t('exchange.goneSince', { date: ctx.fmt.date(since) })}
    </Status>
  );

const longestDays = 120;

/** The columns of every table of sources: which, how old as a bar and in days, and how old it may be. */
const ageColumns = <Row extends AgedSource>(
  ctx: Ctx,
  rows: readonly Row[],
  ageLabel: string,
): Readonly<Record<'feed' | 'bar' | 'age' | 'limit', Column<Row>>> => {
  const scale = Math.max(30, ...rows.map((row) => Math.min(longestDays, Math.max(row.ageDays ?? 0, row.limitDays))));
  return {
    feed: {
      key: 'feed',
      label: ctx.t('exchange.source'),
      head: true,
      any: true,
      cell: (row) => (
        <>
          <To ctx={ctx} href={paths.vulnerabilities({ feed: row.feed })} translate="no">
            {row.feed}
          </To>{' '}
          <Aged ctx={ctx} since={row.goneSince} />
        </>
      ),
    },
    bar: {
      key: 'bar',
      label: <span class="vh">{ctx.t('exchange.bar')}</span>,
      hideNarrow: true,
      cell: ({ ageDays, limitDays }) =>
        typeof ageDays === 'number' ? <Meter value={ageDays} limit={limitDays} scale={scale} /> : null,
    },
    age: {
      key: 'age',
      label: ageLabel,
      num: true,
      cell: ({ ageDays, limitDays }) => {
        if (ageDays === null) return '–';
        if (ageDays === undefined) {
          return (
            <Status ctx={ctx} level="warning">
              {ctx.t('coverage.noDate')}
            </Status>
          );
        }
        const days = ctx.fmt.number(Math.floor(ageDays));
        if (ageDays <= limitDays) return days;
        return (
          <Status ctx={ctx} level="warning">
            {days}
          </Status>
        );
      },
    },
    limit: {
      key: 'limit',
      label: ctx.t('exchange.limit'),
      num: true,
      cell: (row) => <span class="dim">{ctx.fmt.number(row.limitDays)}</span>,
    },
  };
};

/** The row of a source. */
export const sourceAnchor = (feed: string): string => `source-${feed}`;

/** Age of every source of knowledge against its limit. */
export const KnowledgeTable = ({ ctx, knowledge }: { ctx: Ctx; knowledge: readonly KnowledgeRow[] }) => {
  const { feed, bar, age, limit } = ageColumns(ctx, knowledge, ctx.t('exchange.ageDays'));
  const newest: Column<KnowledgeRow> = {
    key: 'newest',
    label: ctx.t('exchange.newest'),
    cell: (row) => (row.newest === undefined ? '–' : <Time ctx={ctx} at={row.newest} form="date" />),
  };
  const imported: Column<KnowledgeRow> = {
    key: 'imported',
    label: ctx.t('exchange.importedAt'),
    hideNarrow: true,
    cell: (row) => <Time ctx={ctx} at={row.importedAt} />,
  };
  return (
    <DataTable
      ctx={ctx}
      caption={ctx.t('exchange.knowledge')}
      rows={knowledge}
      columns={[feed, newest, imported, bar, age, limit]}
      anchor={(row) => sourceAnchor(row.feed)}
    />
  );
};
