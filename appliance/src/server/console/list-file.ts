// All rows of a list's view, sent while they are read: as a file, or with `?print` as a page to be printed.

import { visibleHtml } from '@sallyport/bundle-tools/platform/visible-text';
import type { Ctx } from '@sallyport/ui/context';
import { printedAround, printedRow } from '@sallyport/ui/frame/printed-list.tsx';
import type { Context } from 'hono';
import { actorRef } from '../../engine/objects/types.ts';
import { type Cell, csvMark, csvRow } from '../../platform/csv/write.ts';
import { lineStream } from '../../platform/http/line-stream.ts';
import { inTurns } from '../../platform/steps.ts';
import { signedIn } from './guard.ts';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

/** Longest list that is written out at once. */
const maxRows = { file: 100_000, print: 5_000 } as const;

const isPrint = (c: Context<ConsoleEnv>): boolean => c.req.query('print') !== undefined;

/** So many rows are sent at most. */
export const mostRows = (c: Context<ConsoleEnv>): number => maxRows[isPrint(c) ? 'print' : 'file'];

/** Rows that are made while they are sent, and how many the view has; `isCut`: it has more, which are not counted. */
type CountedRows = { readonly count: number; readonly isCut?: boolean; readonly read: () => Iterable<readonly Cell[]> };

/** The rows of things that are there already. */
export const eachOf = <T>(items: readonly T[], cells: (item: T) => readonly Cell[]): CountedRows => ({
  count: items.length,
  read: function* () {
    for (const item of items) yield cells(item);
  },
});

/** Columns of a file that are not those of a table: the key of the name of each, and what stands in it. */
export type FileColumns<Row> = readonly (readonly [word: string, cell: (row: Row, ctx: Ctx) => Cell])[];

/** The head of such a file, and the cells of a row. */
export const inColumns = <Row>(ctx: Ctx, columns: FileColumns<Row>) => ({
  head: columns.map(([word]) => ctx.tDynamic(word)),
  cellsOf: (row: Row): Cell[] => columns.map(([, cell]) => cell(row, ctx)),
});

/** So many rows are read at once, by a thread that answers everybody. */
const pageRows = 500;

type Paging<K> = { readonly limit: number; readonly after?: K };

/** The rows of a list that is read page by page, at most as many as are sent. */
export function* pagesOf<R, K>(
  c: Context<ConsoleEnv>,
  read: (paging: Paging<K>) => { readonly rows: readonly R[]; readonly next?: K | undefined },
): Generator<readonly R[]> {
  let paging: Paging<K> = { limit: pageRows };
  for (let left = mostRows(c); left > 0; left -= pageRows) {
    const { rows, next } = read(paging);
    yield rows.slice(0, left);
    if (next === undefined) return;
    paging = { limit: pageRows, after: next };
  }
}

/** What `pagesOf` reads, gathered in short turns: for lists that do not say how many rows they have. */
export const gathered = <R>(pages: Generator<readonly R[]>): Promise<R[]> =>
  inTurns(
    (function* () {
      const found: R[] = [];
      for (const rows of pages) {
        found.push(...rows);
        yield;
      }
      return found;
    })(),
  );

type ListFile = {
  readonly name: string;
  /** What the list is called, and its page. */
  readonly title: string;
  readonly page: string;
  /** What its rows are filtered by, in words. */
  readonly filter: string;
  readonly head: readonly string[];
  readonly rows: CountedRows;
  /** What the rows do not say of themselves; each is a last line of one cell. */
  readonly notes?: readonly string[];
};

/** The lines of a file with the first `count` rows; where there are more, its last line says so. */
export function* csvLines(
  ctx: Pick<Ctx, 't'>,
  { head, rows, notes = [] }: Pick<ListFile, 'head' | 'rows' | 'notes'>,
  count: number,
): Generator<string> {
  yield csvMark + csvRow(head);
  for (const row of firstOf(rows, count)) yield csvRow(row);
  const isCut = rows.isCut === true || count < rows.count;
  for (const note of isCut ? [...notes, ctx.t('file.first', { count })] : notes)
    yield csvRow([note, ...head.slice(1).map(() => '')]);
}

function* printLines(ctx: Ctx, { page, rows, notes = [], ...list }: ListFile, count: number): Generator<string> {
  const { search } = new URL(ctx.url, 'https://console.invalid');
  const query = new URLSearchParams(search);
  query.delete('print');
  const back = query.size === 0 ? page : `${page}?${query}`;
  const [before, after] = printedAround({
    ...list,
    ctx,
    notes,
    back,
    rows: { count, total: rows.isCut ? undefined : rows.count },
  });
  yield visibleHtml(before);
  for (const row of firstOf(rows, count)) yield visibleHtml(printedRow(ctx, row));
  yield after;
}

function* firstOf({ read }: CountedRows, count: number): Generator<readonly Cell[]> {
  let left = count;
  if (left === 0) return;
  for (const row of read()) {
    yield row;
    left -= 1;
    if (left === 0) return;
  }
}

/** Sends a list, as a file or to be printed. What left and how much of it is an event, written before the first byte. */
export const sendRows = (deps: ConsoleDeps, c: Context<ConsoleEnv>, ctx: Ctx, file: ListFile): Response => {
  const { actor } = signedIn(c);
  const count = Math.min(file.rows.count, mostRows(c));
  deps.events.record('data-exported', {
    actor: actorRef(actor),
    from: c.get('from'),
    params: { what: file.name, rows: count },
  });
  if (isPrint(c))
    return c.body(lineStream(printLines(ctx, file, count)), 200, { 'Content-Type': 'text/html; charset=utf-8' });
  return c.body(lineStream(csvLines(ctx, file, count)), 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${file.name.replace(/[^a-z0-9-]/g, '-')}.csv"`,
  });
};
