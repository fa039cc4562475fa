import { AppError } from '../errors.ts';

// RFC 4180 as spreadsheets write it: three delimiters, quotes, line breaks of all sorts, also in quoted cells.

export const CSV_DELIMITERS = [',', ';', '\t'] as const;
export type CsvDelimiter = (typeof CSV_DELIMITERS)[number];

export type CsvRow = { line: number; cells: string[] };
type CsvLimits = { maxRows: number; maxCells: number; maxCellLength: number };

const csvLimits: CsvLimits = { maxRows: 100_000, maxCells: 256, maxCellLength: 32_768 };

/** Each reader's own, since it remembers its place. */
const endsOfCells: Readonly<Record<CsvDelimiter, () => RegExp>> = {
  ',': () => /[,\r\n]/g,
  ';': () => /[;\r\n]/g,
  '\t': () => /[\t\r\n]/g,
};

const fault = (what: string, line: number): AppError => new AppError('MALFORMED', `${what} in line ${line}`, { line });

/** The rows with their first lines; empty ones are left out. MALFORMED with the line. */
export function* csvRows(text: string, delimiter: CsvDelimiter, limits: CsvLimits = csvLimits): Generator<CsvRow> {
  const { length } = text;
  const endOfCell = endsOfCells[delimiter]();
  let at = 0;
  let line = 1;
  let rows = 0;

  /** A quoted cell from behind its first quote; leaves `at` behind the last one. */
  const quoted = (): string => {
    const begun = line;
    let cell = '';
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote === -1) throw fault('a quote that is not closed, opened', begun);
      const piece = text.slice(at, quote);
      line += piece.match(/\n|\r(?!\n)/g)?.length ?? 0;
      cell += piece;
      if (cell.length > limits.maxCellLength) throw fault('a cell is too long', begun);
      at = quote + 1;
      if (text[at] !== '"') return cell;
      cell += '"';
      at += 1;
    }
  };

  while (at < length) {
    const begun = line;
    const cells: string[] = [];
    for (let more = true; more; ) {
      let cell = '';
      if (text[at] === '"') {
        at += 1;
        cell = quoted();
      }
      // What follows a closing quote belongs to the cell, as spreadsheets read it.
      endOfCell.lastIndex = at;
      const end = endOfCell.exec(text)?.index ?? length;
      cell += text.slice(at, end);
      if (cell.length > limits.maxCellLength) throw fault('a cell is too long', begun);
      cells.push(cell);
      if (cells.length > limits.maxCells) throw fault(`more than ${limits.maxCells} cells`, begun);
      at = end;
      more = text[at] === delimiter;
      if (more) at += 1;
    }
    if (at < length) {
      at += text.startsWith('\r\n', at) ? 2 : 1;
      line += 1;
    }
    if (cells.every((cell) => cell.trim() === '')) continue;
    rows += 1;
    if (rows > limits.maxRows) throw new AppError('TOO_LARGE', `more than ${limits.maxRows} rows`, { line: begun });
    yield { line: begun, cells };
  }
}

const sampleRows = 20;

/** `sep=;` in the first line is a spreadsheet's own hint. */
const hint = (text: string): CsvDelimiter | undefined => {
  const match = /^sep=([,;\t])[\r\n]/i.exec(text);
  return CSV_DELIMITERS.find((one) => one === match?.[1]);
};

export const withoutHint = (text: string): string => text.replace(/^sep=[,;\t](?:\r\n|\r|\n)/i, '\n');

/** The delimiter by which the first rows have the most cells alike. */
export const csvDelimiter = (text: string): CsvDelimiter => {
  const given = hint(text);
  if (given !== undefined) return given;
  const scored = CSV_DELIMITERS.map((delimiter) => {
    const counts: number[] = [];
    try {
      for (const { cells } of csvRows(text.slice(0, 65_536), delimiter)) {
        counts.push(cells.length);
        if (counts.length >= sampleRows) break;
      }
    } catch (error) {
      // A sample may end inside of a quoted cell.
      if (!(error instanceof AppError)) throw error;
    }
    const head = counts[0] ?? 1;
    return {
      delimiter,
      score: head <= 1 ? 0 : (head * counts.filter((count) => count === head).length) / counts.length,
    };
  });
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).delimiter;
};
