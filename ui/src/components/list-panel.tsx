import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import { type ListState, listParams } from '../list.ts';
import type { PageOf } from '../model.ts';
import { PostForm } from './form.tsx';
import { isFiltered, NoMatch, Pager, Toolbar } from './list-tools.tsx';
import { Panel } from './panel.tsx';
import { DataTable, type TableProps } from './table.tsx';

/**
 * A list whose rows people act on: above it what is selected and what may be done, below it paging in `order`; without
 * rows, that nothing matches the filter, or `empty`. The bulk form posts to `action` with the whole filter.
 */
export const ListPanel = <Row extends { readonly id: string; readonly name: string }>({
  ctx,
  list,
  page,
  table,
  order,
  bulk,
  nameOf = (row) => row.name,
  empty,
  children,
}: {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<Row>;
  readonly table: Pick<TableProps<Row>, 'caption' | 'columns' | 'order'>;
  readonly order: string;
  readonly bulk: { readonly form: string; readonly action: string; readonly actions: Child };
  /** Label for screen readers of the box of a row; its name by default. */
  readonly nameOf?: (row: Row) => string;
  readonly empty: Child;
  readonly children?: Child;
}) => (
  <Panel foot={<Pager ctx={ctx} list={list} next={page.next} last={page.rows.at(-1)?.name} order={order} />}>
    <PostForm ctx={ctx} action={bulk.action} id={bulk.form}>
      {listParams(list).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </PostForm>
    <Toolbar
      ctx={ctx}
      count={ctx.t('list.shown', { shown: page.rows.length, n: page.total })}
      bulk={{ list, total: page.total, shown: page.rows.length, actions: bulk.actions }}
    >
      {children}
    </Toolbar>
    {page.rows.length > 0 ? (
      <DataTable
        ctx={ctx}
        {...table}
        list={list}
        rows={page.rows}
        records
        select={{
          form: bulk.form,
          id: (row) => row.id,
          label: (row) => ctx.t('list.selectRow', { name: nameOf(row) }),
        }}
      />
    ) : isFiltered(list) ? (
      <NoMatch ctx={ctx} list={list} />
    ) : (
      empty
    )}
  </Panel>
);
