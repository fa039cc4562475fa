import type { Database } from '../../platform/database.ts';
import { deviceRowsIn, devicesIn, isDeviceIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
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

const mostOneByOne = 500;

/** SQL that reads the change log; every query walks one index from its newest end. */
export const changeStore = (db: Database) => {
  const sql = statements(db);
  const atOrAfter = sql.get<[id: number], { id: number; at: number }>(
    'select id, at from change_log where id >= ? order by id limit 1',
  );
  const bounds = sql.get<[], { first: number | null; last: number | null }>(
    'select (select min(id) from change_log) as first, (select max(id) from change_log) as last',
  );

  return {
    /** The devices in reach where they are so few that each is read by itself: going back through all changes reads every one. */
    fewReached: (scope: Scope): number[] | undefined => {
      if (scope.site) return undefined;
      const { sql: reach, params } = deviceRowsIn(scope);
      const devices = sql.values<unknown[], number>(`select device from device_row where ${reach} limit ?`)(
        ...params,
        mostOneByOne,
      );
      return devices.length < mostOneByOne ? devices : undefined;
    },
    /** The log of all devices in reach. */
    reached: (scope: Scope) => {
      const newestWhere = (where: string) => {
        const { sql: reach, params } = isDeviceIn(scope, 'change_log.device');
        const text = `select id from change_log where ${where} and id < ? and id >= ? and ${reach} order by id desc limit ?`;
        let read: ((...values: unknown[]) => number[]) | undefined;
        return (asked: readonly unknown[], { before, from, limit }: IdRange): number[] => {
          read ??= sql.values<unknown[], number>(text);
          return read(...asked, before, from, ...params, limit);
        };
      };
      const all = newestWhere('true');
      const ofKind = newestWhere('collection = ? and operation = ?');
      const withBefore = newestWhere('collection = ? and before_item = ?');
      const withAfter = newestWhere('collection = ? and after_item = ?');
      return {
        newest: (range: IdRange): number[] => all([], range),
        ofKind: (collection: string, operation: string, range: IdRange): number[] =>
          ofKind([collection, operation], range),
        ofItem: (collection: string, item: number, range: IdRange): number[] => [
          ...withBefore([collection, item], range),
          ...withAfter([collection, item], range),
        ],
      };
    },
    count: (scope: Scope): number => {
      const { sql: reach, params } = devicesIn(scope, 'device');
      return sql.count(`select count(*) from change_log where ${reach}`)(...params);
    },
    // The unary plus keeps the planner on the device's own index.
    ofDevice: sql.values<[asked: { device: number } & Required<Narrow> & IdRange], number>(
      `select id from change_log where device = @device and id < @before and id >= @from
         and (@collections is null or +collection in (select value from json_each(@collections)))
         and (@operations is null or +operation in (select value from json_each(@operations)))
         and (@items is null or +before_item in (select value from json_each(@items))
           or +after_item in (select value from json_each(@items)))
       order by id desc limit @limit`,
    ),
    rows: sql.all<[ids: readonly number[]], ChangeRow>(
      `select c.*, (select json_object('agreedBy', e.actor, 'askedBy', e.params ->> 'askedBy', 'reason', e.params ->> 'reason')
         from event e where e.id = c.event) as closing
       from change_log c where c.id in (select value from json_each(?)) order by c.id desc`,
    ),
    kindOf: sql.get<[id: number], { operation: string; collection: string }>(
      'select operation, collection from change_log where id = ?',
    ),
    bounds: (): { first: number; last: number } => {
      const { first, last } = bounds() ?? { first: null, last: null };
      return { first: first ?? 1, last: last ?? 0 };
    },
    /** The first change stored at a time or later; undefined when there is none. Ids rise with the time of storing. */
    firstAt: (time: number): number | undefined => {
      const { first, last } = bounds() ?? { first: null, last: null };
      if (first === null || last === null) return undefined;
      let low = first;
      let high = last + 1;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const found = atOrAfter(middle);
        if (found === undefined || found.at >= time) high = middle;
        else low = found.id + 1;
      }
      return low > last ? undefined : atOrAfter(low)?.id;
    },
    /** Items of a `shared` collection by their title, the newest first. */
    itemsTitled: (collection: Collection, title: string, most: number): number[] =>
      sql.values<[title: string, most: number], number>(
        // By the index that sorts in any case of letters.
        `select id from ${tableOf(collection)} where "${collection.title}" = ?1 collate nocase and "${collection.title}" = ?1
         order by id desc limit ?2`,
      )(title, most),
  };
};
