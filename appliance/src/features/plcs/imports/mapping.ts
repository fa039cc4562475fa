import { CSV_ENCODINGS } from '../../../platform/csv/bytes.ts';
import { CSV_DELIMITERS, type CsvDelimiter } from '../../../platform/csv/parse.ts';
import type { FieldErrors } from '../../../platform/errors.ts';
import type { Body } from '../../objects/types.ts';
import { isCsvColumn } from './csv/columns.ts';
import type { CsvOptions, CsvTarget } from './types.ts';

// A mapping of columns as it is kept: the object kind plc-csv-mapping. Each line is `heading = field`.

export const mappingKind = 'plc-csv-mapping';

export const delimiterNames = ['auto', 'comma', 'semicolon', 'tab'] as const;
export type DelimiterName = (typeof delimiterNames)[number];
export const encodingNames = ['auto', ...CSV_ENCODINGS] as const;
export type EncodingName = (typeof encodingNames)[number];

const delimiters: Readonly<Record<DelimiterName, CsvDelimiter | undefined>> = {
  auto: undefined,
  comma: ',',
  semicolon: ';',
  tab: '\t',
};

export const delimiterName = (delimiter: CsvDelimiter | undefined): DelimiterName =>
  delimiter === undefined ? 'auto' : (delimiterNames[CSV_DELIMITERS.indexOf(delimiter) + 1] ?? 'auto');

const maxColumns = 256;
const line = /^(.{1,200}) = ([A-Za-z]{1,40}|custom:[^:]{1,60})$/su;
const customMark = 'custom:';

/** What a name stands for: a field of the record, `custom:` and a field of the site's own, or nothing. */
export const targetOf = (name: string): CsvTarget =>
  name.startsWith(customMark)
    ? { custom: name.slice(customMark.length) }
    : isCsvColumn(name)
      ? { column: name }
      : undefined;

/** The name of a target; '' for none. */
export const targetName = (target: CsvTarget): string =>
  target === undefined ? '' : 'column' in target ? target.column : `${customMark}${target.custom}`;

/** `heading = field` */
export const mappingLine = (heading: string, target: CsvTarget): string =>
  target === undefined ? '' : `${heading} = ${targetName(target)}`;

const textOf = (body: Body, field: string): string => (typeof body[field] === 'string' ? body[field] : '');
const linesOf = (body: Body): string[] =>
  Array.isArray(body['columns']) ? body['columns'].filter((one): one is string => typeof one === 'string') : [];

/** What is wrong with a mapping. */
export const mappingFaults = (body: Body): FieldErrors => {
  const lines = linesOf(body);
  const fields = lines.map((one) => line.exec(one)?.[2] ?? '');
  const wrong = lines.find((_, index) => targetOf(fields[index] ?? '') === undefined);
  if (wrong !== undefined) return { columns: { key: 'validation.mappingLine', params: { line: wrong.slice(0, 100) } } };
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  return twice === undefined ? {} : { columns: { key: 'validation.mappingTwice', params: { field: twice } } };
};

/** How a table is read by a kept mapping. */
export const csvOptionsOf = (body: Body): CsvOptions => {
  const delimiter = delimiterNames.find((name) => name === textOf(body, 'delimiter')) ?? 'auto';
  const encoding = CSV_ENCODINGS.find((name) => name === textOf(body, 'encoding'));
  const chosen = delimiters[delimiter];
  return {
    ...(chosen === undefined ? {} : { delimiter: chosen }),
    ...(encoding === undefined ? {} : { encoding }),
    columns: Object.fromEntries(
      linesOf(body)
        .slice(0, maxColumns)
        .flatMap((one): [string, CsvTarget][] => {
          const match = line.exec(one);
          return match === null ? [] : [[match[1] ?? '', targetOf(match[2] ?? '')]];
        }),
    ),
  };
};

export type MappingBody = {
  name: string;
  delimiter: DelimiterName;
  encoding: EncodingName;
  columns: string[];
};

/** A mapping as it is kept. */
export const mappingBody = (
  name: string,
  options: {
    delimiter: DelimiterName;
    encoding: EncodingName;
    headings: readonly string[];
    targets: readonly CsvTarget[];
  },
): MappingBody => ({
  name,
  delimiter: options.delimiter,
  encoding: options.encoding,
  columns: options.headings.flatMap((heading, index) => {
    const text = mappingLine(heading, options.targets[index]);
    return text === '' || heading === '' ? [] : [text];
  }),
});
