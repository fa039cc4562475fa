import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Database,
  immediate,
  immediateWithin,
  type Migration,
  migrate,
  openDatabase,
  readMigrations,
  type Schema,
  within,
} from './database.ts';

const steps: Migration[] = [
  { version: 48, name: '048-a.sql', sql: 'create table a (x integer) strict' },
  { version: 49, name: '049-b.sql', sql: 'create table b (x integer) strict' },
];
const schemaOf = (migrations: Migration[], sql = 'create table first (x integer) strict'): Schema => ({
  sql,
  migrations,
});

let folder: string;
let db: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-db-'));
  db = openDatabase(join(folder, 'state.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the database', () => {
  it('takes work within a transaction back with it, and work of its own by itself', () => {
    db.exec('create table a (x integer) strict');
    const insert = (x: number): void => void db.prepare('insert into a values (?)').run(x);
    const fails = (x: number): never => {
      insert(x);
      throw new Error('no');
    };
    expect(() => within(db, () => fails(1))).toThrow('no');
    expect(() =>
      immediate(db, () => {
        insert(2);
        within(db, () => fails(3));
      }),
    ).toThrow('no');
    within(db, () => insert(4));
    expect(db.prepare('select x from a').pluck().all()).toEqual([4]);
  });

  it('is durable on every open, not only the first', () => {
    db.close();
    db = openDatabase(join(folder, 'state.db'));
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  it('does not wait for another writer where it can come again', () => {
    db.exec('create table a (x integer) strict');
    const other = openDatabase(join(folder, 'state.db'));
    other.exec('begin immediate');
    const write = (): void => void db.exec('insert into a values (1)');
    expect(immediateWithin(db, 1, write)).toBe(false);
    other.exec('commit');
    other.close();
    expect(immediateWithin(db, 1, write)).toBe(true);
    expect(db.prepare('select count(*) from a').pluck().get()).toBe(1);
    expect(db.pragma('busy_timeout', { simple: true })).toBe(10_000);
  });

  it('is made from the schema and migrated step by step, once', () => {
    expect(migrate(db, schemaOf([]))).toBe(47);
    expect(migrate(db, schemaOf(steps.slice(0, 1)))).toBe(48);
    expect(migrate(db, schemaOf(steps))).toBe(49);
    expect(migrate(db, schemaOf(steps))).toBe(49);
    expect(db.prepare('select name from sqlite_schema order by name').pluck().all()).toEqual(['a', 'b', 'first']);
  });

  it('of a newer version is refused and untouched', () => {
    migrate(db, schemaOf(steps));
    expect(() => migrate(db, schemaOf(steps.slice(0, 1)))).toThrow(expect.objectContaining({ code: 'SCHEMA_NEWER' }));
    expect(db.pragma('user_version', { simple: true })).toBe(49);
  });

  it.each([
    [
      'of another state of the schema',
      (made: Database) => migrate(made, schemaOf([], 'create table other (x integer)')),
    ],
    [
      'with a number of before',
      (made: Database) => made.exec('create table old (x integer); pragma user_version = 46'),
    ],
    ['of something else', (made: Database) => made.exec('create table alien (x integer)')],
  ])('%s is refused and untouched', (_, make) => {
    make(db);
    const tables = (): unknown[] => db.prepare('select name from sqlite_schema order by name').pluck().all();
    const before = [db.pragma('user_version', { simple: true }), ...tables()];
    expect(() => migrate(db, schemaOf([]))).toThrow(
      expect.objectContaining({ code: 'SCHEMA_OLDER', message: expect.stringContaining('before release 0.2.0') }),
    );
    expect([db.pragma('user_version', { simple: true }), ...tables()]).toEqual(before);
  });

  it('keeps the schema before a step that fails', () => {
    const broken = [
      ...steps,
      { version: 50, name: '050-c.sql', sql: 'create table c (x integer) strict; create table a (x integer)' },
    ];
    expect(() => migrate(db, schemaOf(broken))).toThrow();
    expect(db.pragma('user_version', { simple: true })).toBe(49);
    expect(db.pragma('table_info(c)')).toEqual([]);
  });

  it('refuses numbers of migrations that do not rise', () => {
    for (const name of ['048-a.sql', '048-b.sql']) writeFileSync(join(folder, name), '');
    expect(() => readMigrations(folder)).toThrow(expect.objectContaining({ code: 'SCHEMA_OLDER' }));
  });

  it('takes this code’s schema', () => {
    expect(migrate(db)).toBe(47);
  });

  it('undoes an inner part alone when the outer one goes on', () => {
    migrate(db, schemaOf(steps));
    immediate(db, () => {
      db.exec('insert into a values (1)');
      expect(() =>
        immediate(db, () => {
          db.exec('insert into a values (2)');
          throw new Error('inner');
        }),
      ).toThrow('inner');
    });
    expect(db.prepare('select x from a').pluck().all()).toEqual([1]);
  });
});
