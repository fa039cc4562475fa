import { guardSql } from '@sallyport/appliance/features/queries/sql-guard';
import { sqlTokens } from '@sallyport/appliance/features/queries/sql-tokens';
import Database from 'better-sqlite3';
import { demand, type FuzzTarget } from '../target.ts';

const forbidden = ['curl', 'curl_certificate', 'process_envs', 'docker_container_envs', 'shell_history', 'carves'];
const db = new Database(':memory:');
for (const table of [...forbidden, 'users', 'yara']) db.exec(`create table "${table}" (name, path, sigurl, sigrule)`);

/** What SQLite itself says that a statement reads; nothing for a statement that it does not take. */
const plan = (sql: string): string[] => {
  try {
    return (db.prepare(`explain query plan ${sql}`).all() as { detail: string }[]).map(({ detail }) => detail);
  } catch {
    return [];
  }
};

// SQLite is the judge: a query that the guard takes must not read what it is to keep people from.
export const target: FuzzTarget = {
  name: 'live-sql',
  run: (data) => {
    const sql = data.toString('utf8');
    sqlTokens(sql);
    guardSql(sql);
    for (const detail of plan(sql))
      for (const table of forbidden)
        demand(!new RegExp(`\\b(?:SCAN|SEARCH) ${table}\\b`).test(detail), `a query that was taken reads no ${table}`);
  },
  seeds: () => [
    "select name from users where path like \"%x\" and name in ('curl', 'carves')",
    'with a(b) as (select name from users) select * from a join yara on yara.path = a.b, users order by 1 limit 3;',
    "select 'it''s', x'00ff', 1.5e3, [name], `path` from users -- end\n union all select * from users /* c */",
    'select count(*) from users where name in users group by 1 having 1',
    "select * from main.'users', ('users') as u left join users using (name)",
  ],
  words: [
    ...forbidden,
    'select ',
    ' from ',
    ' in ',
    ' join ',
    "'curl'",
    '"curl"',
    '[curl]',
    '`curl`',
    'main.',
    '/*',
    '--',
    'sigurl',
  ],
  stretch: false,
};
