import type { Child } from 'hono/jsx';
import { type Ctx, useCtx } from '../context.ts';
import { changeList, type ListState, listParams, listUrl, withQuery } from '../list.ts';
import type { FilterField, Message } from '../model.ts';
import { paths } from '../paths.ts';
import { FilterBuilder, type FilterBuilderProps, optionText } from './filter-builder.tsx';
import { Button, Hidden, LinkButton, PostForm } from './form.tsx';
import { Notice } from './panel.tsx';
import { Shape, Tag } from './status.tsx';

/** A link within a list: with htmx only the page's content is exchanged, without it the page is loaded. */
export const swap = (href: string) => ({
  href,
  'hx-get': href,
  'hx-select': '#main',
  'hx-target': '#main',
  'hx-swap': 'outerMorph show:none',
  'hx-push-url': 'true',
});

/** What a list is filtered by. */
export type Filtering = {
  /** Of each filter of the list, in their order: what is asked of which field, and the value. */
  readonly chips: readonly (readonly [field: string, value: string])[];
  /** Rows in the place of one field each; `kept` are filters that no row can show. */
  readonly builder: FilterBuilderProps & { readonly kept: ListState['filters'] };
  /** Why the filter cannot be read: then there are no rows. */
  readonly fault?: Message | undefined;
};

/** Of a list with few fixed filters: a menu of them. */
type Filters = Filtering | readonly FilterField[];

type InWords = Pick<Filtering, 'chips'> | readonly FilterField[];

const isBuilt = (filters: Filters): filters is Filtering => 'builder' in filters;

const valueLabel = (ctx: Ctx, field: FilterField | undefined, value: string): string => {
  const option = field?.options?.find((one) => one.value === value);
  return option === undefined ? (field?.valueName?.(value) ?? value) : optionText(ctx, option, value);
};

const chipsOf = (ctx: Ctx, list: ListState, filters: InWords): Filtering['chips'] =>
  'chips' in filters
    ? filters.chips
    : list.filters.map(([name, value]) => {
        const field = filters.find((filter) => filter.name === name);
        return [field === undefined ? name : (field.text ?? ctx.tDynamic(field.label)), valueLabel(ctx, field, value)];
      });

/** The filter in words, for the first lines of a print. */
export const filterWords = (ctx: Ctx, list: ListState, filters: InWords): string =>
  [
    ...(list.q === '' ? [] : [`“${list.q}”`]),
    ...chipsOf(ctx, list, filters).map(([field, value]) => `${field}: ${value}`),
  ].join('; ');

const FilterMenu = ({ ctx, list, filters }: { ctx: Ctx; list: ListState; filters: readonly FilterField[] }) => (
  <form method="get" action={list.path} class="form">
    <Hidden fields={listParams(changeList(list, { trail: [], sort: list.sort ?? null }))} />
    {filters.map((filter) => (
      <div class="field">
        <label for={`filter-${filter.name}`}>{filter.text ?? ctx.tDynamic(filter.label)}</label>
        {filter.options === undefined ? (
          <input class="input" id={`filter-${filter.name}`} name={filter.name} />
        ) : (
          <select class="input" id={`filter-${filter.name}`} name={filter.name}>
            <option value="">{ctx.t('list.any')}</option>
            {filter.options.map((option) => (
              <option value={option.value}>{valueLabel(ctx, filter, option.value)}</option>
            ))}
          </select>
        )}
      </div>
    ))}
    <div>
      <Button kind="primary" small>
        {ctx.t('list.apply')}
      </Button>
    </div>
  </form>
);

const BuilderMenu = ({ ctx, list, builder }: { ctx: Ctx; list: ListState; builder: Filtering['builder'] }) => (
  <form method="get" action={list.path}>
    <Hidden fields={listParams(changeList(list, { filters: builder.kept, trail: [], sort: list.sort ?? null }))} />
    {/* What Enter presses: the first button of the form would take a row away. */}
    <button type="submit" class="vh" name="do" value="add" tabindex={-1} aria-hidden="true" />
    <FilterBuilder builder={builder} button={ctx.t('list.apply')} />
  </form>
);

