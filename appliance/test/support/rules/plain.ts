import { compareKeys } from '@sallyport/bundle-tools/versions/key';
import { versionKey } from '../../../src/platform/filter/functions.ts';
import type { Comparison, Filter } from '../../../src/platform/filter/types.ts';
import { dateMs, durationMs } from '../../../src/platform/filter/values.ts';

// Conditions told over a plain record, the way the language is described to people: what SQL says is compared with it.

type Scalar = string | number | boolean | null;
export type PlainRecord = {
  /** Fields by their names; a list is a field of many values. */
  fields: Record<string, Scalar | Scalar[]>;
  rows: Record<string, Record<string, Scalar | Scalar[]>[]>;
};

type PlainOptions = {
  now: number;
  groupsBelow: (group: string) => readonly string[];
  groupsNamed: (text: string) => readonly string[];
};

const lower = (value: Scalar): string => String(value).normalize('NFC').toLowerCase();

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const isInRange = (address: string, range: string): boolean => {
  const at = toNumber(address);
  if (range.includes('-')) {
    const [first = '', last = ''] = range.split('-');
    return at >= toNumber(first) && at <= toNumber(last);
  }
  const [base = '', prefix = '32'] = range.split('/');
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(at / size) === Math.floor(toNumber(base) / size);
};

const orderOf = (value: Scalar, wanted: Scalar, type: Scalar): number | undefined => {
  if (typeof value === 'number') return value - Number(wanted);
  const [a, b] = [value, wanted].map((text) => versionKey(typeof type === 'string' ? type : null, String(text)));
  return a && b ? compareKeys(a, b) : undefined;
};

const one = (value: Scalar, { field, op, value: wanted }: Comparison, type: Scalar, options: PlainOptions): boolean => {
  if (value === null) return false;
  const order = (): number | undefined => orderOf(value, wanted, type);
  const has = (test: (n: number) => boolean): boolean => {
    const n = order();
    return n !== undefined && test(n);
  };
  switch (op) {
    case '=':
      return typeof value === 'string' ? lower(value) === lower(wanted) : value === wanted;
    case 'contains':
      if (field === 'group') return options.groupsNamed(String(wanted)).includes(String(value));
      return lower(value).includes(lower(wanted));
    case 'starts':
      return lower(value).startsWith(lower(wanted));
    case 'ends':
      return lower(value).endsWith(lower(wanted));
    case '<':
      return has((n) => n < 0);
    case '<=':
      return has((n) => n <= 0);
    case '>':
      return has((n) => n > 0);
    case '>=':
      return has((n) => n >= 0);
    case 'in':
      return String(wanted).includes('.')
        ? isInRange(String(value), String(wanted))
        : options.groupsBelow(String(wanted)).includes(String(value));
    case 'older':
      return options.now - Number(value) >= (durationMs(String(wanted)) ?? Number.NaN);
    case 'newer':
      return options.now - Number(value) < (durationMs(String(wanted)) ?? Number.NaN);
    case 'before':
      return Number(value) < (dateMs(String(wanted)) ?? Number.NaN);
    case 'after':
      return Number(value) > (dateMs(String(wanted)) ?? Number.NaN);
    default:
      throw new Error(`${op} is told elsewhere`);
  }
};

const over = (values: readonly Scalar[], comparison: Comparison, type: Scalar, options: PlainOptions): boolean => {
  if (comparison.op === 'unknown') return values.every((value) => value === null);
  if (comparison.op === '!=') return !over(values, { ...comparison, op: '=' }, type, options);
  return values.some((value) => one(value, comparison, type, options));
};

const listOf = (value: Scalar | Scalar[] | undefined): Scalar[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Whether a record fits a condition. */
export const plainFits = (condition: Filter, record: PlainRecord, options: PlainOptions): boolean => {
  const inRow = (part: Filter, row: Record<string, Scalar | Scalar[]>): boolean => {
    if ('all' in part) return part.all.every((inner) => inRow(inner, row));
    if ('any' in part) return part.any.some((inner) => inRow(inner, row));
    if ('not' in part) return !inRow(part.not, row);
    if ('some' in part) throw new Error('no collection inside a collection');
    return over(listOf(row[part.field]), part, (row['type'] ?? null) as Scalar, options);
  };
  if ('all' in condition) return condition.all.every((part) => plainFits(part, record, options));
  if ('any' in condition) return condition.any.some((part) => plainFits(part, record, options));
  if ('not' in condition) return !plainFits(condition.not, record, options);
  if ('some' in condition) return (record.rows[condition.some] ?? []).some((row) => inRow(condition.where, row));
  if (condition.field in record.fields) return over(listOf(record.fields[condition.field]), condition, null, options);
  const [collection = '', name = ''] = condition.field.split('.');
  const rows = record.rows[collection] ?? [];
  const positive: Comparison = condition.op === '!=' ? { ...condition, op: '=' } : condition;
  if (condition.op === 'unknown') return rows.every((row) => listOf(row[name]).every((value) => value === null));
  const found = rows.some((row) => over(listOf(row[name]), positive, (row['type'] ?? null) as Scalar, options));
  return condition.op === '!=' ? !found : found;
};
