import type { Database } from '../../platform/database.ts';
import { invalid } from '../../platform/errors.ts';
import { among, type Condition } from '../../platform/list/condition.ts';
import { type ListSource, listBuilder } from '../../platform/list/list-queries.ts';
import type { Personal } from '../../platform/personal.ts';
import { likePattern } from '../../platform/text.ts';
import type { Cell } from './store.ts';
import { blindColumn, column, countTableOf, isFoundSorted, isText, tableOf } from './table-store.ts';
import type { Collection, Field, ListQuery, Match, Matching } from './types.ts';

// The SQL of a list. Column names come from declarations, values are always bound.

type Value = string | number | boolean;

type ListRow = { id: number } & Record<string, Cell>;

const bound = (field: Field, value: Value): string | number => {
  if (typeof value === 'boolean') return Number(value);
  if (field.type === 'boolean' && typeof value === 'string') return value === 'true' || value === '1' ? 1 : 0;
  if (field.type === 'time' && typeof value === 'string' && !/^-?\d+$/.test(value)) return Date.parse(value);
  if (['integer', 'real', 'time'].includes(field.type)) return Number(value);
  return value;
};

/** A condition on one field; INVALID for a field that cannot be asked for. */
const fieldCondition = (
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
    return { sql: `item.${blindColumn(name)} in (${blind.map(() => '?').join(', ')})`, params: blind };
  }
  const json = JSON.stringify(values.map((value) => bound(field, value)));
  if (field.type === 'list') {
    const sql = `exists (select 1 from json_each(item.${column(name)}) as entry where entry.value in (select value from json_each(?)))`;
    return { sql, params: [json] };
  }
  const sql = `item.${column(name)} in (select value from json_each(?))`;
  return isFoundSorted(collection, name)
    ? {
        sql: `(item.${column(name)} collate nocase in (select value from json_each(?)) and ${sql})`,
        params: [json, json],
      }
    : { sql, params: [json] };
};

/** Part of any text field, or the whole of an indexed personal one. */
const searchCondition = (personal: Personal, collection: Collection, text: string): Condition => {
  const parts: string[] = [];
  const params: unknown[] = [];
  for (const [name, field] of Object.entries(collection.fields)) {
    if (field.perDevice || field.entered) continue;
    if (field.personal) {
      if (!field.indexed) continue;
      parts.push(`item.${blindColumn(name)} = ?`);
      params.push(personal.blindIndex(`${collection.name}.${name}`, text));
    } else if (field.type === 'text' || field.type === 'list') {
      parts.push(`item.${column(name)} like ? escape '\\'`);
      params.push(likePattern(text));
    }
  }
  return parts.length === 0 ? { sql: '0', params } : { sql: `(${parts.join(' or ')})`, params };
};

/** `*` and `?` of a mask as LIKE has them; whatever else means something to LIKE is itself. */
const maskPattern = (mask: string): string =>
  mask
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');

const matchSql = (personal: Personal, collection: Collection, match: Match): Condition => {
  if ('items' in match) {
    return among('item.id', match.items);
  }
  if ('values' in match) return fieldCondition(personal, collection, match.field, match.values);
  const field = collection.fields[match.field];
  if (field?.type !== 'text' || field.personal || field.perDevice || field.entered)
    throw invalid({ [match.field]: { key: 'validation.unknownField' } });
  const masks = JSON.stringify(match.masks.map(maskPattern));
  const sql = `exists (select 1 from json_each(?) as mask where item.${column(match.field)} like mask.value escape '\\')`;
  return { sql, params: [masks] };
};

const matchingSql = (personal: Personal, collection: Collection, matching: Matching) => {
  const any = matching.any.map((match) => matchSql(personal, collection, match));
  const none = matching.none.map((match) => matchSql(personal, collection, match));
  const oneOf = any.length === 0 ? '0' : any.map(({ sql }) => sql).join(' or ');
  // A field that is empty is not excluded.
  const exclusions = none.map(({ sql }) => ` and not coalesce(${sql}, 0)`).join('');
  return { sql: `(${oneOf})${exclusions}`, params: [...any, ...none].flatMap(({ params }) => params) };
};

const sortOf = (collection: Collection, sort: string): string => {
  if (sort === '_devices' && collection.mode === 'shared') return 'amount.devices';
  if (sort === '_device' && collection.mode === 'own') return 'item.device';
  const field = collection.fields[sort];
  if (field === undefined || field.personal || field.perDevice || field.entered)
    throw invalid({ sort: { key: 'validation.choice' } });
  return isText(field) ? `item.${column(sort)} collate nocase` : `item.${column(sort)}`;
};

/** What a list of a collection reads, and what rows of it are asked for. `ids`: the items of the asked device, for a shared collection. */
export const listOf = (
  personal: Personal,
  collection: Collection,
  query: Omit<ListQuery, 'limit' | 'after'>,
  ids: Uint32Array | undefined,
): { source: ListSource<'asked'>; where: Condition[] } => {
  const table = tableOf(collection);
  const isShared = collection.mode === 'shared';
  const text = query.search?.trim();
  const found = text ? searchCondition(personal, collection, text) : undefined;
  const also = among('item.id', query.searchItems ?? []);
  return {
    source: {
      from: isShared
        ? `${table} as item join ${countTableOf(collection)} as amount on amount.id = item.id and amount.devices > 0`
        : `${table} as item`,
      id: 'item.id',
      select: isShared ? 'item.*, amount.devices as _devices' : 'item.*',
      orders: { asked: { keys: [sortOf(collection, query.sort ?? collection.sort), 'item.id'], nullable: true } },
    },
    where: [
      ...(isShared && ids !== undefined ? [among('item.id', Array.from(ids))] : []),
      ...(isShared ? [] : [bestSection(collection)]),
      ...(isShared || query.device === undefined ? [] : [{ sql: 'item.device = ?', params: [query.device] }]),
      ...Object.entries(query.where ?? {}).map(([name, value]) =>
        fieldCondition(personal, collection, name, typeof value === 'object' ? value : [value]),
      ),
      ...(found === undefined
        ? []
        : [{ sql: `(${found.sql} or ${also.sql})`, params: [...found.params, ...also.params] }]),
      ...(query.matching === undefined ? [] : [matchingSql(personal, collection, query.matching)]),
    ],
  };
};

/** The few sections that another source outranks are left out, which is cheaper than finding the best one of each row. */
const bestSection = (collection: Collection): Condition => ({
  sql: `(item.device, item.section_source) not in (select device, source from section
          where collection = '${collection.name}' and best = 0)`,
  params: [],
});

/** A page of a collection: reads inv_<name>, inv_<name>_count and section. */
export const listPage = (
  parts: { db: Database; personal: Personal },
  collection: Collection,
  query: ListQuery,
  ids: Uint32Array | undefined,
): { rows: ListRow[]; total: number; next?: string } => {
  const { source, where } = listOf(parts.personal, collection, query, ids);
  const { descending = false, limit, after } = query;
  return listBuilder<ListRow, 'asked'>(parts.db, source).page({ sort: 'asked', descending, where, limit, after });
};
