import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ListView, NewListView } from './types.ts';

/** Takes away the views and columns of accounts that are gone for ever; a deleted one that can be restored keeps them. */
export function dropViewsOfPurged(db: Database): void {
  const sql = statements(db);
  const accounts = "select id from object where kind = 'account'";
  sql.run<[]>(`delete from list_view where account not in (${accounts})`)();
  sql.run<[]>(`delete from list_columns where account not in (${accounts})`)();
}

/** Views and columns of lists, by account. */
export function listViewStore(db: Database) {
  const sql = statements(db);
  const put = sql.run<[NewListView & { account: string; at: string }]>(
    `insert into list_view (account, list, name, query, at) values (:account, :list, :name, :query, :at)
     on conflict (account, list, name) do update set query = excluded.query, at = excluded.at`,
  );
  const ofList = sql.all<[string, string], ListView>(
    'select id, list, name, query from list_view where account = ? and list = ? order by name',
  );
  const ofAccount = sql.all<[string], ListView>(
    'select id, list, name, query from list_view where account = ? order by list, name',
  );
  const columns = sql.value<[string, string], string>(
    'select columns from list_columns where account = ? and list = ?',
  );
  const putColumns = sql.run<[string, string, string]>(
    `insert into list_columns (account, list, columns) values (?, ?, ?)
     on conflict (account, list) do update set columns = excluded.columns`,
  );
  const dropColumns = sql.run<[string, string]>('delete from list_columns where account = ? and list = ?');
  return {
    put: (account: string, view: NewListView, at: string): void => {
      put({ ...view, account, at });
    },
    byName: sql.get<[account: string, list: string, name: string], ListView>(
      'select id, list, name, query from list_view where account = ? and list = ? and name = ?',
    ),
    byId: sql.get<[account: string, id: number], ListView>(
      'select id, list, name, query from list_view where id = ?2 and account = ?1',
    ),
    of: (account: string, list?: string): ListView[] =>
      list === undefined ? ofAccount(account) : ofList(account, list),
    rename: sql.run<[id: number, name: string]>('update list_view set name = ?2 where id = ?1'),
    drop: sql.run<[id: number]>('delete from list_view where id = ?'),
    otherLists: sql.count<[account: string, list: string]>(
      `select count(*) from (
         select list from list_view where account = ?1 union select list from list_columns where account = ?1)
       where list <> ?2`,
    ),
    columns: (account: string, list: string): string[] => {
      const found = columns(account, list);
      return found === undefined ? [] : (JSON.parse(found) as string[]);
    },
    putColumns: (account: string, list: string, names: readonly string[]): void => {
      if (names.length === 0) dropColumns(account, list);
      else putColumns(account, list, JSON.stringify(names));
    },
  };
}
