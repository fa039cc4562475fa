import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Database,
  immediate,
  immediateWithin,
  type Migration,
  migrate,
  migrationsFolder,
  openDatabase,
  readMigrations,
  within,
} from './database.ts';

const steps: Migration[] = [
  { version: 1, name: '001-a.sql', sql: 'create table a (x integer) strict' },
  { version: 2, name: '002-b.sql', sql: 'create table b (x integer) strict' },
];

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

  it('is migrated step by step, once', () => {
    expect(migrate(db, steps.slice(0, 1))).toBe(1);
    expect(migrate(db, steps)).toBe(2);
    expect(migrate(db, steps)).toBe(2);
  });

  it('of a newer version is refused and untouched', () => {
    migrate(db, steps);
    expect(() => migrate(db, steps.slice(0, 1))).toThrow(expect.objectContaining({ code: 'SCHEMA_NEWER' }));
    expect(db.pragma('user_version', { simple: true })).toBe(2);
  });

  it('keeps the schema before a step that fails', () => {
    const broken = [
      ...steps,
      { version: 3, name: '003-c.sql', sql: 'create table c (x integer) strict; create table a (x integer)' },
    ];
    expect(() => migrate(db, broken)).toThrow();
    expect(db.pragma('user_version', { simple: true })).toBe(2);
    expect(db.pragma('table_info(c)')).toEqual([]);
  });

  it('takes this code’s migrations', () => {
    const migrations = readMigrations(migrationsFolder());
    expect(migrate(db, migrations)).toBe(migrations.at(-1)?.version);
  });

  it('undoes an inner part alone when the outer one goes on', () => {
    migrate(db, steps);
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
