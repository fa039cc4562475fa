import type { Database } from '../../platform/database.ts';
import { tableOf } from './table-store.ts';
import type { ChangeLike, Collection } from './types.ts';

export type ChangeRow = ChangeLike;

/** Ids below `before` and from `from` on, the newest first. */
export type IdRange = { before: number; from: number; limit: number };

/** Changes of one device, or of items of one collection: what narrows an index range further. */
type Narrow = {
  collections?: readonly string[] | undefined;
  operations?: readonly string[] | undefined;
  items?: readonly number[] | undefined;
};

type RangeParams = [number, number, number];

/** SQL that reads the change log; every query walks one index from its newest end. */
export const changeStore = (db: Database) => {
  const newest = db
    .prepare<RangeParams, number>('select id from change_log where id < ? and id >= ? order by id desc limit ?')
    .pluck();
  const ofKind = db
    .prepare<[string, string, ...RangeParams], number>(
      'select id from change_log where collection = ? and operation = ? and id < ? and id >= ? order by id desc limit ?',
    )
    .pluck();
  const withBefore = db
    .prepare<[string, number, ...RangeParams], number>(
      'select id from change_log where collection = ? and before_item = ? and id < ? and id >= ? order by id desc limit ?',
    )
    .pluck();
  const withAfter = db
    .prepare<[string, number, ...RangeParams], number>(
      'select id from change_log where collection = ? and after_item = ? and id < ? and id >= ? order by id desc limit ?',
    )
    .pluck();
  // The unary plus keeps the planner on the device's own index.
  const ofDevice = db
    .prepare<
      [
        number,
        number,
        number,
        string | null,
        string | null,
        string | null,
        string | null,
        string | null,
        string | null,
        string | null,
        number,
      ],
      number
    >(
      `select id from change_log where device = ? and id < ? and id >= ?
         and (? is null or +collection in (select value from json_each(?)))
         and (? is null or +operation in (select value from json_each(?)))
         and (? is null or +before_item in (select value from json_each(?)) or +after_item in (select value from json_each(?)))
       order by id desc limit ?`,
    )
    .pluck();
  const rows = db.prepare<[string], ChangeRow>(
    'select * from change_log where id in (select value from json_each(?)) order by id desc',
  );
  const operationOf = db.prepare<[number], { operation: string; collection: string }>(
    'select operation, collection from change_log where id = ?',
  );
  const atOrAfter = db.prepare<[number], { id: number; at: number }>(
    'select id, at from change_log where id >= ? order by id limit 1',
  );
  const bounds = db.prepare<[], { first: number | null; last: number | null }>(
    'select (select min(id) from change_log) as first, (select max(id) from change_log) as last',
  );
  const json = (values: readonly (string | number)[] | undefined): string | null =>
    values === undefined ? null : JSON.stringify(values);

  return {
    newest: ({ before, from, limit }: IdRange): number[] => newest.all(before, from, limit),
    ofKind: (collection: string, operation: string, { before, from, limit }: IdRange): number[] =>
      ofKind.all(collection, operation, before, from, limit),
    ofItem: (collection: string, item: number, { before, from, limit }: IdRange): number[] => [
      ...withBefore.all(collection, item, before, from, limit),
      ...withAfter.all(collection, item, before, from, limit),
    ],
    ofDevice: (device: number, narrow: Narrow, { before, from, limit }: IdRange): number[] => {
      const collections = json(narrow.collections);
      const operations = json(narrow.operations);
      const items = json(narrow.items);
      return ofDevice.all(
        device,
        before,
        from,
        collections,
        collections,
        operations,
        operations,
        items,
        items,
        items,
        limit,
      );
    },
    rows: (ids: readonly number[]): ChangeRow[] => rows.all(JSON.stringify(ids)),
    kindOf: (id: number) => operationOf.get(id),
    bounds: (): { first: number; last: number } => {
      const { first, last } = bounds.get() ?? { first: null, last: null };
      return { first: first ?? 1, last: last ?? 0 };
    },
    /** The first change stored at a time or later; undefined when there is none. Ids rise with the time of storing. */
    firstAt: (time: number): number | undefined => {
      const { first, last } = bounds.get() ?? { first: null, last: null };
      if (first === null || last === null) return undefined;
      let low = first;
      let high = last + 1;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const found = atOrAfter.get(middle);
        if (found === undefined || found.at >= time) high = middle;
        else low = found.id + 1;
      }
      return low > last ? undefined : atOrAfter.get(low)?.id;
    },
    /** Items of a `shared` collection by their title, the newest first. */
    itemsTitled: (collection: Collection, title: string, most: number): number[] =>
      db
        .prepare<[string, string, number], number>(
          // By the index that sorts in any case of letters.
          `select id from ${tableOf(collection)} where "${collection.title}" = ? collate nocase and "${collection.title}" = ?
           order by id desc limit ?`,
        )
        .pluck()
        .all(title, title, most),
  };
};
