import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { AppError } from '../../platform/errors.ts';
import { osqueryTables, pathColumns } from './osquery-tables.generated.ts';
import { pathFault, walkFault } from './path-values.ts';
import { sqlGuard } from './sql-guard.ts';
import { maxSqlLength } from './types.ts';

// What values a live query may hand to a device: which paths, in which shape, and what makes a client work without an end.

const guard = sqlGuard();
const verdict = (sql: string): string => {
  try {
    guard(sql);
    return 'taken';
  } catch (error) {
    if (!(error instanceof AppError)) return String(error);
    return typeof error.details['value'] === 'string' ? error.details['value'] : error.code;
  }
};

const computers = [
  '\\\\10.9.8.7\\share\\x',
  '\\\\plc\\c$',
  '//plc/share/x',
  '\\/plc/share',
  '/\\plc\\share',
  '\\\\?\\UNC\\plc\\share\\x',
  '\\\\?\\C:\\x',
  '\\\\.\\UNC\\plc\\share',
  '\\\\.\\COM1',
  '\\\\.\\PhysicalDrive0',
  '//?/UNC/plc/share',
  '//./pipe/x',
  '\\??\\UNC\\plc\\share',
  '\\\\plc@80\\DavWWWRoot\\x',
  '///plc/share',
  ' \\\\plc\\share',
  '/net/plc/etc',
  '/Network/Servers/plc',
  '/System/Volumes/Data/net/plc',
  '/afs/plc',
  'file://plc/x',
  'smb://plc/x',
];

