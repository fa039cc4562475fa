import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FieldType, Value } from '../model.ts';
import { type PickableColumn, shownColumns } from './list-tools.tsx';
import type { Column } from './table.tsx';

// A column of a list is declared once: the table, the menu of columns and the file come from it.

/** What a cell of a file can hold. */
type FileValue = string | number | boolean | readonly string[] | Date | null | undefined;

export type ListColumn<Row> = Omit<Column<Row>, 'key' | 'label' | 'cell'> & {
  /** Key of its name, or the name that people gave it. */
  readonly word: string | { readonly text: string };
  /** Key of what it is of, which stands before the name where another column has the same one. */
  readonly of?: string;
  readonly cell: (row: Row, ctx: Ctx) => Child;
  readonly file: (row: Row, ctx: Ctx) => FileValue;
  /** `file`: in the table only when it is picked; `picked`: in the file as well. */
  readonly until?: 'file' | 'picked';
};

/** Columns in order, by the names that they have in an address. */
export type ListColumns<Row> = Readonly<Record<string, ListColumn<Row>>>;

const nameOf = <Row,>(ctx: Ctx, column: ListColumn<Row>, columns: ListColumns<Row>): string => {
  const plain = ({ word }: ListColumn<Row>): string => (typeof word === 'string' ? ctx.tDynamic(word) : word.text);
  const name = plain(column);
  const isTwice = Object.values(columns).filter((other) => plain(other) === name).length > 1;
  return isTwice && column.of !== undefined ? `${ctx.tDynamic(column.of)}: ${name}` : name;
};

/** The menu of columns. */
export function pickableColumns<Row>(ctx: Ctx, columns: ListColumns<Row>): PickableColumn[] {
  return Object.entries(columns).map(([key, column]) => ({
    key,
    label: nameOf(ctx, column, columns),
    byDefault: column.until === undefined,
  }));
}

/** Columns of the table: those that the reader picked, else the usual ones. */
export function tableColumns<Row>(ctx: Ctx, list: ListState, columns: ListColumns<Row>): Column<Row>[] {
  const shown = shownColumns(list, pickableColumns(ctx, columns));
  return Object.entries(columns)
    .filter(([key]) => shown.has(key))
    .map(([key, column]) => ({
      ...column,
      key,
      label: nameOf(ctx, column, columns),
      cell: (row) => column.cell(row, ctx),
    }));
}

/** The head of the file and the cells of a row: what the reader picked and its name, else all that need not be picked. */
export function fileColumns<Row>(
  ctx: Ctx,
  list: ListState,
  columns: ListColumns<Row>,
): { head: string[]; cellsOf: (row: Row) => FileValue[] } {
  const shown = Object.entries(columns)
    .filter(([key, { until }]) =>
      list.columns.length === 0 ? until !== 'picked' : list.columns.includes(key) || key === 'name',
    )
    .map(([, column]) => column);
  return {
    head: shown.map((column) => nameOf(ctx, column, columns)),
    cellsOf: (row) => shown.map(({ file }) => file(row, ctx)),
  };
}

/** A stored value as a file has it. */
export function fileValue(ctx: Ctx, value: Value, type?: FieldType): FileValue {
  if (type === 'time' && typeof value === 'number') return new Date(value);
  if (typeof value === 'boolean') return value ? ctx.tDynamic('common.yes') : ctx.tDynamic('common.no');
  return value;
}

/** The same within a text. */
export function fileText(ctx: Ctx, value: Value, type?: FieldType): string {
  const cell = fileValue(ctx, value, type);
  if (cell instanceof Date) return ctx.fmt.iso(cell.getTime());
  return typeof cell === 'object' && cell !== null ? cell.join(', ') : String(cell);
}
