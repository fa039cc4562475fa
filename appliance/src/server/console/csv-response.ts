import type { Ctx } from '@sallyport/ui/context';
import type { Context } from 'hono';
import { actorRef } from '../../engine/objects/types.ts';
import { type Cell, csvMark, csvRow } from '../../platform/csv/write.ts';
import { lineStream } from '../../platform/http/line-stream.ts';
import { inTurns } from '../../platform/steps.ts';
import { signedIn } from './guard.ts';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

/** Longest list that is written out at once; the page says "about" beyond it. */
export const maxCsvRows = 100_000;

/** Rows that are made while they are sent, and how many they are. */
type CountedRows = { readonly count: number; readonly read: () => Iterable<readonly Cell[]> };

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

/** The rows of a list that is read page by page, at most as many as a file may have. */
export function* pagesOf<R, K>(
  read: (paging: Paging<K>) => { readonly rows: readonly R[]; readonly next?: K | undefined },
): Generator<readonly R[]> {
  let paging: Paging<K> = { limit: pageRows };
  for (let left = maxCsvRows; left > 0; left -= pageRows) {
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

/** Sends a list as a file. What left and how much of it is an event, written before the first byte. */
export const sendCsv = (
  deps: ConsoleDeps,
  c: Context<ConsoleEnv>,
  /** `notes`: what the rows do not say of themselves; each is a last line of one cell. */
  file: { name: string; head: readonly string[]; rows: CountedRows; notes?: readonly string[] },
): Response => {
  const { actor } = signedIn(c);
  deps.events.record('data-exported', {
    actor: actorRef(actor),
    from: c.get('from'),
    params: { what: file.name, rows: file.rows.count },
  });
  const lines = function* (): Generator<string> {
    yield csvMark + csvRow(file.head);
    for (const row of file.rows.read()) yield csvRow(row);
    for (const note of file.notes ?? []) yield csvRow([note, ...file.head.slice(1).map(() => '')]);
  };
  return c.body(lineStream(lines()), 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${file.name.replace(/[^a-z0-9-]/g, '-')}.csv"`,
  });
};
