import { AppError } from '../../../platform/errors.ts';
import { fold } from './functions.ts';
import type { Comparison, Condition, Field, Op, Rows, Vocabulary } from './types.ts';
import { dateMs, durationMs } from './values.ts';

export type Sql = { sql: string; params: unknown[] };

export type CompileOptions = {
  vocabulary: Vocabulary;
  now: number;
  /** A device that was heard after this moment is visible. */
  visibleSince: number;
  /** The ids of a group and of those below it. */
  groupsBelow: (group: string) => readonly string[];
  /** The devices that have one of the items that a query over the collection's table `r` finds. */
  holders: (rows: Rows, where: Sql) => readonly number[];
};

const signs: Readonly<Partial<Record<Op, string>>> = { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '=': '=' };

const textTest = (expression: string, op: Op, value: string, typeColumn: string): Sql => {
  const folded = fold(value);
  switch (op) {
    case '=':
      return { sql: `rule_fold(${expression}) = ?`, params: [folded] };
    case 'contains':
      return { sql: `instr(rule_fold(${expression}), ?) > 0`, params: [folded] };
    case 'starts':
      return { sql: `substr(rule_fold(${expression}), 1, length(?)) = ?`, params: [folded, folded] };
    case 'ends':
      return { sql: `substr(rule_fold(${expression}), -length(?)) = ?`, params: [folded, folded] };
    default:
      return {
        sql: `rule_version(${typeColumn}, ${expression}) ${signs[op] ?? '='} rule_version(${typeColumn}, ?)`,
        params: [value],
      };
  }
};

/** Whether one value, which is not null, fits. `!=` and `unknown` are told by the caller. */
const test = (
  field: Field,
  expression: string,
  { op, value }: Comparison,
  options: CompileOptions,
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
      return op === 'in'
        ? { sql: `rule_in_range(${expression}, ?)`, params: [value] }
        : { sql: `${expression} = ?`, params: [value] };
    case 'group':
      return op === 'in'
        ? {
            sql: `${expression} in (select value from json_each(?))`,
            params: [JSON.stringify(options.groupsBelow(String(value)))],
          }
        : { sql: `${expression} = ?`, params: [value] };
    case 'choice':
      return { sql: `${expression} = ?`, params: [value] };
  }
};

/** A comparison over one field, as true or false. */
const compare = (field: Field, comparison: Comparison, options: CompileOptions, type = 'null'): Sql => {
  const { op } = comparison;
  const positive: Comparison = op === '!=' ? { ...comparison, op: '=' } : comparison;
  const not = op === '!=' ? 'not ' : '';
  if ('scalar' in field.source) {
    const expression = field.source.scalar.replace(':visibleSince', String(Math.trunc(options.visibleSince)));
    if (op === 'unknown') return { sql: `(${expression}) is null`, params: [] };
    const { sql, params } = test(field, `(${expression})`, positive, options, type);
    return { sql: `${not}coalesce(${sql}, 0)`, params };
  }
  if (op === 'unknown')
    return { sql: `not exists (select 1 from (${field.source.many}) where value is not null)`, params: [] };
  const { sql, params } = test(field, 'value', positive, options, type);
  return { sql: `${not}exists (select 1 from (${field.source.many}) where ${sql})`, params };
};

/** The best door's rows of a collection that is the device's own. */
const ownRows = (rows: Rows, where: string): string =>
  `exists (select 1 from section s join ${rows.table} r on r.device = s.device and r.door = s.door
     where s.device = d.id and s.collection = '${rows.name}' and s.best = 1 and ${where})`;

/** SQL over the device `d`; every value is bound, every name comes from a declaration. */
export const compileCondition = (condition: Condition, options: CompileOptions): Sql => {
  const { vocabulary } = options;

  const some = (rows: Rows, where: Sql): Sql =>
    rows.shared
      ? {
          sql: 'd.id in (select value from json_each(?))',
          params: [JSON.stringify(options.holders(rows, where))],
        }
      : { sql: ownRows(rows, where.sql), params: where.params };

  const joined = (parts: readonly Condition[], word: 'and' | 'or', rows: Rows | undefined): Sql => {
    const compiled = parts.map((part) => walk(part, rows));
    if (compiled.length === 0) return { sql: word === 'and' ? '1' : '0', params: [] };
    return {
      sql: `(${compiled.map(({ sql }) => sql).join(` ${word} `)})`,
      params: compiled.flatMap(({ params }) => params),
    };
  };

  const leaf = (comparison: Comparison, rows: Rows | undefined): Sql => {
    const missing = (): AppError => new AppError('INTERNAL', `there is no field ${comparison.field}`);
    const typeOf = (of: Rows): string => (of.fields.has('type') ? 'r."type"' : 'null');
    if (rows !== undefined) {
      const field = rows.fields.get(comparison.field);
      if (field === undefined) throw missing();
      return compare(field, comparison, options, typeOf(rows));
    }
    const top = vocabulary.fields.get(comparison.field);
    if (top !== undefined) return compare(top, comparison, options);
    const [collection = '', name = ''] = comparison.field.split('.');
    const of = vocabulary.rows.get(collection);
    const field = of?.fields.get(name);
    if (of === undefined || field === undefined) throw missing();
    // Of all rows together: none is equal, none has a value.
    if (comparison.op === '!=') {
      const { sql, params } = some(of, compare(field, { ...comparison, op: '=' }, options, typeOf(of)));
      return { sql: `not ${sql}`, params };
    }
    if (comparison.op === 'unknown') {
      const known = compare(field, comparison, options);
      const { sql, params } = some(of, { sql: `not (${known.sql})`, params: known.params });
      return { sql: `not ${sql}`, params };
    }
    return some(of, compare(field, comparison, options, typeOf(of)));
  };

  const walk = (part: Condition, rows: Rows | undefined): Sql => {
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

  return walk(condition, undefined);
};

/** A comparison with time: the field's moments, and an age after them or a fixed moment at which it turns. */
type TimeAsked = { field: Field; rows?: Rows } & ({ ms: number } | { at: number });

/** Each comparison with time that a condition makes. */
export const timesOf = (condition: Condition, vocabulary: Vocabulary): TimeAsked[] => {
  const walk = (part: Condition, rows: Rows | undefined): TimeAsked[] => {
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
  return walk(condition, undefined);
};
