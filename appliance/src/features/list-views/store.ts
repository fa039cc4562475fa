import type { Database } from '../../platform/database.ts';
import type { ListView, NewListView } from './types.ts';

/** Takes away the views and columns of accounts that are gone. */
export function accountRows(db: Database) {
  const dropViews = db.prepare<[string]>('delete from list_view where account = ?');
  const dropColumns = db.prepare<[string]>('delete from list_columns where account = ?');
  return {
    drop: (account: string): void => {
      dropViews.run(account);
      dropColumns.run(account);
    },
  };
}

/** Views and columns of lists, by account. */
export function listViewStore(db: Database) {
  const put = db.prepare<NewListView & { account: string; at: string }>(
    `insert into list_view (account, list, name, query, at) values (:account, :list, :name, :query, :at)
     on conflict (account, list, name) do update set query = excluded.query, at = excluded.at`,
  );
  const byName = db.prepare<[string, string, string], ListView>(
    'select id, list, name, query from list_view where account = ? and list = ? and name = ?',
  );
  const byId = db.prepare<[number, string], ListView>(
    'select id, list, name, query from list_view where id = ? and account = ?',
  );
  const ofList = db.prepare<[string, string], ListView>(
    'select id, list, name, query from list_view where account = ? and list = ? order by name',
  );
  const ofAccount = db.prepare<[string], ListView>(
    'select id, list, name, query from list_view where account = ? order by list, name',
  );
  const rename = db.prepare<[string, number]>('update list_view set name = ? where id = ?');
  const drop = db.prepare<[number]>('delete from list_view where id = ?');
  const columns = db
    .prepare<[string, string], string>('select columns from list_columns where account = ? and list = ?')
    .pluck();
  const putColumns = db.prepare<[string, string, string]>(
    `insert into list_columns (account, list, columns) values (?, ?, ?)
     on conflict (account, list) do update set columns = excluded.columns`,
  );
  const otherLists = db
    .prepare<{ account: string; list: string }, number>(
      `select count(*) from (
         select list from list_view where account = :account union select list from list_columns where account = :account)
       where list <> :list`,
    )
    .pluck();
  const dropColumns = db.prepare<[string, string]>('delete from list_columns where account = ? and list = ?');
  return {
    put: (account: string, view: NewListView, at: string): void => {
      put.run({ ...view, account, at });
    },
    byName: (account: string, list: string, name: string): ListView | undefined => byName.get(account, list, name),
    byId: (account: string, id: number): ListView | undefined => byId.get(id, account),
    of: (account: string, list?: string): ListView[] =>
      list === undefined ? ofAccount.all(account) : ofList.all(account, list),
    rename: (id: number, name: string): void => {
      rename.run(name, id);
    },
    drop: (id: number): void => {
      drop.run(id);
    },
    otherLists: (account: string, list: string): number => otherLists.get({ account, list }) ?? 0,
    columns: (account: string, list: string): string[] => {
      const found = columns.get(account, list);
      return found === undefined ? [] : (JSON.parse(found) as string[]);
    },
    putColumns: (account: string, list: string, names: readonly string[]): void => {
      if (names.length === 0) dropColumns.run(account, list);
      else putColumns.run(account, list, JSON.stringify(names));
    },
  };
}
