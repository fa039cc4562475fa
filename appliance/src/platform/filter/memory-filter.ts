import { AppError } from '../errors.ts';
import { fold } from '../sql-functions.ts';
import type { Comparison, Filter } from './types.ts';

// A filter over rows that are in memory: the same answers as the translation to SQL gives.

/** What a row has of a field; null where it has nothing. */
type MemoryValue = string | number | boolean | null;

/** What a row has of each field, by its name; of a field with many values all of them. */
export type MemoryFields<Row> = Readonly<Record<string, (row: Row) => MemoryValue | readonly MemoryValue[]>>;

/** `wanted`: a text is without case. */
const compares = (op: Comparison['op'], value: MemoryValue, wanted: Comparison['value']): boolean => {
  if (value === null) return false;
  switch (op) {
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    default:
  }
  if (typeof value !== 'string' || typeof wanted !== 'string') return value === wanted;
  const text = fold(value);
  switch (op) {
    case 'contains':
      return text.includes(wanted);
    case 'starts':
      return text.startsWith(wanted);
    case 'ends':
      return text.endsWith(wanted);
    case '=':
      return text === wanted;
    default:
      throw new AppError('INTERNAL', `${op} is not asked of rows in memory`);
  }
};

/** Tells whether a row fits; numbers are ordered, texts are not. */
export function fitsIn<Row>(filter: Filter, fields: MemoryFields<Row>): (row: Row) => boolean {
  if ('all' in filter) {
    const parts = filter.all.map((part) => fitsIn(part, fields));
    return (row) => parts.every((fits) => fits(row));
  }
  if ('any' in filter) {
    const parts = filter.any.map((part) => fitsIn(part, fields));
    return (row) => parts.some((fits) => fits(row));
  }
  if ('not' in filter) {
    const fits = fitsIn(filter.not, fields);
    return (row) => !fits(row);
  }
  if ('some' in filter) throw new AppError('INTERNAL', `there is no collection ${filter.some}`);
  const { field, op, value } = filter;
  const read = fields[field];
  if (read === undefined) throw new AppError('INTERNAL', `there is no field ${field}`);
  const wanted = typeof value === 'string' ? fold(value) : value;
  const valuesOf = (row: Row): readonly MemoryValue[] => [read(row)].flat();
  if (op === 'unknown') return (row) => valuesOf(row).every((one) => one === null);
  if (op === '!=') return (row) => !valuesOf(row).some((one) => compares('=', one, wanted));
  return (row) => valuesOf(row).some((one) => compares(op, one, wanted));
}
