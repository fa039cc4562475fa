import { fieldOf, namedField, type ParseOptions, termOf, usualOf } from './parse.ts';
import type { Token } from './tokens.ts';
import { type Comparison, type Field, type Filter, type Op, opsOf, type Vocabulary } from './types.ts';

// A filter as rows of a form: a field, an operator and a value each. `!` before an operator is its opposite.

export type Row = { field: string; op: string; value: string };

/** What a row can ask of a field, the usual first: its operators, and the opposite of what has none. */
export function rowOps(field: Field): string[] {
  const ops = opsOf(field);
  const [usual = '='] = ops;
  return usual === '=' ? [...ops] : [usual, `!${usual}`, ...ops.slice(1)];
}

/** The filter of a row; throws FilterFault. */
export function filterOfRow({ field: name, op, value }: Row, options: ParseOptions): Filter {
  const field = fieldOf({ kind: 'word', text: name, at: 1 }, options);
  const given: Token = { kind: 'text', text: value, at: 1 };
  if (op === '') return usualOf(field, name, given, options);
  const isNot = op.startsWith('!') && op !== '!=';
  const asked = (isNot ? op.slice(1) : op) as Op;
  const isGroup = field.type === 'group' && asked === 'in' && options.group(value) === undefined;
  const filter = isGroup ? usualOf(field, name, given, options) : termOf(field, name, asked, given, options);
  return isNot ? { not: filter } : filter;
}

const valueText = (value: Comparison['value']): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

/** `some software (name = a and version < 3)` as a row of the field that stands for it. */
const itemRow = (filter: Filter, { fields }: Vocabulary): Row | undefined => {
  if (!('some' in filter)) return undefined;
  const field = [...fields.values()].find(({ item }) => item?.rows === filter.some);
  const parts = 'all' in filter.where ? filter.where.all : [filter.where];
  const [name, version, ...more] = parts;
  if (field?.item === undefined || name === undefined || more.length > 0) return undefined;
  if (!('field' in name) || name.field !== field.item.name || name.op !== '=') return undefined;
  if (version === undefined) return { field: field.name, op: '=', value: String(name.value) };
  const isOrder = 'field' in version && version.field === field.item.version && /^[<>=!]/.test(version.op);
  return isOrder ? { field: field.name, op: '=', value: `${name.value}${version.op}${version.value}` } : undefined;
};

/** The row of a part of a filter; undefined where it says more than a row can. */
export function rowOf(filter: Filter, vocabulary: Vocabulary): Row | undefined {
  if ('field' in filter) return { field: filter.field, op: filter.op, value: valueText(filter.value) };
  const inner = 'not' in filter ? filter.not : filter;
  const item = itemRow(inner, vocabulary);
  if (item !== undefined) return 'not' in filter ? { ...item, op: '!=' } : item;
  if (!('not' in filter) || !('field' in inner)) return undefined;
  const field = namedField(inner.field, vocabulary);
  const isOpposite = field !== undefined && rowOps(field).includes(`!${inner.op}`) && inner.op !== '=';
  return isOpposite ? { field: inner.field, op: `!${inner.op}`, value: valueText(inner.value) } : undefined;
}

/** The rows of a filter and how they are joined; undefined where it says more than rows can. */
export function rowsOf(filter: Filter, vocabulary: Vocabulary): { join: 'and' | 'or'; rows: Row[] } | undefined {
  const parts = 'all' in filter ? filter.all : 'any' in filter ? filter.any : [filter];
  const rows = parts.map((part) => rowOf(part, vocabulary));
  if (rows.includes(undefined)) return undefined;
  return { join: 'any' in filter ? 'or' : 'and', rows: rows.flatMap((row) => row ?? []) };
}
