import { AppError } from '../errors.ts';
import { fold } from '../sql-functions.ts';
import type { Comparison, Field, Filter, Op, Rows, Vocabulary } from './types.ts';
import { dateMs, durationMs } from './values.ts';

/** A part of a statement with the values that it binds. */
export type Sql = { sql: string; params: unknown[] };

export type FilterSqlOptions = {
  vocabulary: Vocabulary;
  now: number;
  /** Numbers that stand in the SQL of fields as `:name`. */
  moments: Readonly<Record<string, number>>;
  /** The ids of a group and of those below it. */
  groupsBelow: (group: string) => readonly string[];
  /** The ids of groups with a text in their names, and of those below them. */
  groupsNamed: (text: string) => readonly string[];
  /** Whether what is filtered has one of the rows `r` that a condition finds. */
  some: (rows: Rows, where: Sql) => Sql;
};

const signs: Readonly<Partial<Record<Op, string>>> = { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '=': '=' };

const textTest = (expression: string, op: Op, value: string, typeColumn: string): Sql => {
  const folded = fold(value);
  switch (op) {
    case '=':
      return { sql: `filter_fold(${expression}) = ?`, params: [folded] };
    case 'contains':
      return { sql: `instr(filter_fold(${expression}), ?) > 0`, params: [folded] };
    case 'starts':
      return { sql: `substr(filter_fold(${expression}), 1, length(?)) = ?`, params: [folded, folded] };
    case 'ends':
      return { sql: `substr(filter_fold(${expression}), -length(?)) = ?`, params: [folded, folded] };
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
): Sql => {
  switch (field.type) {
    case 'text':
      return textTest(expression, op, String(value), type);
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
      const ids = (op === 'in' ? options.groupsBelow : options.groupsNamed)(String(value));
      return { sql: `${expression} in (select value from json_each(?))`, params: [JSON.stringify(ids)] };
    }
    default:
      return { sql: `${expression} = ?`, params: [value] };
  }
};

/** A comparison over one field, as true or false. */
const compare = (field: Field, comparison: Comparison, options: FilterSqlOptions, type = 'null'): Sql => {
  const { op } = comparison;
  const positive: Comparison = op === '!=' ? { ...comparison, op: '=' } : comparison;
  const not = op === '!=' ? 'not ' : '';
  if ('set' in field.source) throw new AppError('INTERNAL', `${field.name} is found as a set alone`);
  if ('scalar' in field.source) {
    const expression = Object.entries(options.moments).reduce(
      (sql, [name, at]) => sql.replaceAll(`:${name}`, String(Math.trunc(at))),
      field.source.scalar,
    );
    if (op === 'unknown') return { sql: `(${expression}) is null`, params: [] };
    // As the index has it: no letter of a name outside ASCII is one of ASCII without its case.
    if (field.nocase && positive.op === '=' && /^[ -~]+$/.test(String(positive.value)))
      return {
        sql: `${not}(${expression} is not null and ${expression} = ? collate nocase)`,
        params: [positive.value],
      };
    const { sql, params } = test(field, `(${expression})`, positive, options, type);
    return { sql: `${not}coalesce(${sql}, 0)`, params };
  }
  if (op === 'unknown')
    return { sql: `not exists (select 1 from (${field.source.many}) where value is not null)`, params: [] };
  const { sql, params } = test(field, 'value', positive, options, type);
  return { sql: `${not}exists (select 1 from (${field.source.many}) where ${sql})`, params };
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
export function filterSql(filter: Filter, options: FilterSqlOptions, of?: Rows): Sql {
  const { vocabulary, some } = options;

  const joined = (parts: readonly Filter[], word: 'and' | 'or', rows: Rows | undefined): Sql => {
    const compiled = parts.map((part) => walk(part, rows));
    if (compiled.length === 0) return { sql: word === 'and' ? '1' : '0', params: [] };
    return {
      sql: `(${compiled.map(({ sql }) => sql).join(` ${word} `)})`,
      params: compiled.flatMap(({ params }) => params),
    };
  };

  const leaf = (comparison: Comparison, rows: Rows | undefined): Sql => {
    const field = (rows ?? vocabulary).fields.get(comparison.field);
    if (field !== undefined) return compare(field, comparison, options, rows?.fields.has('type') ? 'r."type"' : 'null');
    const whole = rows === undefined ? ofRows(comparison, vocabulary) : undefined;
    if (whole === undefined) throw new AppError('INTERNAL', `there is no field ${comparison.field}`);
    return walk(whole, undefined);
  };

  const walk = (part: Filter, rows: Rows | undefined): Sql => {
    if ('all' in part) return joined(part.all, 'and', rows);
    if ('any' in part) return joined(part.any, 'or', rows);
    if ('not' in part) {
      const { sql, params } = walk(part.not, rows);
      return { sql: `not (${sql})`, params };
    }
    if ('some' in part) {
      const of = vocabulary.rows.get(part.some);
      if (of === undefined) throw new AppError('INTERNAL', `there is no collection ${part.some}`);
      return some(of, walk(part.where, of));
    }
    return leaf(part, rows);
  };

  return walk(filter, of);
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
