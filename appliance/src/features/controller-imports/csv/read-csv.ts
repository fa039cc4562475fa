import { csvEncoding, csvText } from '../../../platform/csv/bytes.ts';
import { csvDelimiter, csvRows, withoutHint } from '../../../platform/csv/parse.ts';
import { AppError } from '../../../platform/errors.ts';
import type { CsvOptions, CsvShape, CsvTarget, FileReadings, ImportLimits } from '../types.ts';
import { guessColumns } from './headings.ts';
import { rowReadings } from './rows.ts';

const sampleRows = 5;
const maxHeadingLength = 200;

const opened = (bytes: Uint8Array, options: CsvOptions) => {
  const encoding = options.encoding ?? csvEncoding(bytes);
  const text = csvText(bytes, encoding);
  const delimiter = options.delimiter ?? csvDelimiter(text);
  const rows = csvRows(withoutHint(text), delimiter);
  const first = rows.next();
  if (first.done) throw new AppError('MALFORMED', 'an empty table', { line: 1 });
  const headings = first.value.cells.map((cell) => cell.trim().slice(0, maxHeadingLength));
  while (headings.at(-1) === '') headings.pop();
  const guessed = options.columns === undefined ? guessColumns(headings) : [];
  const targets = headings.map((heading, index): CsvTarget => {
    if (options.columns !== undefined)
      return Object.hasOwn(options.columns, heading) ? options.columns[heading] : undefined;
    const column = guessed[index];
    if (column !== undefined) return { column };
    const own = options.customFields?.find((name) => name.toLowerCase() === heading.toLowerCase());
    return own === undefined ? undefined : { custom: own };
  });
  return { encoding, delimiter, headings, targets, rows };
};

/** What a table looks like, for the step in which a person maps its columns. */
export const csvShape = (bytes: Uint8Array, options: CsvOptions = {}): CsvShape => {
  const { rows, ...shape } = opened(bytes, options);
  const sample = [];
  for (const row of rows) {
    sample.push({ line: row.line, cells: row.cells.slice(0, shape.headings.length) });
    if (sample.length >= sampleRows) break;
  }
  return { ...shape, sample };
};

/** Controllers and modules of a table. */
export const readCsv = (
  bytes: Uint8Array,
  options: CsvOptions & { nowMs: number; limits: ImportLimits },
): FileReadings => {
  const { headings, targets, rows } = opened(bytes, options);
  if (targets.every((target) => target === undefined))
    throw new AppError('MALFORMED', 'none of its headings is known; map its columns', { line: 1 });
  // What a mapping leaves out is left out on purpose.
  const leftOut =
    options.columns === undefined ? headings.filter((heading, at) => heading !== '' && targets[at] === undefined) : [];
  return { form: 'csv', control: [], leftOut, ...rowReadings(headings, targets, rows, options) };
};
