import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import { invalid } from '../../platform/errors.ts';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import { textFilter } from '../../platform/filter/types.ts';
import { among, type Condition } from '../../platform/list/condition.ts';
import { type ListSource, listBuilder } from '../../platform/list/list-queries.ts';
import type { Personal } from '../../platform/personal.ts';
import { devicesIn } from '../../platform/scope.ts';
import { collectionVocabulary } from './field-queries.ts';
import { fieldCondition, matchingSql } from './match-queries.ts';
import type { Cell } from './store.ts';
import { column, countTableOf, isText, tableOf } from './table-store.ts';
import type { Collection, ListAsked, ListQuery, WhoseItems } from './types.ts';

// The SQL of a list. Column names come from declarations, values are always bound.

/** A stored row; `_devices` where it is an item of a shared collection. */
export type ListRow = { id: number } & Record<string, Cell>;

const sortOf = (collection: Collection, sort: string): string => {
  if (sort === '_devices' && collection.mode === 'shared') return 'amount.devices';
  if (sort === '_device' && collection.mode === 'own') return 'r.device';
  const field = collection.fields[sort];
  if (field === undefined || field.personal || field.perDevice || field.entered)
    throw invalid({ sort: { key: 'validation.choice' } });
  return isText(field) ? `r.${column(sort)} collate nocase` : `r.${column(sort)}`;
};

const countedItems = (collection: Collection): string =>
  `select id, devices from ${countTableOf(collection)} where devices > 0`;

/** What a list of a collection reads, and what rows of it are asked for. `ids`: the items of the asked device, for a shared collection. */
export const listOf = (
  personal: Personal,
  collection: Collection,
  query: Omit<ListAsked, 'limit' | 'after'> & WhoseItems,
  ids: Uint32Array | undefined,
): { source: ListSource<'asked'>; where: Condition[] } => {
  const table = tableOf(collection);
  const isShared = collection.mode === 'shared';
  const vocabulary = collectionVocabulary(personal, collection, query.told);
  const searched = textFilter(query.search ?? '');
  const where: Condition[] = [
    ...(isShared && ids !== undefined ? [among('r.id', Array.from(ids))] : []),
    ...(isShared ? [] : [bestSection(collection)]),
    ...(isShared
      ? []
      : [
          query.device === undefined
            ? devicesIn(query.scope, 'r.device')
            : { sql: 'r.device = ?', params: [query.device] },
        ]),
    ...Object.entries(query.where ?? {}).map(([name, value]) =>
      fieldCondition(personal, collection, name, typeof value === 'object' ? value : [value]),
    ),
    ...[query.filter, searched].flatMap((filter) => conditionsOf(filter, { vocabulary, now: nowMs() })),
    ...(query.matching === undefined ? [] : [matchingSql(personal, collection, query.matching)]),
  ];
  return {
    source: {
      from: isShared
        ? `${table} as r join ${countTableOf(collection)} as amount on amount.id = r.id and amount.devices > 0`
        : `${table} as r`,
      id: 'r.id',
      // Where nothing is asked, each item that a device has is one.
      ...(isShared && where.length === 0 ? { counted: `(${countedItems(collection)})` } : {}),
      select: isShared ? 'r.*, amount.devices as _devices' : 'r.*',
      orders: { asked: { keys: [sortOf(collection, query.sort ?? collection.sort), 'r.id'], nullable: true } },
    },
    where,
  };
};

/** The few sections that another source outranks are left out, which is cheaper than finding the best one of each row. */
const bestSection = (collection: Collection): Condition => ({
  sql: `(r.device, r.section_source) not in (select device, source from section
          where collection = '${collection.name}' and best = 0)`,
  params: [],
});

/** Items by their ids, in the order of those. */
export const rowsById = (db: Database, collection: Collection, ids: readonly number[]): ListRow[] => {
  const found = db
    .prepare<[string], ListRow>(`select * from ${tableOf(collection)} where id in (select value from json_each(?))`)
    .all(JSON.stringify(ids));
  const rows = new Map(found.map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
};

/** The most common items of a `shared` collection: sorted by their counts alone, before a row is read. */
const commonPage = (db: Database, collection: Collection, { descending = false, limit, after }: ListQuery) => {
  const list = listBuilder<{ id: number; devices: number }, 'devices'>(db, {
    from: `(${countedItems(collection)}) as amount`,
    id: 'amount.id',
    select: 'amount.id as id, amount.devices as devices',
    orders: { devices: { keys: ['amount.devices', 'amount.id'], nullable: true } },
  });
  const { rows, ...page } = list.page({ sort: 'devices', descending, limit, after });
  const counts = new Map(rows.map(({ id, devices }) => [id, devices]));
  return {
    ...page,
    rows: rowsById(
      db,
      collection,
      rows.map(({ id }) => id),
    ).map((row): ListRow => ({ ...row, _devices: counts.get(row.id) ?? 0 })),
  };
};

/** A page of a collection: reads inv_<name>, inv_<name>_count and section. */
export const listPage = (
  parts: { db: Database; personal: Personal },
  collection: Collection,
  query: ListQuery,
  ids: Uint32Array | undefined,
): { rows: ListRow[]; total: number; next?: string } => {
  const { source, where } = listOf(parts.personal, collection, query, ids);
  if (where.length === 0 && query.sort === '_devices') return commonPage(parts.db, collection, query);
  const { descending = false, limit, after } = query;
  return listBuilder<ListRow, 'asked'>(parts.db, source).page({ sort: 'asked', descending, where, limit, after });
};
