import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

export type QueryState = 'running' | 'finished' | 'stopped' | 'expired';

export type QueryCounts = {
  readonly expected: number;
  readonly answered: number;
  readonly failed: number;
  readonly denylisted: number;
  readonly offline: number;
  readonly waiting: number;
  readonly rows: number;
};

export type QueryRow = {
  readonly id: string;
  readonly sql: string;
  readonly state: QueryState;
  readonly createdAt: When;
  readonly createdBy: string;
  readonly counts: QueryCounts;
};

type QueriesProps = { readonly ctx: Ctx; readonly rows: readonly QueryRow[] };

const levels = { running: 'running', finished: 'done', stopped: 'info', expired: 'not-visible' } as const;

/** The state of a live query as a whole. */
export const QueryMark = ({ ctx, state }: { ctx: Ctx; state: QueryState }) => (
  <Status level={levels[state]}>{ctx.t(`queries.state.${state}`)}</Status>
);

/** Live queries, the newest first. */
export const Queries = ({ ctx, rows }: QueriesProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.queries')}
    sub={ctx.t('queries.sub')}
    refreshSeconds={rows.some(({ state }) => state === 'running') ? 10 : undefined}
    actions={
      <LinkButton kind="primary" href={paths.queryNew()} needs="queries:write">
        {ctx.t('queries.new')}
      </LinkButton>
    }
  >
    <Panel>
      {rows.length === 0 ? (
        <Empty title={ctx.t('queries.none')}>{ctx.t('queries.noneWhy')}</Empty>
      ) : (
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('nav.queries')}
          rows={rows}
          records
          columns={[
            column('state', ctx.t('field.state'), { fit: true, rec: 'b' }, (row) => (
              <QueryMark ctx={ctx} state={row.state} />
            )),
            column('sql', ctx.t('queries.sql'), { any: true, rec: 'a' }, (row) => (
              <To class="name" href={paths.query(row.id)} translate="no">
                <code>{row.sql.length > 160 ? `${row.sql.slice(0, 160)}…` : row.sql}</code>
              </To>
            )),
            column('answered', ctx.t('queries.answered'), { num: true, rec: 'd' }, (row) =>
              ctx.t('queries.nOfM', { n: row.counts.answered, m: row.counts.expected }),
            ),
            { key: 'rows', label: ctx.t('common.rows'), num: true, cell: (row) => ctx.fmt.number(row.counts.rows) },
            column('by', ctx.t('common.by'), (row) => <span translate="no">{row.createdBy}</span>),
            column('at', ctx.t('common.time'), { rec: 'c' }, (row) => <Time at={row.createdAt} />),
          ]}
        />
      )}
    </Panel>
  </Page>
);
