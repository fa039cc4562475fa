import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Body } from '../../engine/objects/types.ts';
import { CSV_ENCODINGS } from '../../platform/csv/bytes.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { type CsvOptions, type CsvTarget, delimiterNames, delimiters, targetOf } from './types.ts';

// A mapping of columns as it is kept: the object kind controller-csv-mapping. Each line is `heading = field`.

const maxColumns = 256;
const line = /^(.{1,200}) = ([A-Za-z]{1,40}|custom:[^:]{1,60})$/su;
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
    ...defined({ delimiter: chosen, encoding }),
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
