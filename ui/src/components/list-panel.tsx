import type { Child } from 'hono/jsx';
import { useCtx } from '../context.ts';
import { type ListState, listParams } from '../list.ts';
import { PostForm } from './form.tsx';
import {
  BulkBar,
  ColumnPicker,
  type Filtering,
  Filters,
  foundText,
  isFiltered,
  ListFoot,
  NoMatch,
  type PickableColumn,
  shownColumns,
} from './list-tools.tsx';
import { ListViews } from './list-views.tsx';
import { Panel } from './panel.tsx';
import { type Column, DataTable, type TableProps } from './table.tsx';

/** A page of rows; how many there are in all is absent where nothing counts them. */
type ListedPage<Row> = {
  readonly rows: readonly Row[];
  readonly total?: number | undefined;
  readonly next?: string | undefined;
};

type ListPanelProps<Row> = {
  readonly list: ListState;
  readonly page: ListedPage<Row>;
  /** What the list is filtered by, and what its search field asks for. */
  readonly filters?: Filtering | Parameters<typeof Filters>[0]['filters'];
  readonly search?: string;
  /** Columns that can be picked, where the table has only those that are; by default those of the table. */
  readonly columns?: readonly PickableColumn[];
  /** Right of the filter. */
  readonly tools?: Child;
  readonly table?: Pick<TableProps<Row>, 'caption' | 'columns' | 'order' | 'open' | 'isCurrent' | 'group' | 'records'>;
  /** The order in words. */
  readonly order?: string;
  /** People act on rows: the form of the selection, where it is sent to, and what can be done. */
  readonly bulk?: {
    readonly form: string;
    readonly action: string;
    readonly id: (row: Row) => string;
    readonly actions: Child;
    /** What the form sends beside the filter and the rows. */
    readonly fields?: readonly (readonly [name: string, value: string])[];
  };
  /** What a row is called: the next page begins behind it, and its box selects it. */
  readonly nameOf?: (row: Row) => string;
  readonly empty: Child;
  readonly title?: Child;
  readonly context?: Child;
  /** In the place of the table: rows of another form. */
  readonly children?: Child;
};

/** All columns of a table of which some stand there only when they are picked. */
const optionalColumns = <Row,>(columns: readonly Column<Row>[]): PickableColumn[] =>
  columns.some(({ optional }) => optional)
    ? columns.flatMap(({ key, label, optional }) =>
        typeof label === 'string' ? [{ key, label, byDefault: optional !== true }] : [],
      )
    : [];

/**
 * A list: filter and columns, what may be done with the rows that are selected, the rows, and below them order, range and
 * paging. Without rows it says that nothing matches the filter, or `empty`. The bulk form posts the whole filter.
 */
export const ListPanel = <Row,>({
  list,
  page,
  filters,
  search,
  columns,
  tools,
  table,
  order,
  bulk,
  nameOf,
  empty,
  title,
  context,
  children,
}: ListPanelProps<Row>) => {
  const ctx = useCtx();
  const last = page.rows.at(-1);
  const pickable = columns ?? optionalColumns(table?.columns ?? []);
  const shown = columns === undefined ? shownColumns(list, pickable) : undefined;
  const isPicked = list.columns.length > pickable.filter((column) => column.byDefault).length;
  return (
    <Panel
      title={title}
      context={context}
      announce={page.total === undefined ? undefined : foundText(ctx, { total: page.total })}
      foot={
        page.rows.length === 0 && list.trail.length === 0 ? undefined : (
          <ListFoot list={list} page={page} last={last === undefined ? undefined : nameOf?.(last)} order={order} />
        )
      }
    >
      {filters === undefined ? null : <ListViews list={list} total={page.total} />}
      {filters === undefined && pickable.length === 0 && tools === undefined ? null : (
        <div class="toolbar">
          {filters === undefined ? null : (
            <Filters list={list} filters={filters} placeholder={search ?? ctx.t('list.search')} />
          )}
          <div class="end">
            {tools}
            {pickable.length === 0 ? null : <ColumnPicker list={list} all={pickable} />}
          </div>
        </div>
      )}
      {bulk === undefined || page.rows.length === 0 ? null : (
        <>
          <PostForm action={bulk.action} id={bulk.form}>
            {[...listParams(list), ...(bulk.fields ?? [])].map(([name, value]) => (
              <input type="hidden" name={name} value={value} />
            ))}
          </PostForm>
          <BulkBar list={list} total={page.total ?? page.rows.length} actions={bulk.actions} />
        </>
      )}
      {page.rows.length === 0 ? (
        isFiltered(list) ? (
          <NoMatch list={list} />
        ) : (
          empty
        )
      ) : table === undefined ? (
        children
      ) : (
        <DataTable
          records
          {...table}
          columns={table.columns.filter(
            ({ key, label }) =>
              shown === undefined || shown.has(key) || typeof label !== 'string' || pickable.length === 0,
          )}
          list={list}
          rows={page.rows}
          picked={isPicked}
          {...(bulk === undefined
            ? {}
            : {
                select: {
                  form: bulk.form,
                  id: bulk.id,
                  label: (row: Row) => ctx.t('list.selectRow', { name: nameOf?.(row) ?? bulk.id(row) }),
                },
              })}
        />
      )}
    </Panel>
  );
};
