import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { Meter } from './chart.tsx';
import { Status } from './status.tsx';
import { DataTable } from './table.tsx';
import { Time } from './text.tsx';

export type KnowledgeRow = {
  readonly feed: string;
  readonly newest?: When | undefined;
  readonly importedAt: When;
  readonly ageDays?: number | undefined;
  readonly limitDays: number;
};

const longestDays = 120;

/** Age of every source of knowledge against its limit. */
export const KnowledgeTable = ({ ctx, knowledge }: { ctx: Ctx; knowledge: readonly KnowledgeRow[] }) => {
  const scale = Math.max(
    30,
    ...knowledge.map((row) => Math.min(longestDays, Math.max(row.ageDays ?? 0, row.limitDays))),
  );
  return (
    <DataTable
      ctx={ctx}
      caption={ctx.t('overview.knowledge')}
      rows={knowledge}
      columns={[
        {
          key: 'feed',
          label: ctx.t('overview.source'),
          head: true,
          any: true,
          cell: (row) => (
            <a href={paths.vulnerabilities({ feed: row.feed })} translate="no">
              {row.feed}
            </a>
          ),
        },
        {
          key: 'newest',
          label: ctx.t('exchange.newest'),
          cell: (row) => (row.newest === undefined ? '–' : <Time ctx={ctx} at={row.newest} form="date" />),
        },
        {
          key: 'imported',
          label: ctx.t('exchange.importedAt'),
          hideNarrow: true,
          cell: (row) => <Time ctx={ctx} at={row.importedAt} />,
        },
        {
          key: 'bar',
          label: <span class="vh">{ctx.t('overview.bar')}</span>,
          hideNarrow: true,
          cell: (row) =>
            row.ageDays === undefined ? null : <Meter value={row.ageDays} limit={row.limitDays} scale={scale} />,
        },
        {
          key: 'age',
          label: ctx.t('exchange.ageDays'),
          num: true,
          cell: (row) =>
            row.ageDays === undefined ? (
              '–'
            ) : row.ageDays > row.limitDays ? (
              <Status ctx={ctx} level="warning">
                {ctx.fmt.number(Math.floor(row.ageDays))}
              </Status>
            ) : (
              ctx.fmt.number(Math.floor(row.ageDays))
            ),
        },
        {
          key: 'limit',
          label: ctx.t('overview.limit'),
          num: true,
          cell: (row) => <span class="dim">{ctx.fmt.number(row.limitDays)}</span>,
        },
      ]}
    />
  );
};
