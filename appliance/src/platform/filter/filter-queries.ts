import { AppError } from '../errors.ts';
import type { Condition } from '../list/condition.ts';
import { fold } from '../sql-functions.ts';
import type { Comparison, Field, Filter, Op, Rows, Vocabulary } from './types.ts';
import { dateMs, durationMs } from './values.ts';

export type FilterSqlOptions = {
  vocabulary: Vocabulary;
  now: number;
  /** Numbers that stand in the SQL of fields as `:name`. */
  moments?: Readonly<Record<string, number>>;
  /** The ids of a group and of those below it; where a field is a group. */
  groupsBelow?: (group: string) => readonly string[];
  /** The ids of groups with a text in their names, and of those below them. */
  groupsNamed?: (text: string) => readonly string[];
  /** Whether what is filtered has one of the rows `r` that a condition finds; where there are collections. */
  some?: (rows: Rows, where: Condition) => Condition;
};

const signs: Readonly<Partial<Record<Op, string>>> = { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '=': '=' };

const textTest = (
  expression: string,
  op: Op,
  value: string,
  typeColumn: string,
  stored?: Field['stored'],
): Condition => {
  const folded = fold(value);
  const text = stored === 'folded' ? expression : `fold(${expression})`;
  switch (op) {
    case '=':
      return stored === 'exact'
        ? { sql: `${expression} = ?`, params: [value] }
        : { sql: `${text} = ?`, params: [folded] };
    case 'contains':
      return { sql: `instr(${text}, ?) > 0`, params: [folded] };
    case 'starts':
      return { sql: `substr(${text}, 1, length(?)) = ?`, params: [folded, folded] };
    case 'ends':
      return { sql: `substr(${text}, -length(?)) = ?`, params: [folded, folded] };
    default:
      return {
        sql: `filter_version(${typeColumn}, ${expression}) ${signs[op] ?? '='} filter_version(${typeColumn}, ?)`,
        params: [value],
      };
  }
};

/** Whether one value, which is not null, fits. `!=` and `unknown` are told by the caller. */
const test = (
  field: Field,
  expression: string,
  { op, value }: Comparison,
  options: FilterSqlOptions,
  type: string,
): Condition => {
  switch (field.type) {
    case 'text':
      return textTest(expression, op, String(value), type, field.stored);
    case 'choice': {
      const stored = field.stored === 'rank' ? (field.options ?? []).indexOf(String(value)) : value;
      return { sql: `${expression} = ?`, params: [stored] };
    }
    case 'number':
      return { sql: `${expression} ${signs[op] ?? '='} ?`, params: [value] };
    case 'yesno':
      return { sql: `${expression} = ?`, params: [Number(value)] };
    case 'time': {
      const [sign, bound] = {
        older: ['<=', options.now - (durationMs(String(value)) ?? 0)],
        newer: ['>', options.now - (durationMs(String(value)) ?? 0)],
        before: ['<', dateMs(String(value)) ?? 0],
        after: ['>', dateMs(String(value)) ?? 0],
      }[op as 'older'] as [string, number];
      return { sql: `${expression} ${sign} ?`, params: [bound] };
    }
    case 'address':
      if (op === 'starts') return textTest(expression, op, String(value), type);
      return op === 'in'
        ? { sql: `filter_in_range(${expression}, ?)`, params: [value] }
        : { sql: `${expression} = ?`, params: [value] };
    case 'group': {
      if (op === '=') return { sql: `${expression} = ?`, params: [value] };
      const ids = (op === 'in' ? options.groupsBelow : options.groupsNamed)?.(String(value)) ?? [];
      return { sql: `${expression} in (select value from json_each(?))`, params: [JSON.stringify(ids)] };
    }
    default:
      return { sql: `${expression} = ?`, params: [value] };
  }
};

/**
 * A comparison over one field. Without a value it is null, which finds nothing and lets an index be used; where it stands under a
 * `not`, or is one, it is false.
 */
const compare = (
  field: Field,
  comparison: Comparison,
  options: FilterSqlOptions,
  isNegated: boolean,
  type = 'null',
): Condition => {
  const { op } = comparison;
  const { source } = field;
  const positive: Comparison = op === '!=' ? { ...comparison, op: '=' } : comparison;
  const not = op === '!=' ? 'not ' : '';
  const known = ({ sql, params }: Condition): Condition =>
    isNegated || op === '!=' ? { sql: `${not}coalesce(${sql}, 0)`, params } : { sql, params };
  if ('code' in source) throw new AppError('INTERNAL', `${field.name} is not found by SQL`);
  if ('test' in source) return known(source.test(String(comparison.value)));
  if ('scalar' in source) {
    const expression = Object.entries(options.moments ?? {}).reduce(
      (sql, [name, at]) => sql.replaceAll(`:${name}`, String(Math.trunc(at))),
      source.scalar,
    );
    if (op === 'unknown') return { sql: `(${expression}) is null`, params: [] };
    // As the index has it: no letter of a name outside ASCII is one of ASCII without its case.
    if (field.nocase && positive.op === '=' && /^[ -~]+$/.test(String(positive.value)))
      return known({ sql: `(${expression} = ? collate nocase)`, params: [positive.value] });
    return known(test(field, `(${expression})`, positive, options, type));
  }
  if (op === 'unknown')
    return { sql: `not exists (select 1 from (${source.many}) where value is not null)`, params: [] };
  const { sql, params } = test(field, 'value', positive, options, type);
  return { sql: `${not}exists (select 1 from (${source.many}) where ${sql})`, params };
};

