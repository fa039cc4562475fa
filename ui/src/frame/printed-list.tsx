import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import { Document } from './document.tsx';
import { PrintedBy, PrintHead } from './page.tsx';

// The print of a list: all rows of its view in one table. It is sent while the rows are read, so it is made in three
// pieces: what stands before the rows, each row, and what follows.

/** What can stand in a cell. */
type PrintedCell = string | number | boolean | readonly string[] | Date | null | undefined;

type PrintedListProps = {
  readonly ctx: Ctx;
  readonly title: string;
  /** What is listed, in words. */
  readonly filter: string;
  readonly head: readonly string[];
  /** Rows that are printed, of how many the view has; undefined: of more. */
  readonly rows: { readonly count: number; readonly total: number | undefined };
  /** What the rows do not say of themselves. */
  readonly notes: readonly string[];
  /** The list. */
  readonly back: string;
};

const mark = 'rows-of-the-list';
/** More columns are set in smaller letters, and with still more words break. */
const sheetColumns = { usual: 14, small: 20 } as const;
/** Longer words may break behind their signs: versions, addresses, names of packages. */
const longWord = /[^\s]{15,}/;
const sign = /(?<=[-+~_.,:;=/@])(?=[\p{L}\p{N}])/u;

const cellText = (ctx: Ctx, cell: PrintedCell): string => {
  if (cell === null || cell === undefined || cell === '') return '–';
  if (cell instanceof Date) return ctx.fmt.dateTime(cell.getTime());
  if (typeof cell === 'number') return ctx.fmt.number(cell);
  if (typeof cell === 'boolean') return ctx.t(cell ? 'common.yes' : 'common.no');
  return typeof cell === 'string' ? cell : cell.join(', ');
};

const widthOf = (columns: number): string =>
  columns <= sheetColumns.usual ? '' : columns <= sheetColumns.small ? ' wide' : ' wide wider';

const Breakable = ({ text }: { text: string }) =>
  longWord.test(text)
    ? text.split(sign).map((part, at) => (
        <>
          {at === 0 ? null : <wbr />}
          {part}
        </>
      ))
    : text;

/** One row. */
export const printedRow = (ctx: Ctx, cells: readonly PrintedCell[]): string =>
  String(
    <tr>
      {cells.map((cell) => (
        <td class={typeof cell === 'number' ? 'num' : cell instanceof Date ? 'nowrap' : undefined}>
          <Breakable text={cellText(ctx, cell)} />
        </td>
      ))}
    </tr>,
  );

const Tools = ({ ctx, back }: { ctx: Ctx; back: string }): Child => (
  <div class="actions">
    <a class="btn" href={back}>
      {ctx.t('print.back')}
    </a>
    <a class="btn primary needs-js" href={ctx.url} data-print="1">
      {ctx.t('common.print')}
    </a>
  </div>
);

const Extent = ({ ctx, rows: { count, total } }: Pick<PrintedListProps, 'ctx' | 'rows'>): Child => {
  if (total === undefined) return ctx.t('print.firstOfMore', { count });
  return count < total ? ctx.t('print.first', { count, total }) : ctx.t('list.found', { n: total });
};

const PrintedList = ({ ctx, title, filter, head, rows, notes, back }: PrintedListProps) => (
  <Document ctx={ctx} title={title} sheet="print.css">
    <body>
      <main class={`main printed${widthOf(head.length)}`} id="main">
        <div class="head">
          <div>
            <h1>{title}</h1>
            <p>
              <PrintHead ctx={ctx} filter={filter} />
            </p>
            <p>
              <Extent ctx={ctx} rows={rows} /> {notes.join(' ')}
            </p>
          </div>
          <Tools ctx={ctx} back={back} />
        </div>
        <section class="scroll" tabindex={0} aria-label={title}>
          <table>
            <caption class="vh">{title}</caption>
            <thead>
              <tr>
                {head.map((name) => (
                  <th scope="col">{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>{mark}</tbody>
            <tfoot>
              <tr>
                <td colspan={head.length}>
                  <PrintedBy ctx={ctx} />
                </td>
              </tr>
            </tfoot>
          </table>
        </section>
      </main>
    </body>
  </Document>
);

/** What stands before the rows, and what follows them. */
export function printedAround(props: PrintedListProps): readonly [before: string, after: string] {
  const [before = '', after = ''] = String(<PrintedList {...props} />).split(`<tbody>${mark}</tbody>`);
  return [`${before}<tbody>`, `</tbody>${after}`];
}
