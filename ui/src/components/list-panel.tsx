import type { Child } from 'hono/jsx';
import { type Ctx, useCtx } from '../context.ts';
import { changeList, type ListState, listParams, listUrl } from '../list.ts';
import { paths } from '../paths.ts';
import { Button, Hidden, PostForm } from './form.tsx';
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
  swap,
} from './list-tools.tsx';
import { Panel } from './panel.tsx';
import { type Column, DataTable, type TableProps } from './table.tsx';

/** What of a list's address a view keeps. */
const queryOf = (list: ListState): string =>
  new URLSearchParams(listParams(changeList(list, { trail: [] }))).toString();

const sorted = (query: string, isWithColumns: boolean): string =>
  [...new URLSearchParams(query)]
    .filter(([name]) => isWithColumns || name !== 'col')
    .map((pair) => pair.join('='))
    .sort()
    .join('&');

/** Whether a list is shown as the view has it; columns count where the view names some. */
const isShown = (query: string, list: ListState): boolean => {
  const isWithColumns = new URLSearchParams(query).has('col');
  return sorted(query, isWithColumns) === sorted(queryOf(list), isWithColumns);
};

const NameField = ({ ctx, id, value }: { ctx: Ctx; id: string; value: string }) => (
  <div class="field">
    <label for={id}>{ctx.t('views.name')}</label>
    <input class="input" id={id} name="name" value={value} required maxlength={60} autocomplete="off" />
  </div>
);

/** All of a list, what of it waits for a decision, and the views that the person saved, each with its number of rows; the way to save one, and to change the one that is shown. */
const ListViews = ({ list, total }: { list: ListState; total: number | undefined }) => {
  const ctx = useCtx();
  const { views, decide } = ctx;
  if (views === undefined) return null;
  const current = views.find(({ query }) => isShown(query, list));
  const isAll = current === undefined && list.q === '' && list.filters.length === 0;
  const all: ListState = { path: list.path, q: '', filters: [], descending: false, trail: [], columns: [], all: false };
  return (
    <div class="views">
      <nav class="tabs" aria-label={ctx.t('views.title')}>
        <a {...swap(listUrl(all))} aria-current={isAll ? 'page' : undefined}>
          {ctx.t('common.all')}{' '}
          {isAll && total !== undefined ? <span class="second">{ctx.fmt.number(total)}</span> : null}
        </a>
        {decide === undefined ? null : (
          <a
            {...swap(`${list.path}?${decide.query}`)}
            aria-current={isShown(decide.query, list) && current === undefined ? 'page' : undefined}
          >
            {ctx.tDynamic(decide.name)} <span class="second">{ctx.fmt.number(decide.count)}</span>
          </a>
        )}
        {views.map((view) => (
          <a
            {...swap(view.query === '' ? list.path : `${list.path}?${view.query}`)}
            aria-current={view === current ? 'page' : undefined}
          >
            <span translate="no">{view.name}</span>{' '}
            {view.count === undefined ? null : <span class="second">{ctx.fmt.number(view.count)}</span>}
          </a>
        ))}
      </nav>
      {current === undefined && queryOf(list) === '' ? null : (
        <details class="pop">
          <summary class="btn sm">{ctx.t(current === undefined ? 'views.save' : 'views.change')}</summary>
          <div>
            <PostForm action={paths.meViews()} class="form">
              {current === undefined ? (
                <>
                  <Hidden
                    fields={[
                      ['list', list.path],
                      ['query', queryOf(list)],
                    ]}
                  />
                  <NameField ctx={ctx} id="view-name" value="" />
                  <small class="hint">{ctx.t('views.hint')}</small>
                  <Button small kind="primary" name="do" value="save">
                    {ctx.t('views.save')}
                  </Button>
                </>
              ) : (
                <>
                  <Hidden fields={[['id', String(current.id)]]} />
                  <NameField ctx={ctx} id="view-name" value={current.name} />
                  <div class="row">
                    <Button small name="do" value="rename">
                      {ctx.t('views.rename')}
                    </Button>
                    <Button small kind="danger" name="do" value="remove">
                      {ctx.t('views.remove')}
                    </Button>
                  </div>
                </>
              )}
            </PostForm>
          </div>
        </details>
      )}
    </div>
  );
};

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
    /** The list that the act knows these rows from, where that is not this one. */
    readonly list?: ListState;
    /** What the form sends beside the list's address and the rows. */
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
 * paging. Without rows it says that nothing matches the filter, or `empty`. The bulk form posts the list's address.
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
            <Hidden
              fields={[
                ['list', listUrl(bulk.list ?? list, { all: list.all, trail: [], columns: [], open: null })],
                ...(bulk.fields ?? []),
              ]}
            />
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