/** `software.name = a` as what it asks of the collection's rows: none is equal to what is told by `!=`, none has an unknown value. */
export function ofRows({ field, op, value }: Comparison, { rows }: Vocabulary): Filter | undefined {
  const [collection = '', name = ''] = field.split('.');
  if (!rows.get(collection)?.fields.has(name)) return undefined;
  const some = (where: Filter): Filter => ({ some: collection, where });
  if (op === '!=') return { not: some({ field: name, op: '=', value }) };
  if (op === 'unknown') return { not: some({ not: { field: name, op, value } }) };
  return some({ field: name, op, value });
}

/** SQL over what the fields' sources are over; every value is bound, every name comes from a declaration. `of`: over these rows. */
export function filterSql(filter: Filter, options: FilterSqlOptions, of?: Rows): Condition {
  const { vocabulary, some } = options;

  const joined = (
    parts: readonly Filter[],
    word: 'and' | 'or',
    rows: Rows | undefined,
    isNegated: boolean,
  ): Condition => {
    const compiled = parts.map((part) => walk(part, rows, isNegated));
    if (compiled.length === 0) return { sql: word === 'and' ? '1' : '0', params: [] };
    return {
      sql: `(${compiled.map(({ sql }) => sql).join(` ${word} `)})`,
      params: compiled.flatMap(({ params }) => params),
    };
  };

  const leaf = (comparison: Comparison, rows: Rows | undefined, isNegated: boolean): Condition => {
    const field = (rows ?? vocabulary).fields.get(comparison.field);
    if (field !== undefined)
      return compare(field, comparison, options, isNegated, rows?.fields.has('type') ? 'r."type"' : 'null');
    const whole = rows === undefined ? ofRows(comparison, vocabulary) : undefined;
    if (whole === undefined) throw new AppError('INTERNAL', `there is no field ${comparison.field}`);
    return walk(whole, undefined, isNegated);
  };

  const walk = (part: Filter, rows: Rows | undefined, isNegated: boolean): Condition => {
    if ('all' in part) return joined(part.all, 'and', rows, isNegated);
    if ('any' in part) return joined(part.any, 'or', rows, isNegated);
    if ('not' in part) {
      const { sql, params } = walk(part.not, rows, true);
      return { sql: `not (${sql})`, params };
    }
    if ('some' in part) {
      const asked = vocabulary.rows.get(part.some);
      if (asked === undefined || some === undefined)
        throw new AppError('INTERNAL', `there is no collection ${part.some}`);
      // Of no row at all it is false, not null.
      return some(asked, walk(part.where, asked, false));
    }
    return leaf(part, rows, isNegated);
  };

  return walk(filter, of, false);
}

/** The condition of a list; none where nothing is asked. */
export function conditionsOf(filter: Filter | undefined, options: FilterSqlOptions): Condition[] {
  return filter === undefined ? [] : [filterSql(filter, options)];
}

/** A comparison with time: the field's moments, and an age after them or a fixed moment at which it turns. */
type TimeAsked = { field: Field; rows?: Rows } & ({ ms: number } | { at: number });

/** Each comparison with time that a filter makes. */
export function timesOf(filter: Filter, vocabulary: Vocabulary): TimeAsked[] {
  const walk = (part: Filter, rows: Rows | undefined): TimeAsked[] => {
    if ('all' in part) return part.all.flatMap((inner) => walk(inner, rows));
    if ('any' in part) return part.any.flatMap((inner) => walk(inner, rows));
    if ('not' in part) return walk(part.not, rows);
    if ('some' in part) return walk(part.where, vocabulary.rows.get(part.some));
    const { op } = part;
    if (op !== 'older' && op !== 'newer' && op !== 'before' && op !== 'after') return [];
    const [collection = '', name = ''] = part.field.split('.');
    const of = rows ?? (vocabulary.fields.has(part.field) ? undefined : vocabulary.rows.get(collection));
    const inner = rows === undefined ? name : part.field;
    const field = of === undefined ? vocabulary.fields.get(part.field) : of.fields.get(inner);
    if (field === undefined) return [];
    const asked = { field, ...(of === undefined ? {} : { rows: of }) };
    if (op === 'older' || op === 'newer') return [{ ...asked, ms: durationMs(String(part.value)) ?? 0 }];
    return [{ ...asked, at: dateMs(String(part.value)) ?? 0 }];
  };
  return walk(filter, undefined);
}