describe('a path of a live query', () => {
  it.each(computers)('is refused where it names another computer: %s', (path) => {
    for (const [table, columns] of Object.entries(pathColumns))
      for (const column of columns)
        for (const condition of [
          `= '${path}'`,
          `== '${path}'`,
          `is '${path}'`,
          `like '${path}'`,
          `like '${path}%'`,
          `in ('/etc/hosts', '${path}')`,
          `= '/etc/hosts' or ${column} = '${path}'`,
          `<> '${path}'`,
        ])
          expect([table, verdict(`select * from ${table} where ${column} ${condition}`)]).toEqual([table, 'computer']);
  });

  it.each([
    ['C:\\Windows\\COM1', 'device'],
    ['C:\\x\\con.txt', 'device'],
    ['C:\\x\\nul', 'device'],
    ['/x/lpt1', 'device'],
    ['\\Device\\Mup\\plc\\x', 'device'],
    ['\\x', 'device'],
    ['C:x', 'relative'],
    ['x', 'relative'],
    ['', 'relative'],
    ['~/x', 'relative'],
    ['%SystemRoot%\\x', 'relative'],
    ['/x/../net/plc', 'dots'],
    ['C:\\x\\..\\y', 'dots'],
    ['/x/./y', 'dots'],
    ['/etc/hosts', undefined],
    ['/', undefined],
    ['C:\\Windows\\System32\\drivers\\etc\\hosts', undefined],
    ['c:/Windows', undefined],
    ['C:\\', undefined],
    ['/var/console/nullable/компьютер', undefined],
    ['/network-scripts/x', undefined],
    ['C:\\x:stream', undefined],
  ])('%s is judged', (path, fault) => expect(pathFault(path)).toBe(fault));

  it.each([
    ['%', 'relative'],
    ['/%', 'top'],
    ['/%/x', 'top'],
    ['/h%', 'top'],
    ['C:\\%', 'top'],
    ['C:\\U%\\x', 'top'],
    ['/home/%%', 'depth'],
    ['/home/%/%/%/%/%', 'depth'],
    ['/home/**', 'wildcard'],
    ['/home/{a,b}', 'wildcard'],
    ['/{net,x}/plc', 'wildcard'],
    ['/[n]et/plc', 'wildcard'],
    ['/ho?e/x', 'wildcard'],
    ['/home/%/.ssh/%', undefined],
    ['/home/%/%/%/%', undefined],
    ['C:\\Users\\%\\AppData\\Local\\%', undefined],
    ['/etc/hosts', undefined],
  ])('as a search %s is judged', (path, fault) => expect(walkFault(path)).toBe(fault));

  it.each([
    "select * from file where path = '/etc/hosts'",
    "select f.size from file f where f.path in ('/etc/hosts', 'C:\\x') and f.size > 10 or main.f.path = '/x' order by f.path",
    "select * from file where (directory = '/etc') and path not like '%.bak' limit 5",
    "select * from file where path like '/home/%/.ssh/%' and mtime > strftime('%s', 'now') - 3600",
    "select path as p, size from file where p = '/etc/hosts' and lower(path) like '%x' and length(path) > 3",
    "select f.path, u.username from file f join users u on u.uid = f.uid and f.path like '/home/%' where u.uid > 1000",
    "select * from file join users using (uid) where file.path = '/etc/hosts'",
    "select count(*) from file where path = '/etc/hosts' group by directory having path is not null",
    "select name from python_packages where directory = '/opt/venv/lib/python3.11/site-packages'",
    "select * from certificates where path = '/etc/ssl/x.pem'",
    // What reads no column that steers is asked as before.
    'select count(*) from launchd',
    'select u.username, a.uid from users u join authorized_keys a using (uid)',
  ])('is taken as %s', (sql) => expect(verdict(sql)).toBe('taken'));

  it.each([
    "select * from file where path = '\\\\plc' || '\\share'",
    "select * from file where path = '\\' || '\\plc\\share'",
    "select * from file where '\\' || '\\plc\\share' = path",
    "select * from file where path = char(92, 92) || 'plc'",
    "select * from file where path = replace('aaplc', 'a', char(92))",
    "select * from file where path = printf('%c%cplc', 92, 92)",
    "select * from file where path = unhex('5c5c706c63')",
    "select * from file where path = x'5c5c706c63'",
    "select * from file where path = cast(x'5c5c706c63' as text)",
    "select * from file where path like '/home/' || '%'",
    'select * from file where path in (select path from processes)',
    "select * from file where path in ('/x', lower('/y'))",
    'select * from file where path = (select path from processes limit 1)',
    'select f.* from processes p join file f on f.path = p.path',
    'select f.* from processes p join file f using (path)',
    'select f.* from processes p, file f where p.path = f.path',
    "select f.* from file f, processes p where f.path = p.path || ''",
    "select f.* from file f, file g where f.path = g.symlink_target_path and g.path = '/x'",
    "select * from (select path as q from file) where q = '\\' || '\\plc'",
    "with a as (select path as q from file) select * from a where q = 'x'",
    "select path as q from file where q = '\\' || '\\plc'",
    "select path q from file where q = '\\' || '\\plc'",
    'select path as "-x" from file where "-x" = \'\\\' || \'\\plc\'',
    "select path as 'q' from file where q = '\\' || '\\plc'",
    "select * from file where (path) = '\\' || '\\plc'",
    "select * from file where (path, size) = ('\\' || '\\plc', 1)",
    "select * from file where (1, path) = (1, '\\' || '\\plc')",
    "select * from file where \"path\" = '\\' || '\\plc'",
    "select * from file where [path] = '\\' || '\\plc'",
    "select * from file where file.'path' = '\\' || '\\plc'",
    "select * from file where likely(path) = '\\' || '\\plc'",
    "select * from file where like('/x', path)",
    "select * from file where path collate nocase = '/x'",
    "select * from file where path like '/home/x%' escape '\\'",
    "select * from file where path between '/a' and '/b'",
    "select * from file where path glob '/etc/*'",
    "select * from file where path > '/a'",
    "select * from file where path = case when 1 then '/x' end",
    "select * from file where path = '/x' union select * from file where path = '/y'",
    "select * from file where path is not distinct from '\\' || '\\plc'",
    "select * from file group by path having path = '\\' || '\\plc'",
    'select * from python_packages where directory = (select directory from users limit 1)',
    "select p.* from users u join python_packages p on p.directory = u.directory || '/venv'",
  ])('is refused where it is no text of the query: %s', (sql) =>
    expect(['literal', 'flat', 'computer']).toContain(verdict(sql)),
  );

  it('is refused with words that say what to do', () => {
    expect(() => guard("select * from file where path = '\\\\plc\\x'")).toThrow(
      "a query may not use '\\\\plc\\x': the path names another computer, and a device would open a connection there",
    );
    expect(() => guard('select f.* from file f join processes p on f.path = p.path')).toThrow(
      'a query may not use file.path: this value is a text in the query itself',
    );
  });

  it('reaches a table only as a text of the query: SQLite hands over no other', () => {
    const handed: string[] = [];
    const db = new Database(':memory:');
    const planted = '\\\\plc\\share';
    db.table('file', {
      columns: ['size', 'symlink_target_path', 'uid'],
      parameters: ['path', 'directory'],
      *rows(...given: unknown[]) {
        for (const value of given) if (value !== null && value !== undefined) handed.push(String(value));
        yield { size: 1, symlink_target_path: planted, uid: 1 };
      },
    });
    for (const [name, columns] of Object.entries(osqueryTables).filter(
      ([table]) => table === 'autoexec' || table === 'users',
    )) {
      db.exec(`create table ${name} (${columns.replaceAll(/\w+/g, '"$&"').replaceAll(' ', ',')})`);
      const names = columns.split(' ');
      db.prepare(`insert into ${name} values (${names.map(() => '?').join(',')})`).run(names.map(() => planted));
    }
    const column = fc.constantFrom(
      'path',
      'f.path',
      'f.directory',
      '"path"',
      '(path)',
      '+path',
      'q',
      'f.symlink_target_path',
      'a.path',
      'uid',
      'lower(path)',
      '[directory]',
    );
    const value = fc.constantFrom(
      "'/etc/hosts'",
      "'/x'",
      `'${planted}'`,
      "'\\' || '\\plc'",
      'char(92, 92)',
      'a.path',
      'f.symlink_target_path',
      '(select path from autoexec)',
      "coalesce(a.path, 'x')",
      'q',
      '1',
    );
    const operator = fc.constantFrom('=', '==', 'is', '=', '<>', '>', 'is not', '||', 'and', 'or');
    const atom = fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(
            fc.constantFrom('path', 'f.path', 'q', 'f.directory'),
            fc.constantFrom("= '/etc/hosts'", "in ('/x', '/y')"),
          )
          .map((parts) => parts.join(' ')),
      },
      fc.tuple(column, operator, value).map((parts) => parts.join(' ')),
      fc.tuple(value, operator, column).map((parts) => parts.join(' ')),
      fc.tuple(column, fc.constantFrom('in', 'not in'), value, value).map(([a, op, b, c]) => `${a} ${op} (${b}, ${c})`),
      column.map((name) => `${name} in autoexec`),
      fc.tuple(column, value).map(([a, b]) => `(${a}, 1) = (${b}, 1)`),
      fc.tuple(column, value, value).map((parts) => `case ${parts.join(' = ')} end`),
    );
    const conditions = fc
      .array(fc.tuple(fc.constantFrom('and', 'or', 'and not', 'on', 'having', 'and ('), atom), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) => {
        const text = parts.map(([join, one], at) => (at === 0 ? one : `${join} ${one}`)).join(' ');
        return text + ')'.repeat(text.split('and (').length - 1);
      });
    const head = fc.constantFrom(
      'select * from file f where',
      'select path as q from file f where',
      'select 1, f.path q from file f, autoexec a where',
      'select lower(path) as q from file f where',
      'select 1 from autoexec a join file f on',
      'select 1 from file f left join autoexec a on',
      'select 1 from autoexec a join file f using (path) where',
      'select * from (select path as q, path from file) f where',
      'select path as q from file f group by 1 having',
      'with f as (select path, path as q from file) select * from f where',
    );
    const seen = { foreign: 0, taken: 0, handed: 0 };
    fc.assert(
      fc.property(
        fc.tuple(head, conditions).map((parts) => parts.join(' ')),
        (sql) => {
          handed.length = 0;
          try {
            db.prepare(sql).all();
          } catch {
            // What this SQLite does not take hands nothing over.
          }
          const said = verdict(sql);
          const foreign = handed.filter((text) => !sql.includes(`'${text}'`) || text.includes('plc'));
          if (foreign.length > 0) seen.foreign += 1;
          if (said === 'taken') seen.taken += 1;
          if (said === 'taken' && handed.length > 0) seen.handed += 1;
          if (foreign.length > 0) expect([sql, said]).not.toEqual([sql, 'taken']);
        },
      ),
      { numRuns: runs(6_000) },
    );
    for (const times of Object.values(seen)) expect([seen, times > 20]).toEqual([seen, true]);
    db.close();
  });
});

