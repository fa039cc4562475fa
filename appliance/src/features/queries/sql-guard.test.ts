import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openedTables } from '../../../../test/support/sql-reads.ts';
import { AppError } from '../../platform/errors.ts';
import { deniedTables } from './denied-tables.ts';
import { sqlText } from './osquery-queries.ts';
import { osqueryTables } from './osquery-tables.generated.ts';
import { sqlGuard } from './sql-guard.ts';
import { maxSqlLength } from './types.ts';

const guard = sqlGuard();
const verdict = (sql: string): string => {
  try {
    guard(sql);
    return 'taken';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

const doubled = (times: number, head: string): string =>
  Array.from({ length: times }, (_, n) => `, a${n + 1} as (${head} from a${n} x, a${n} y)`).join('');

const denied = Object.keys(deniedTables);

describe('the guard', () => {
  it.each([
    'select * from users',
    "SELECT name, version FROM deb_packages WHERE name = 'curl'",
    "select name from osquery_registry where name in ('curl', 'process_envs', 'shell_history')",
    "select 'select * from curl' as text",
    'select 1 -- from curl',
    'select /* carves */ 1',
    'with a as (select 1 as x) select x from a;',
    'with a as (select 1 as x) select count(*) from a',
    // SQLite never looks into a part that has a name and no use.
    'with a as (select * from curl) select 1',
    'with a(n) as (select 1) select 1 from a, users ; ; ',
    'values (1), (2)',
    "select * from file where path like '/home/%/.shell_history'",
    'select u.username, g.groupname from users u join user_groups ug using (uid) join groups g on g.gid = ug.gid',
    "select * from users where username = 'Айгүл' or username = '\ufeffcurl' or username like '%''%'",
    'select "uid", [gid], `shell` from main."users" where uid > 10 and gid in (select gid from groups)',
    "select * from deb_packages where name is 'a' order by version_compare(version, '1') desc limit 3",
    "select regex_match(cmdline, '-p ([0-9]+)', 1), sha256(name), upper(name), json_extract('{}', '$.a') from processes",
    'select name, row_number() over (partition by name order by pid) from processes window w as (order by pid)',
    'explain select uid from users',
    'select count(*), rowid from users',
  ])('takes %s', (sql) => expect(verdict(sql)).toBe('taken'));

  it.each(
    denied.flatMap((word) => [
      `select * from ${word}`,
      `select * from ${word.toUpperCase()} where 1`,
      `select * from"${word}"`,
      `select * from [${word}]`,
      `select * from \`${word}\``,
      `select * from '${word}'`,
      `select * from main.'${word}'`,
      `select * from users, '${word}'`,
      `select * from users join '${word}' on 1`,
      `select * from ('${word}')`,
      `select 1 where 'x' in '${word}'`,
      `select 1 where 'x' in ${word}`,
      `select (select count(*) from/**/${word})`,
      `with a as (select * from ${word}) select * from a`,
      `select * from users where uid in (select uid from ${word})`,
      `select * from users u left join (select 1 as x) b on u.uid = b.x, '${word}'`,
      // Each of these went through a guard that cut the text itself.
      `select * from time window, '${word}'`,
      `select * from time where, '${word}'`,
      `select * from time as "where", '${word}'`,
      `select * from users limit, '${word}'`,
      `select * from time window join '${word}' on 1`,
      `select * from \ufeff${word}`,
      `select * from users,\ufeff'${word}'`,
      `select * from users order, ${word}`,
      `select case when exists(select 1 from ${word}) then 1 end`,
      `select 1 from users limit (select count(*) from '${word}')`,
      `select 1 union all select count(*) from ${word}`,
      `select sum(1) over (order by (select 1 from ${word})) from users`,
      `select * from users group by (select 1 from '${word}')`,
      `values ((select 1 from ${word}))`,
      `with curling as not materialized (select * from ${word}) select 1 from curling`,
      `explain select * from ${word}`,
      `select * from ${word}('x')`,
    ]),
  )('refuses %s', (sql) => expect(verdict(sql)).not.toBe('taken'));

  it.each([
    // Tables that are there without being made.
    'select * from sqlite_master',
    'select 1 from sqlite_schema',
    'select * from sqlite_temp_schema',
    'select 1 from pragma_table_list',
    "select * from pragma_table_info('users')",
    "select * from json_each('[1]')",
    "select 1 from json_each('[1]')",
    "select 1 from json_tree('[1]')",
    'select 1 from dbstat',
    'select 1 from sqlite_dbpage',
    'select 1 from bytecode',
    // Tables of an extension, or of a client that is newer than the list.
    'select * from fleet_secrets',
    // Functions.
    "select carve(path) from file where path = '/etc/shadow'",
    'select load_extension(1)',
    'select sleep(100)',
    'select randomblob(1000000000)',
    'select zeroblob(1000000000)',
    "select readfile('/etc/shadow')",
    'select fts3_tokenizer(1)',
    'select sqlite_source_id()',
    // Columns that hold secrets, also where a star stands for them.
    'select env_variables from docker_containers',
    'select * from docker_containers',
    'select count(env) from es_process_events',
    // A column of another version of the client could steer its table.
    'select * from users natural join (select 1 as include_remote)',
    'select * from users NATURAL left join groups',
    // Nothing but reading, and that has an end.
    'with recursive a(x) as (select 1 union all select x + 1 from a) select count(*) from a',
    'with a(x) as (select 1 union all select x + 1 from a) select count(*) from a',
    'pragma table_info(users)',
    "attach database 'x' as y",
    'detach main',
    'delete from users',
    'update users set uid = 1',
    "insert into users (uid) values ('x')",
    'insert into users select * from users returning uid',
    'create table x (y)',
    'create temp view x as select 1',
    'create trigger t after insert on users begin select 1; end',
    'drop table users',
    'alter table users add x',
    'create virtual table x using fts5(y)',
    'begin',
    'savepoint a',
    'vacuum',
    'explain vacuum',
    'analyze',
    'reindex',
    // Not ASCII outside of a string.
    'select\u00a01',
    'select 1 as имя',
    'select "\u202euid" from users',
    'select 1 -- комментарий',
    "/*'*/ select \ufeff1 /*'*/",
  ])('refuses %s', (sql) => expect(verdict(sql)).toBe('FORBIDDEN'));

  it.each([
    '',
    ' ; ',
    '-- nothing',
    'select 1; select 2',
    'select 1; -- more',
    'select 1;;pragma x',
    "select 'open",
    'select "open',
    'select [open',
    'select ?',
    'select :a',
    'select @a',
    'select $a',
    'select 1\0',
    "select '\ud800'",
    '"select" * from users',
    'select nothing from users',
    'select "nothing" from users',
    // Columns that only steer: which container, which directory service.
    'select * from users where include_remote = 1',
    'select * from users where "include_remote" = 1',
    'select * from users join (select 1 as include_remote) using (include_remote)',
    "select * from file where path = '/etc/shadow' and pid_with_namespace = 7",
    'select * from users(1)',
    `select ${'abs('.repeat(500)}1${')'.repeat(500)}`,
    `select 1 ${'union all select 1 '.repeat(400)}`,
    `select ${'1+'.repeat(5_000)}1`,
    `select '${'x'.repeat(maxSqlLength)}'`,
    // Each line doubles what the one before it stands for.
    `with a0 as (select 1) ${doubled(24, 'select 1')} select * from a24`,
    `with a0 as (select * from users) ${doubled(14, 'select x.*')} select * from a14`,
  ])('cannot read %j', (sql) => expect(verdict(sql)).toBe('MALFORMED'));

  it('says why', () => {
    expect(() => guard('select * from "curl"')).toThrow(
      'a query may not use curl: it makes the device connect elsewhere',
    );
    expect(() => guard('select carve(1)')).toThrow('a query may not use carve(): files are fetched only');
    expect(() => guard('select name from userz')).toThrow('a query may not use userz: it is not in the list');
    expect(() => guard('select nam from users')).toThrow('SQLite cannot read the query: no such column: nam');
  });

  it('prepares nothing that costs more than its length', () => {
    const uses = (n: number) => Array.from({ length: n }, (_, at) => `A x${at}`).join(', ');
    expect(verdict(`with a as (select uid from users) select count(*) from ${uses(20)}`)).toBe('taken');
    for (const name of ['a', '"a"', '[a]', '`A`', 'a(n)', 'a ( n )'])
      for (const as of ['as', 'AS not/**/materialized', 'as materialized'])
        expect(
          verdict(`with ${name} ${as} (select 1), b as (select 1 from ${uses(60)}) select 1 from 'b' x, b y, [b] z`),
        ).toBe('MALFORMED');
  });

  it('has judged each table once, and asks nothing of this computer', () => {
    expect(denied.filter((name) => Object.hasOwn(osqueryTables, name))).toEqual([]);
    expect(Object.keys(osqueryTables).length).toBeGreaterThan(200);
  });

  it('takes nothing that another SQLite says reads a table that is not allowed', () => {
    const others = [...denied, 'fleet_secrets'];
    const db = new Database(':memory:');
    for (const name of others) db.exec(`create table "${name}" (path, x)`);
    for (const [name, columns] of Object.entries(osqueryTables))
      db.exec(`create table "${name}" (${columns.replaceAll(/\w+/g, '"$&"').replaceAll(' ', ',')}, include_remote)`);
    const few = fc.constantFrom('curl', 'carves', 'hash', 'sqlite_schema', 'users', 'time', 'file', 'a', 'path', 'uid');
    const words =
      'select from where in join natural left as with union all window over order by limit group having case exists not null using on values explain';
    const quoted = fc
      .tuple(few, fc.constantFrom("'", '"', '`', '['))
      .map(([text, quote]) => `${quote}${text}${quote === '[' ? ']' : quote}`);
    const piece = fc.oneof(
      few,
      quoted,
      fc.constantFrom(...words.split(' ')),
      fc.constantFrom('*', ',', '(', ')', '.', '1', '=', ';', '/**/', '--\n', '\ufeff', 'main.', '|| '),
    );
    const made = fc
      .tuple(
        fc.constantFrom(
          'select * from ',
          'select 1 where 1 in ',
          'select * from users, ',
          'select * from time window, ',
          'with a as (select 1 as x) select * from a, ',
          '',
        ),
        fc.array(piece, { minLength: 1, maxLength: 8 }),
      )
      .map(([head, parts]) => head + parts.join(' '));
    const seen = { forbidden: 0, taken: 0 };
    fc.assert(
      fc.property(made, (sql) => {
        const tables = openedTables(db, sql);
        const bad = tables?.filter((name) => !Object.hasOwn(osqueryTables, name)) ?? [];
        if (bad.length > 0) seen.forbidden += 1;
        const said = verdict(sql);
        if (said === 'taken') seen.taken += 1;
        if (bad.length > 0 || tables === undefined) expect([sql, said]).not.toEqual([sql, 'taken']);
      }),
      { numRuns: runs(3_000) },
    );
    expect(seen.forbidden).toBeGreaterThan(20);
    expect(seen.taken).toBeGreaterThan(20);
    db.close();
  });
});

describe('a text as a literal', () => {
  it('is that text to SQLite', () => {
    const db = new Database(':memory:');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
        (text) => {
          expect(
            db
              .prepare(`select ${sqlText(text)}`)
              .pluck()
              .get(),
          ).toBe(text);
        },
      ),
    );
    db.close();
  });
});