/** Search field, one chip per filter, and a menu to add one. All of it is GET. */
export const Filters = ({ list, filters, placeholder }: { list: ListState; filters: Filters; placeholder: string }) => {
  const ctx = useCtx();
  const kept = listParams(changeList(list, { q: '', trail: [] })).filter(([name]) => name !== 'q');
  const built = isBuilt(filters) ? filters : undefined;
  return (
    <>
      <div class="filters">
        <form class="find" method="get" action={list.path} role="search" aria-label={ctx.t('list.filter')}>
          <Hidden fields={kept} />
          <input
            class="input"
            type="search"
            name="q"
            value={list.q}
            placeholder={placeholder}
            aria-label={placeholder}
          />
          <kbd aria-hidden="true">f</kbd>
        </form>
        {chipsOf(ctx, list, filters).map(([field, value], index) => (
          <a
            class="chip on"
            {...swap(listUrl(list, { filters: list.filters.filter((_, other) => other !== index) }))}
            aria-label={ctx.t('list.removeFilter', { field, value })}
          >
            {field}: {value} <Shape name="close" />
          </a>
        ))}
        {!isBuilt(filters) && filters.length === 0 ? null : (
          <details class={built === undefined ? 'pop' : 'pop broad'} open={built?.builder.errors !== undefined}>
            <summary class="chip">{ctx.t('list.addFilter')}</summary>
            <div>
              {isBuilt(filters) ? (
                <BuilderMenu ctx={ctx} list={list} builder={filters.builder} />
              ) : (
                <FilterMenu ctx={ctx} list={list} filters={filters} />
              )}
            </div>
          </details>
        )}
      </div>
      {built?.fault === undefined ? null : (
        <Notice level="critical" title={ctx.t('condition.unreadable')} alert>
          {ctx.say(built.fault)}
        </Notice>
      )}
    </>
  );
};

export type PickableColumn = {
  readonly key: string;
  readonly label: string;
  readonly byDefault: boolean;
  readonly personal?: boolean;
};

/** The columns to show: what the reader picked, else the defaults. */
export const shownColumns = (list: ListState, all: readonly PickableColumn[]): ReadonlySet<string> => {
  const picked = all.filter((column) => list.columns.includes(column.key));
  return new Set((picked.length > 0 ? picked : all.filter((column) => column.byDefault)).map((column) => column.key));
};

/** A menu of columns, which are kept for the person. Personal ones carry the tag and are off by default. */
export const ColumnPicker = ({ list, all }: { list: ListState; all: readonly PickableColumn[] }) => {
  const ctx = useCtx();
  const shown = shownColumns(list, all);
  const query = new URLSearchParams(listParams(changeList(list, { columns: [] }))).toString();
  return (
    <details class="pop">
      <summary class="btn sm">{ctx.t('list.columns', { shown: shown.size, all: all.length })}</summary>
      <div>
        <PostForm action={paths.meColumns()} class="stack">
          <Hidden
            fields={[
              ['list', list.path],
              ['query', query],
            ]}
          />
          <div>
            {all.map((column) => (
              <label>
                <input type="checkbox" name="col" value={column.key} checked={shown.has(column.key)} />
                <span>{column.label}</span>
                {column.personal ? <Tag>{ctx.t('common.personal')}</Tag> : null}
              </label>
            ))}
          </div>
          <div class="row">
            <Button kind="primary" small>
              {ctx.t('list.apply')}
            </Button>
            <Button small name="usual" value="1">
              {ctx.t('list.standard')}
            </Button>
          </div>
        </PostForm>
        <DensitySwitch ctx={ctx} />
      </div>
    </details>
  );
};

/** Compact or comfortable rows: a preference, so it is a form. */
const DensitySwitch = ({ ctx }: { ctx: Ctx }) => (
  <form method="post" action={paths.preferences()} class="seg hide-narrow" aria-label={ctx.t('list.density')}>
    <input type="hidden" name="csrf" value={ctx.csrf} />
    <input type="hidden" name="back" value={ctx.url} />
    {(['compact', 'comfortable'] as const).map((density) => (
      <button type="submit" name="density" value={density} aria-pressed={ctx.density === density ? 'true' : 'false'}>
        {ctx.t(`list.density.${density}`)}
      </button>
    ))}
  </form>
);

/**
 * How many rows are selected, and what may be done with them. It stands there once something is selected; without script
 * always, and the page that asks before doing says the number.
 */
