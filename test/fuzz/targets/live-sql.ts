import { deniedTables } from '@sallyport/appliance/features/queries/denied-tables';
import { osqueryTables } from '@sallyport/appliance/features/queries/osquery-tables.generated';
import { sqlGuard } from '@sallyport/appliance/features/queries/sql-guard';
import Database from 'better-sqlite3';
import { openedTables } from '../../support/sql-reads.ts';
import { demand, type FuzzTarget } from '../target.ts';

const guard = sqlGuard();
const forbidden = ['curl', 'carves', 'hash', 'process_envs', 'shell_history', 'configurations'];
const db = new Database(':memory:');
for (const name of Object.keys(deniedTables)) db.exec(`create table "${name}" (name, path, sigurl)`);
for (const [name, columns] of Object.entries(osqueryTables))
  db.exec(`create table "${name}" (${columns.replaceAll(/\w+/g, '"$&"').replaceAll(' ', ',')})`);

// Another build of SQLite is the judge: a query that the guard takes opens nothing but tables that are allowed.
export const target: FuzzTarget = {
  name: 'live-sql',
  run: (data) => {
    const sql = data.toString('utf8');
    guard(sql);
    for (const name of openedTables(db, sql) ?? [])
      demand(Object.hasOwn(osqueryTables, name), `a query that was taken opens no ${name}`);
  },
  seeds: () => [
    "select username from users where directory like '%x' and username in ('curl', 'carves')",
    'with a(b) as (select name from processes) select * from a join file on file.path = a.b, users order by 1 limit 3;',
    "select 'it''s', x'00ff', 1.5e3, [name], `path` from processes -- end\n union all select 1, 2, 3, 4, 5 /* c */",
    'select count(*) from users where uid in groups group by 1 having 1',
    "select * from main.'users' as u left join user_groups using (uid) where u.uid > 1",
    'select name, sum(pid) over (partition by name) from processes window, time',
  ],
  words: [
    ...forbidden,
    'select ',
    ' from ',
    ' in ',
    ' join ',
    ' window ',
    "'curl'",
    '"curl"',
    '[curl]',
    '`curl`',
    '\ufeff',
    'main.',
    'json_each(1)',
    'pragma_table_list',
    '/*',
    '--',
  ],
  stretch: false,
};
