import { visibleText } from '@sallyport/bundle-tools/platform/visible-text';

/** A cell of a list as it is written out. */
export type Cell = string | number | boolean | readonly string[] | Date | null | undefined;

// A spreadsheet runs a text that begins like this. The quote before it is what spreadsheets hide and show nothing for.
const formula = /^[\s\u00a0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

// Where the system's list separator is `;` or a tab, a quote that does not open the row holds nothing together: the cell is cut
// at the separator or the line end inside it, and what follows begins a cell. Quotes there are read away.
const innerFormula = /([;\t\r\n][\s\u00a0"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

const text = (cell: Cell): string => {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (typeof cell === 'boolean') return cell ? 'true' : 'false';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : `${cell.toISOString().slice(0, 19)}Z`;
  const joined = visibleText(typeof cell === 'string' ? cell : cell.join(', '));
  const inside = joined.replace(innerFormula, "$1'");
  return formula.test(joined) ? `'${inside}` : inside;
};

const quote = (value: string): string => (/[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** One row by RFC 4180; numbers are numbers, times ISO 8601, texts cannot become formulas, read with `,`, `;` or a tab between cells. */
export const csvRow = (cells: readonly Cell[]): string => `${cells.map((cell) => quote(text(cell))).join(',')}\r\n`;

/** The mark by which spreadsheets know UTF-8. */
export const csvMark = '\ufeff';
