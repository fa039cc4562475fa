import type { Child } from 'hono/jsx';
import { rowAnchor } from '../anchors.ts';
import { useCtx } from '../context.ts';
import { type ListState, listUrl } from '../list.ts';
import { swap } from './list-tools.tsx';
import { Shape } from './status.tsx';

// The text of a cell, for its title: what stands in it, without what only a narrow screen or a screen reader has.

type Node = { readonly tag: unknown; readonly props: Readonly<Record<string, unknown>>; readonly children: Child[] };

const isNode = (child: unknown): child is Node => typeof child === 'object' && child !== null && 'tag' in child;

const unseen = /(?:^| )(?:vh|narrow-only|print-only)(?: |$)/;

/** The words that a view shows. */
export function textOf(child: Child): string {
  if (typeof child === 'string' || typeof child === 'number') return String(child);
  if (Array.isArray(child)) return child.map(textOf).join('');
  if (!isNode(child) || unseen.test(String(child.props['class'] ?? ''))) return '';
  const { tag, props, children } = child;
  return typeof tag === 'function'
    ? textOf(tag({ ...props, children: children.length > 1 ? children : children[0] }) as Child)
    : textOf(children);
}

export type Column<Row> = {
  readonly key: string;
  readonly label: Child;
  readonly cell: (row: Row) => Child;
  readonly num?: boolean;
  /** Sorts by `key`. */
  readonly sort?: boolean;
  /** Where the cell goes when the table becomes records: name, status, second line, right of it. */
  readonly rec?: 'a' | 'b' | 'c' | 'd';
  /** Never cut and never wraps: states, times, buttons. */
  readonly fit?: boolean;
  /** Where rows may have several lines: breaks inside long words. */
  readonly any?: boolean;
  /** The name of the row; by default the cell of the place `a`. */
  readonly head?: boolean;
  readonly hideNarrow?: boolean;
  /** Of a list: shown when it is picked; elsewhere never. */
  readonly optional?: boolean;
};

type How = Omit<Column<never>, 'key' | 'label' | 'cell'>;

/** One column: its key, its head, how it stands where that is not the usual way, its cell. */
export function column<Row>(key: string, label: Child, cell: (row: Row) => Child): Column<Row>;
export function column<Row>(key: string, label: Child, how: How, cell: (row: Row) => Child): Column<Row>;
export function column<Row>(
  key: string,
  label: Child,
  ...rest: [(row: Row) => Child] | [How, (row: Row) => Child]
): Column<Row> {
  const [cell, how = {}] = rest.reverse() as [(row: Row) => Child, How?];
  return { key, label, ...how, cell };
}

export type TableProps<Row> = {
  /** For screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** With a list, heads of sortable columns are links, and a row is one line. */
  readonly list?: ListState;
  /** A row is one line without a list, too. */
  readonly lines?: boolean;
  /** The reader picked columns: the box scrolls where they need more room than there is. */
  readonly picked?: boolean;
  /** Column that the rows are in order of when the reader chose none. */
  readonly order?: { readonly key: string; readonly descending?: boolean };
  /** Check boxes of the form `form` (bulk actions). */
  readonly select?: { readonly form: string; readonly id: (row: Row) => string; readonly label: (row: Row) => string };
  /** A row head that is shown once before the rows of a group. */
  readonly group?: (row: Row) => string | undefined;
  /** The row whose panel is open. */
  readonly isCurrent?: (row: Row) => boolean;
  /** What work leads to in this row (`toRow`). */
  readonly anchor?: (row: Row) => string;
  /** A row under a row, on sunken. */
  readonly open?: (row: Row) => Child | undefined;
  /** Becomes records on narrow screens: the four cells that have a place, or all of them with their labels. */
  readonly records?: boolean | 'labelled';
  readonly plain?: boolean;
};

const Head = <Row,>({ props, column }: { props: TableProps<Row>; column: Column<Row> }) => {
  const { list, order } = props;
  const sorted = list?.sort === undefined ? order?.key === column.key : list.sort === column.key;
  const descending = list?.sort === undefined ? (order?.descending ?? false) : list.descending;
  const className = [column.num ? 'num' : '', column.hideNarrow ? 'hide-narrow' : ''].filter(Boolean).join(' ');
  const label = (
    <>
      {column.label}
      {sorted ? (
        <>
          {'\u00a0'}
          <Shape name={descending ? 'down' : 'up'} />
        </>
      ) : null}
    </>
  );
  return (
    <th
      scope="col"
      class={className === '' ? undefined : className}
      aria-sort={sorted ? (descending ? 'descending' : 'ascending') : undefined}
    >
      {list !== undefined && column.sort ? (
        <a class="sort" {...swap(listUrl(list, { sort: column.key, descending: sorted && !descending }))}>
          {label}
        </a>
      ) : (
        label
      )}
    </th>
  );
};

