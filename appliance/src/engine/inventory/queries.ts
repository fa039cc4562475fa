import type { Database } from '../../platform/database.ts';
import type { ListSql } from './list-queries.ts';
import type { Cell } from './store.ts';

export type ListRow = { id: number; _sort: Cell } & Record<string, Cell>;

/** Lists of collections: reads inv_<name>, inv_<name>_count and section. */
export const listQueries = (db: Database) => ({
  page: (sql: ListSql, isShared: boolean, limit: number): { rows: ListRow[]; total: number } => {
    const total =
      db
        .prepare<unknown[], { n: number }>(`select count(*) as n from ${sql.from} where ${sql.where}`)
        .get(...sql.params)?.n ?? 0;
    const devices = isShared ? ', amount.devices as _devices' : '';
    const rows = db
      .prepare<unknown[], ListRow>(
        `select item.*${devices}, ${sql.sortSql} as _sort from ${sql.from}
          where ${sql.where} and ${sql.page} order by ${sql.order} limit ?`,
      )
      .all(...sql.params, ...sql.pageParams, limit);
    return { rows, total };
  },
});