describe('a value that makes a client work without an end', () => {
  it.each([
    ["select printf('%1001d', pid) from processes", 'width'],
    ["select printf('%.99999f', 1.0)", 'width'],
    ["select format('%-5000s', name) from processes", 'width'],
    ["select printf('%*d', 100000000, 1)", 'width'],
    ["select printf('%' || '99999d', 1)", 'literal'],
    ['select printf(name) from processes', 'literal'],
    [`select regex_match(name, '${'a'.repeat(257)}', 0) from processes`, 'pattern'],
    [`select regex_split(name, '${'ж'.repeat(129)}', 0) from processes`, 'pattern'],
    ["select regex_match(name, '(a+)+$', 0) from processes", 'repeat'],
    ["select regex_match(name, '(?:x(a*)y)*', 0) from processes", 'repeat'],
    ["select regex_match(name, '(a|a)*b', 0) from processes", 'repeat'],
    ["select regex_match(name, '(a?){20}', 0) from processes", 'repeat'],
    ["select regex_match(name, '((a{1,9}){2})', 0) from processes", 'repeat'],
    ["select regex_match(name, 'a{99999}', 0) from processes", 'repeat'],
    ['select regex_match(name, cmdline, 0) from processes', 'literal'],
    ["select regex_match(name, 'a' || '*', 0) from processes", 'literal'],
    [`select replace(replace('aaaa', 'a', '${'b'.repeat(100)}'), 'b', '${'c'.repeat(100)}')`, 'growth'],
    ['select replace(name, name, cmdline) from processes', 'literal'],
    [`select ${'hex('.repeat(20)}name${')'.repeat(20)} from processes`, 'growth'],
  ])('is refused: %s', (sql, why) => expect(verdict(sql)).toBe(why));

  it.each([
    "select printf('%1000d %s %5.2f%%', pid, name, 1.0) from processes",
    "select regex_match(name, '^([a-z]+)-([0-9]+)\\.[(+*)]{1,3}$', 1) from processes",
    "select regex_match(name, '(foo|bar) \\(a+\\)*', 1) from processes",
    "select replace(replace(name, '.exe', ''), ' ', '-') from processes",
    'select hex(name) from processes',
  ])('is taken within the bounds: %s', (sql) => expect(verdict(sql)).toBe('taken'));

  it('is no column that stands for more and more of itself', () => {
    const doubled = (times: number): string =>
      `with a0 as (select username as y from users)${Array.from({ length: times }, (_, n) => `, a${n + 1} as (select y||y as y from a${n})`).join('')} select y from a${times}`;
    expect(verdict(doubled(2))).toBe('taken');
    expect(doubled(300).length).toBeLessThan(maxSqlLength);
    expect(verdict(doubled(60))).toBe('MALFORMED');
  });
});

describe('a table that shows what another one is denied for', () => {
  it.each([
    'windows_eventlog',
    'windows_events',
    'unified_log',
    'asl',
    'syslog_events',
    'powershell_events',
    'authenticode',
  ])('%s is denied as well', (table) => expect(verdict(`select * from ${table}`)).toBe('FORBIDDEN'));

  it.each([
    'select value from nvram',
    'select * from nvram',
    'select created_by from docker_image_history',
    // SQLite does not say that it reads what two tables are joined by.
    "select 1 from docker_containers join (select 'A=1' as env_variables) using (env_variables)",
    'select 1 from docker_container_labels c join nvram n using ( "VALUE" )',
    "select 1 from sqlite_schema join (select 'x' as name) using (name)",
  ])('is denied by its column: %s', (sql) => expect(verdict(sql)).toBe('FORBIDDEN'));
});
