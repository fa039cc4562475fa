import { decodeKey, encodeKey } from '../../platform/cursor.ts';
import type { Database } from '../../platform/database.ts';
import { type Condition, filterSql } from './filter-queries.ts';
import type {
  ControllerCounts,
  ControllerFilter,
  ControllerList,
  ControllerListPage,
  ControllerListQuery,
  ControllerSort,
} from './types.ts';

// Each has an index that ends in what makes it unique, so that a page is read from where the one before has ended.
const orders: Readonly<Record<ControllerSort, readonly string[]>> = {
  name: ['r.name_key', 'r.controller'],
  vendor: ['r.vendor_key', 'r.name_key', 'r.controller'],
  family: ['r.family_key', 'r.name_key', 'r.controller'],
  model: ['r.model_key', 'r.name_key', 'r.controller'],
  order: ['r.order_key', 'r.name_key', 'r.controller'],
  firmware: ['r.firmware_key', 'r.name_key', 'r.controller'],
  address: ['r.address_key', 'r.name_key', 'r.controller'],
  zone: ['r.zone', 'r.name_key', 'r.controller'],
  seen: ['r.seen_key', 'r.controller'],
  drift: ['r.drift', 'r.name_key', 'r.controller'],
};

/** Fewer rows than this are sorted after they were found, instead of walking an index past all that do not match. */
const sortedAtMost = 4_000;
const maxChoices = 200;

type Row = { id: number } & Record<string, string | number>;

/** Pages of controllers out of controller_row; see row.ts for how that is kept. */
export const controllerList = (db: Database): ControllerList => {
  const read = (query: ControllerListQuery, where: Condition, isFew: boolean): Row[] => {
    const keys = orders[query.sort];
    const direction = query.descending ? 'desc' : 'asc';
    // A plus sign keeps SQLite from walking the order's index.
    const order = keys.map((key) => `${isFew ? '+' : ''}${key} ${direction}`).join(', ');
    const params = [...where.params];
    let beyond = '';
    if (query.after !== undefined) {
      beyond = ` and (${keys.join(', ')}) ${query.descending ? '<' : '>'} (${keys.map(() => '?').join(', ')})`;
      params.push(...decodeKey(query.after, keys.length));
    }
    return db
      .prepare<unknown[], Row>(
        `select ${keys.map((key, at) => `${key} as k${at}`).join(', ')}, r.controller as id from controller_row r
         where ${where.sql}${beyond} order by ${order} limit ?`,
      )
      .all(...params, query.limit);
  };

  const countOf = (where: Condition): number =>
    db
      .prepare<unknown[], number>(`select count(*) from controller_row r where ${where.sql}`)
      .pluck()
      .get(...where.params) ?? 0;

  const counts = db.prepare<[], ControllerCounts>(
    `select count(*) filter (where decision <> 'archived') as live,
       count(*) filter (where decision = 'unauthorised') as unauthorised,
       count(*) filter (where decision = 'archived') as archived,
       count(*) filter (where decision <> 'archived' and drift > 0) as drift,
       count(*) filter (where decision <> 'archived' and missing_firmware > 0) as missingFirmware,
       count(*) filter (where decision <> 'archived' and proposals > 0) as proposals
     from controller_row where state = 'live'`,
  );

  const choices = (field: string): string[] =>
    db
      .prepare<[string, number], string>(
        `select min(w.value) from controller_effective w join controller_part p on p.id = w.part and p.sort = 'controller'
         where w.field = ? group by fold(w.value) order by 1 limit ?`,
      )
      .pluck()
      .all(field, maxChoices);

  return {
    page: (query: ControllerListQuery): ControllerListPage => {
      const where = filterSql(query.filter);
      const total = countOf(where);
      const rows = read({ ...query, limit: query.limit + 1 }, where, total <= sortedAtMost);
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      const key = last === undefined ? [] : orders[query.sort].map((_, at) => last[`k${at}`] as string | number);
      return {
        ids: page.map(({ id }) => id),
        total,
        ...(rows.length > page.length ? { next: encodeKey(key) } : {}),
      };
    },
    all: (query: Omit<ControllerListQuery, 'after' | 'limit'>): number[] =>
      read({ ...query, limit: -1 }, filterSql(query.filter), false).map(({ id }) => id),
    count: (filter: ControllerFilter): number => countOf(filterSql(filter)),
    counts: (): ControllerCounts =>
      counts.get() ?? { live: 0, unauthorised: 0, archived: 0, drift: 0, missingFirmware: 0, proposals: 0 },
    choices: (field: 'vendor' | 'productFamily' | 'zone' | 'role'): string[] => choices(field),
  };
};
