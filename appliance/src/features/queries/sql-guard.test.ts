import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { AppError } from '../../platform/errors.ts';
import { guardSql, sqlText } from './sql-guard.ts';
import { sqlTokens } from './sql-tokens.ts';

const verdict = (sql: string): string => {
  try {
    guardSql(sql);
    return 'taken';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

const words = ['curl', 'curl_certificate', 'process_envs', 'shell_history', 'carves', 'docker_container_envs'];

describe('the guard', () => {
  it.each([
    'select * from users',
    "SELECT name, version FROM deb_packages WHERE name = 'curl'",
    "select name from osquery_registry where name in ('curl', 'process_envs', 'shell_history')",
    "select 'select * from curl' as text",
    'select 1 -- from curl',
    'select /* carves */ 1',
    'with a as (select 1 as x) select x from a;',
    'values (1), (2)',
    "select * from file where path like '/home/%/.shell_history'",
    'select curling from clubs',
    "select * from yara where path = '/bin/ls' and sigrule = 'rule x {condition: true}'",
  ])('takes %s', (sql) => expect(verdict(sql)).toBe('taken'));

  it.each([
    ...words.flatMap((word) => [
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
    ]),
    "select * from yara where sigurl = 'https://elsewhere/rule'",
    'select * from yara where "sigurl" like x',
    "select * from yara natural join (select 'https://elsewhere' as 'sigurl')",
    "with t('sigurl') as (select 1) select * from yara natural join t",
    "select carve(path) from file where path = '/etc/shadow'",
    'select load_extension(1)',
    'pragma table_info(users)',
    "attach database 'x' as y",
    'delete from users',
    "insert into t values ('x')",
    '"select" * from users',
  ])('refuses %s', (sql) => expect(verdict(sql)).toBe('FORBIDDEN'));

  it.each([
    '',
    ' ; ',
    '-- nothing',
    'select 1; select 2',
    "select 'open",
    'select "open',
    'select ?',
    'select :a',
    'select 1\0',
  ])('cannot read %j', (sql) => expect(verdict(sql)).toBe('MALFORMED'));

  it('is not passed by a query that SQLite lets read a forbidden table', () => {
    const db = new Database(':memory:');
    for (const word of words) db.exec(`create table "${word}" (x)`);
    db.exec('create table users (x)');
    const piece = fc.oneof(
      fc.constantFrom(...words, 'users', 'x', 'a'),
      fc.constantFrom(
        'select',
        'from',
        'where',
        'in',
        'join',
        'as',
        'with',
        'union',
        '*',
        ',',
        '(',
        ')',
        '.',
        'main',
        'on',
        '1',
      ),
    );
    const quote = fc.constantFrom(
      (text: string) => text,
      (text: string) => `'${text}'`,
      (text: string) => `"${text}"`,
      (text: string) => `[${text}]`,
      (text: string) => `/**/${text}--\n`,
    );
    const part = fc
      .tuple(piece, quote)
      .map(([text, as]) =>
        /\w/.test(text) && !/^(select|from|where|in|join|as|with|union|on|1)$/.test(text) ? as(text) : text,
      );
    const made = fc
      .tuple(
        fc.constantFrom('select * from ', 'select 1 where 1 in ', 'select * from users, ', ''),
        fc.array(part, { minLength: 1, maxLength: 8 }),
      )
      .map(([head, parts]) => head + parts.join(' '));
    const readsForbidden = (sql: string): boolean => {
      try {
        // The plan names each table that the statement reads.
        const plan = db.prepare(`explain query plan ${sql}`).all() as Array<{ detail: string }>;
        return plan.some(({ detail }) =>
          words.some((word) => new RegExp(`\\b(SCAN|SEARCH|OPEN) ${word}\\b`).test(detail)),
        );
      } catch {
        return false;
      }
    };
    const seen = { forbidden: 0 };
    fc.assert(
      fc.property(made, (sql) => {
        if (!readsForbidden(sql)) return;
        seen.forbidden += 1;
        expect(verdict(sql)).not.toBe('taken');
      }),
      { numRuns: runs(3_000) },
    );
    expect(seen.forbidden).toBeGreaterThan(20);
    db.close();
  });
});

describe('tokens', () => {
  it('of a literal are that literal', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0')),
        (text) => {
          expect(sqlTokens(sqlText(text))).toEqual([{ kind: 'string', text }]);
        },
      ),
    );
  });
});
