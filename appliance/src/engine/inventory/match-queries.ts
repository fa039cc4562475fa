import { invalid } from '../../platform/errors.ts';
import { among, type Condition } from '../../platform/list/condition.ts';
import type { Personal } from '../../platform/personal.ts';
import { blindColumn, column, isFoundSorted } from './table-store.ts';
import type { Collection, Field, Match, Matching } from './types.ts';

// What code asks of the rows `r` of a collection, as SQL: values of fields, categories of executables.

type Value = string | number | boolean;

const bound = (field: Field, value: Value): string | number => {
  if (typeof value === 'boolean') return Number(value);
  if (field.type === 'boolean' && typeof value === 'string') return value === 'true' || value === '1' ? 1 : 0;
  if (field.type === 'time' && typeof value === 'string' && !/^-?\d+$/.test(value)) return Date.parse(value);
  if (['integer', 'real', 'time'].includes(field.type)) return Number(value);
  return value;
};

/** A condition on one field; INVALID for a field that cannot be asked for. */
export const fieldCondition = (
  personal: Personal,
  collection: Collection,
  name: string,
  values: readonly Value[],
): Condition => {
  const field = collection.fields[name];
  if (field === undefined || field.perDevice || field.entered)
    throw invalid({ [name]: { key: 'validation.unknownField' } });
  if (field.personal) {
    if (!field.indexed) throw invalid({ [name]: { key: 'validation.unknownField' } });
    const blind = values.map((value) => personal.blindIndex(`${collection.name}.${name}`, String(value)));
    return { sql: `r.${blindColumn(name)} in (${blind.map(() => '?').join(', ')})`, params: blind };
  }
  const json = JSON.stringify(values.map((value) => bound(field, value)));
  if (field.type === 'list') {
    const sql = `exists (select 1 from json_each(r.${column(name)}) as entry where entry.value in (select value from json_each(?)))`;
    return { sql, params: [json] };
  }
  const sql = `r.${column(name)} in (select value from json_each(?))`;
  return isFoundSorted(collection, name)
    ? {
        sql: `(r.${column(name)} collate nocase in (select value from json_each(?)) and ${sql})`,
        params: [json, json],
      }
    : { sql, params: [json] };
};

/** `*` and `?` of a mask as LIKE has them; whatever else means something to LIKE is itself. */
const maskPattern = (mask: string): string =>
  mask
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');

const matchSql = (personal: Personal, collection: Collection, match: Match): Condition => {
  if ('items' in match) {
    return among('r.id', match.items);
  }
  if ('values' in match) return fieldCondition(personal, collection, match.field, match.values);
  const field = collection.fields[match.field];
  if (field?.type !== 'text' || field.personal || field.perDevice || field.entered)
    throw invalid({ [match.field]: { key: 'validation.unknownField' } });
  const masks = JSON.stringify(match.masks.map(maskPattern));
  const sql = `exists (select 1 from json_each(?) as mask where r.${column(match.field)} like mask.value escape '\\')`;
  return { sql, params: [masks] };
};

/** What fits one of some conditions and none of others. */
export const matchingSql = (personal: Personal, collection: Collection, matching: Matching): Condition => {
  const any = matching.any.map((match) => matchSql(personal, collection, match));
  const none = matching.none.map((match) => matchSql(personal, collection, match));
  const oneOf = any.length === 0 ? '0' : any.map(({ sql }) => sql).join(' or ');
  // A field that is empty is not excluded.
  const exclusions = none.map(({ sql }) => ` and not coalesce(${sql}, 0)`).join('');
  return { sql: `(${oneOf})${exclusions}`, params: [...any, ...none].flatMap(({ params }) => params) };
};