/** Characters that a column always has room for. */
const shortText = 16;

/** A short text is never cut; a long one ends in an ellipsis, between words where there are any, and its title has all of it. */
const Line = ({ children }: { children: Child }) => {
  const text = textOf(children).replace(/\s+/g, ' ').trim();
  return text.length <= shortText ? (
    children
  ) : (
    <div class="cut" title={text}>
      {children}
    </div>
  );
};

type CellProps<Row> = {
  readonly column: Column<Row>;
  readonly row: Row;
  readonly labelled: boolean;
  readonly isOneLine: boolean;
};

const Cell = <Row,>({ column, row, labelled, isOneLine }: CellProps<Row>) => {
  const content = column.cell(row);
  const shown = isOneLine && !column.fit && !column.num ? <Line>{content}</Line> : content;
  const className = [
    column.num ? 'num' : '',
    column.fit ? 'fit' : '',
    column.any && !isOneLine ? 'any' : '',
    column.rec ?? '',
    column.hideNarrow ? 'hide-narrow' : '',
  ]
    .filter(Boolean)
    .join(' ');
  const attributes = {
    ...(className === '' ? {} : { class: className }),
    ...(labelled && typeof column.label === 'string' ? { 'data-label': column.label } : {}),
  };
  return (column.head ?? column.rec === 'a') ? (
    <th scope="row" {...attributes}>
      {shown}
    </th>
  ) : (
    <td {...attributes}>{shown}</td>
  );
};

/** A declarative table: caption, sort links, selection, group rows, open rows. */
export const DataTable = <Row,>(props: TableProps<Row>) => {
  const ctx = useCtx();
  const { rows, select, group, open, list } = props;
  const columns = list === undefined ? props.columns.filter(({ optional }) => !optional) : props.columns;
  const isOneLine = list !== undefined || props.lines === true;
  const width = columns.length + (select === undefined ? 0 : 1);
  let shown: string | undefined;
  const body = rows.flatMap((row) => {
    const lines: Child[] = [];
    const name = group?.(row);
    if (name !== undefined && name !== shown) {
      shown = name;
      lines.push(
        <tr class="group">
          <th colspan={width} scope="colgroup">
            {name}
          </th>
        </tr>,
      );
    }
    lines.push(
      <tr id={props.anchor && rowAnchor(props.anchor(row))} aria-current={props.isCurrent?.(row) ? 'true' : undefined}>
        {select === undefined ? null : (
          <td class="check">
            <input
              type="checkbox"
              class="pick"
              name="id"
              form={select.form}
              value={select.id(row)}
              checked={list?.all === true}
              aria-label={select.label(row)}
            />
            {list?.all ? <input type="hidden" name="on-page" form={select.form} value={select.id(row)} /> : null}
          </td>
        )}
        {columns.map((column) => (
          <Cell column={column} row={row} labelled={props.records === 'labelled'} isOneLine={isOneLine} />
        ))}
      </tr>,
    );
    const detail = open?.(row);
    if (detail !== undefined && detail !== null) {
      lines.push(
        <tr class="open">
          <td colspan={width}>{detail}</td>
        </tr>,
      );
    }
    return lines;
  });
  return (
    <section
      class={['scroll', props.plain ? 'plain' : '', isOneLine ? 'list' : '', props.picked ? 'picked' : '']
        .filter(Boolean)
        .join(' ')}
      tabindex={list === undefined ? 0 : undefined}
      aria-label={props.caption}
    >
      <table class={props.records === 'labelled' ? 'records labelled' : props.records ? 'records' : undefined}>
        <caption class="vh">{props.caption}</caption>
        <thead>
          <tr>
            {select === undefined ? null : (
              <th scope="col" class="check">
                <input
                  type="checkbox"
                  class="pick-all needs-js"
                  aria-label={ctx.t('list.selectPage')}
                  checked={list?.all === true}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head props={props} column={column} />
            ))}
          </tr>
        </thead>
        <tbody id={list === undefined ? undefined : 'rows'} tabindex={list === undefined ? undefined : -1}>
          {body}
        </tbody>
      </table>
    </section>
  );
};