export const BulkBar = ({ list, total, actions }: { list: ListState; total: number; actions: Child }) => {
  const ctx = useCtx();
  return (
    <div class="bulk">
      {list.all ? (
        <>
          <b>{ctx.t('list.allSelected', { n: total })}</b>
          <a {...swap(listUrl(list, { all: false }))}>{ctx.t('list.clearSelection')}</a>
        </>
      ) : (
        <>
          <span class="needs-js">{ctx.rich('list.selected', { n: <b data-count="1">0</b> })}</span>
          <a {...swap(listUrl(list, { all: true }))}>{ctx.t('list.selectAll', { n: total })}</a>
          <a class="needs-js" {...swap(listUrl(list, { trail: list.trail }))}>
            {ctx.t('list.clearSelection')}
          </a>
        </>
      )}
      <div class="end">{actions}</div>
    </div>
  );
};

/** Cursors that an address holds at most; behind them the place of a page is unknown. */
const countedPages = 100;

/** Which rows of how many are shown. */
const rangeText = (
  ctx: Ctx,
  list: ListState,
  page: {
    readonly rows: readonly unknown[];
    readonly total?: number | undefined;
    readonly next?: string | undefined;
  },
): string | undefined => {
  const { rows, total, next } = page;
  const pagesBefore = list.trail.length;
  if (total === undefined || rows.length === 0 || pagesBefore >= countedPages) return undefined;
  // Pages before the last one are all of the same length.
  const from = next === undefined ? Math.max(1, total - rows.length + 1) : pagesBefore * rows.length + 1;
  const range = { from, to: from + rows.length - 1, n: total };
  return ctx.t('list.range', range);
};

/** The foot of a list: its order in words, which rows are shown, and the way to the others where there are any. */
export const ListFoot = ({
  list,
  page,
  last,
  order,
}: {
  list: ListState;
  page: Parameters<typeof rangeText>[2];
  /** Name of the last row shown: the next page begins behind it. */
  last?: string | undefined;
  order?: string | undefined;
}) => {
  const ctx = useCtx();
  const { next } = page;
  const range = rangeText(ctx, list, page);
  return (
    <>
      <span>
        {order} {range === undefined ? null : `${range}.`}
      </span>
      {list.trail.length === 0 && next === undefined ? null : (
        <nav class="row" aria-label={ctx.t('list.pages')}>
          {list.trail.length === 0 ? null : (
            <a class="btn sm" {...swap(listUrl(list, { trail: list.trail.slice(0, -1) }))}>
              {ctx.t('list.back')}
            </a>
          )}
          {next === undefined ? null : (
            <a class="btn sm" {...swap(listUrl(list, { trail: [...list.trail, next] }))}>
              {last === undefined || last === '' ? ctx.t('list.next') : ctx.t('list.nextAfter', { name: last })}
            </a>
          )}
        </nav>
      )}
    </>
  );
};

/** All of the list's view as a file and as a print; `csv` is the address of the file. */
export const ListFiles = ({ list, csv }: { list: ListState; csv: string }) => {
  const ctx = useCtx();
  return (
    <>
      <LinkButton href={listUrl(list, { trail: [], open: null }, csv)} download>
        {ctx.t('common.exportCsv')}
      </LinkButton>
      <LinkButton href={withQuery(listUrl(list, { trail: [], open: null }, csv), { print: 1 })}>
        {ctx.t('common.print')}
      </LinkButton>
    </>
  );
};

/** "214 found" or "about 9,000 found"; with "of" when the site has more. */
export const foundText = (ctx: Ctx, { total }: { readonly total: number }): string => ctx.t('list.found', { n: total });

/** No match differs from nothing yet: the one offers to clear the filters. */
export const isFiltered = (list: ListState): boolean => list.q !== '' || list.filters.length > 0;

export const NoMatch = ({ list }: { list: ListState }) => {
  const ctx = useCtx();
  return (
    <div class="empty">
      <h2 class="h3">{ctx.t('list.noMatch')}</h2>
      <p>{ctx.t('list.noMatchWhy')}</p>
      <a class="btn" href={listUrl(list, { q: '', filters: [] })}>
        {ctx.t('list.clearFilters')}
      </a>
    </div>
  );
};
