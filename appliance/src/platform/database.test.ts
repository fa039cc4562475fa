import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assertSchema,
  copyDatabase,
  createSchema,
  type Database,
  immediate,
  immediateWithin,
  type Migration,
  migrate,
  openDatabase,
  readMigrations,
  type Schema,
  schemaRelease,
  schemaVersion,
  within,
} from './database.ts';

const steps: Migration[] = [
  { version: 48, name: '048-a.sql', sql: 'create table a (x integer) strict' },
  { version: 49, name: '049-b.sql', sql: 'create table b (x integer) strict' },
];
const record =
  'create table schema_step (version integer primary key, name text, sha256 text, release text, at integer) strict;';
const schemaOf = (migrations: Migration[], sql = 'create table first (x integer) strict'): Schema => ({
  sql: record + sql,
  migrations,
});
const tables = (): unknown[] => db.prepare('select name from sqlite_schema order by name').pluck().all();

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
  it('keeps the locks of this process when it is opened once more', () => {
    const path = join(folder, 'state.db');
    db.exec('create table a (x integer) strict');
    const ours = new RegExp(` ${process.pid} [0-9a-f:]+:${statSync(path).ino} `);
    const locks = (): string[] =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter((line) => ours.test(line))
        // Locks of other processes move the number in front.
        .map((line) => line.replace(/^\d+: /, ''));
    const held = locks();
    expect(held).not.toEqual([]);
    for (const options of [{}, { readonly: true }]) openDatabase(path, options).close();
    expect(locks()).toEqual(held);
  });

  it('is copied as it was at the start, page by page once, while another connection commits between any two', async () => {
    db.exec(`create table a (x integer, bytes blob) strict;
      insert into a with recursive many (n) as (select 1 union all select n + 1 from many where n < 4000)
      select n, randomblob(4000) from many`);
    const rows = (of: Database): unknown =>
      of.prepare('select count(*), max(x), sum(length(bytes)) from a').raw().get();
    const before = rows(db);
    const insert = db.prepare('insert into a values (9999, randomblob(4000))');
    let isOver = false;
    let commits = 0;
    const commit = (): void => {
      if (isOver) return;
      insert.run();
      commits += 1;
      setImmediate(commit);
    };
    commit();
    await copyDatabase(join(folder, 'state.db'), join(folder, 'copy.db'));
    isOver = true;
    const copy = openDatabase(join(folder, 'copy.db'), { readonly: true });
    try {
      expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(commits).toBeGreaterThan(5);
      // The first commit was before the copy began.
      expect(rows(copy)).toEqual([4001, 9999, 4001 * 4000]);
      expect(rows(db)).not.toEqual(before);
    } finally {
      copy.close();
    }
    await expect(copyDatabase(join(folder, 'none.db'), join(folder, 'other.db'))).rejects.toMatchObject({
      code: 'DATABASE',
    });
    await expect(copyDatabase(join(folder, 'state.db'), join(folder, 'copy.db'))).rejects.toMatchObject({
      code: 'EEXIST',
    });
  });

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

  it('is made with all steps, and only where nothing is yet', () => {
    createSchema(db, schemaOf(steps));
    createSchema(db, schemaOf(steps));
    expect(schemaVersion(db)).toBe(49);
    expect(db.prepare('select version, name from schema_step order by version').raw().all()).toEqual([
      [47, 'schema.sql'],
      [48, '048-a.sql'],
      [49, '049-b.sql'],
    ]);
    expect(schemaRelease(db)).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('is migrated step by step, once, by whoever migrates and nobody else', () => {
    createSchema(db, schemaOf([]));
    expect(() => assertSchema(db, schemaOf(steps))).toThrow(
      expect.objectContaining({ code: 'SCHEMA_OLDER', message: expect.stringContaining('sallyport upgrade') }),
    );
    expect(() => createSchema(db, schemaOf(steps))).toThrow(expect.objectContaining({ code: 'SCHEMA_OLDER' }));
    expect(schemaVersion(db)).toBe(47);
    expect(migrate(db, schemaOf(steps.slice(0, 1)))).toEqual([48]);
    expect(migrate(db, schemaOf(steps))).toEqual([49]);
    expect(migrate(db, schemaOf(steps))).toEqual([]);
    assertSchema(db, schemaOf(steps));
    expect(tables()).toEqual(['a', 'b', 'first', 'schema_step']);
  });

  it('of a newer release is refused and untouched, and the release is named', () => {
    createSchema(db, schemaOf(steps));
    db.exec("update schema_step set release = '9.8.7'");
    for (const open of [migrate, assertSchema])
      expect(() => open(db, schemaOf(steps.slice(0, 1)))).toThrow(
        expect.objectContaining({ code: 'SCHEMA_NEWER', message: expect.stringContaining('release 9.8.7') }),
      );
    expect(schemaVersion(db)).toBe(49);
  });

  it('with a step that is not this program’s is refused and untouched', () => {
    createSchema(db, schemaOf(steps));
    const other = [{ ...(steps[0] as Migration), sql: 'create table other (x integer) strict' }, ...steps.slice(1)];
    for (const schema of [schemaOf(other), schemaOf(steps.slice(1))])
      expect(() => migrate(db, schema)).toThrow(
        expect.objectContaining({ code: 'SCHEMA_OTHER', message: expect.stringContaining('step 48') }),
      );
  });

  it.each([
    [
      'of another state of the schema',
      (made: Database) => createSchema(made, schemaOf([], 'create table other (x integer)')),
    ],
    [
      'with a number of before',
      (made: Database) => made.exec('create table old (x integer); pragma user_version = 46'),
    ],
    ['of something else', (made: Database) => made.exec('create table alien (x integer)')],
    ['that was damaged to nothing', () => undefined],
  ])('%s is refused and untouched', (_, make) => {
    make(db);
    const before = [schemaVersion(db), ...tables()];
    expect(() => migrate(db, schemaOf([]))).toThrow(
      expect.objectContaining({ code: 'SCHEMA_OLDER', message: expect.stringContaining('before release 0.2.0') }),
    );
    expect([schemaVersion(db), ...tables()]).toEqual(before);
  });

  it('keeps schema and record before a step that fails', () => {
    const broken = [
      ...steps,
      { version: 50, name: '050-c.sql', sql: 'create table c (x integer) strict; create table a (x integer)' },
    ];
    createSchema(db, schemaOf([]));
    expect(() => migrate(db, schemaOf(broken))).toThrow();
    expect(schemaVersion(db)).toBe(49);
    expect(db.prepare('select max(version) from schema_step').pluck().get()).toBe(49);
    expect(tables()).toEqual(['a', 'b', 'first', 'schema_step']);
  });

  it('refuses numbers of migrations that do not rise', () => {
    for (const name of ['048-a.sql', '048-b.sql']) writeFileSync(join(folder, name), '');
    expect(() => readMigrations(folder)).toThrow(expect.objectContaining({ code: 'SCHEMA_OLDER' }));
  });

  it('takes this code’s schema', () => {
    createSchema(db);
    assertSchema(db);
  });

  it('undoes an inner part alone when the outer one goes on', () => {
    createSchema(db, schemaOf(steps));
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
