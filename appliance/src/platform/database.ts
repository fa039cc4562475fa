import { hash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from './errors.ts';
import { defineSqlFunctions } from './sql-functions.ts';

export type Database = BetterSqlite3.Database;
export type Statement<Params extends unknown[] = unknown[], Row = unknown> = BetterSqlite3.Statement<Params, Row>;

/** How long a writer waits for another one. */
const busyMs = 10_000;

type DatabaseOptions = {
  readonly?: boolean;
  /**
   * Keeps what can be taken back of a transaction in memory. For who writes in small transactions and sorts little: sorting
   * and temporary tables no longer go to a file either.
   */
  undoInMemory?: boolean;
  /**
   * Prepares each statement when it is first used. For a short command: it uses some twenty of a thousand, and to prepare all
   * takes a seventh of its time. A server, and the tests, prepare all at once, so that a wrong one is found at the start.
   */
  lateStatements?: boolean;
};

const prepareLate = (db: Database): void => {
  const prepareNow = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    const changes: Array<(made: Statement) => void> = [];
    let made: Statement | undefined;
    const real = (): Statement => {
      if (made === undefined) {
        made = prepareNow(sql) as Statement;
        for (const change of changes) change(made);
      }
      return made;
    };
    const later = (change: (made: Statement) => void): unknown => {
      if (made === undefined) changes.push(change);
      else change(made);
      return late;
    };
    const late = {
      run: (...values: unknown[]) => real().run(...values),
      get: (...values: unknown[]) => real().get(...values),
      all: (...values: unknown[]) => real().all(...values),
      iterate: (...values: unknown[]) => real().iterate(...values),
      columns: () => real().columns(),
      bind: (...values: unknown[]) => later((statement) => statement.bind(...values)),
      pluck: (isOn = true) => later((statement) => statement.pluck(isOn)),
      raw: (isOn = true) => later((statement) => statement.raw(isOn)),
    };
    return late;
  }) as unknown as Database['prepare'];
};

const prepare = (db: Database, { readonly: isReadOnly, undoInMemory, lateStatements }: DatabaseOptions): void => {
  if (!isReadOnly) {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // 32 MB: a report touches pages all over the file, and what is touched again before a checkpoint is written once.
    db.pragma('wal_autocheckpoint = 8192');
    db.pragma('journal_size_limit = 67108864');
  }
  // Savepoints and statements of several rows copy each page that they change, by two writes to a file otherwise.
  if (undoInMemory) db.pragma('temp_store = MEMORY');
  db.pragma('foreign_keys = ON');
  db.pragma('cache_size = -32768');
  defineSqlFunctions(db);
  if (lateStatements) prepareLate(db);
};

/**
 * Opens a database file. WAL with `synchronous=FULL`: an answer that follows a commit survives a power cut. A reopened
 * WAL database would fall back to NORMAL, so the pragmas are set on every open.
 */
export const openDatabase = (path: string, options: DatabaseOptions = {}): Database => {
  // SQLite gives its side files the mode of the database, which it would take from the umask.
  if (!options.readonly) closeSync(openSync(path, 'a', 0o600));
  const db = new BetterSqlite3(path, { readonly: options.readonly ?? false, timeout: busyMs });
  try {
    prepare(db, options);
    return db;
  } catch (error) {
    // SQLite shares the log's index among the connections of a process: one that stays behind half-open spoils the next.
    db.close();
    throw error;
  }
};

/**
 * Runs `work` in a transaction that takes the write lock at its start, so that it never fails half-way on an upgrade.
 * Inside another transaction it is a savepoint.
 */
export const immediate = <T>(db: Database, work: () => T): T => db.transaction(work).immediate();

/**
 * `immediate`, but within another transaction no savepoint: that costs a copy of each page that changes. The owner of the
 * transaction has to roll it back when this throws.
 */
export const within = <T>(db: Database, work: () => T): T => (db.inTransaction ? work() : immediate(db, work));

/**
 * `immediate` that waits for another writer at most so long: whether it ran. Waiting stops the whole thread, and a thread
 * that writes in a loop leaves others few chances, so who can come again later should.
 */
export const immediateWithin = (db: Database, waitMs: number, work: () => void): boolean => {
  db.pragma(`busy_timeout = ${waitMs}`);
  try {
    immediate(db, work);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return false;
    throw error;
  } finally {
    db.pragma(`busy_timeout = ${busyMs}`);
  }
};

/** What SQLite finds wrong in the pages and indexes of a database. It gives up at some damage: that is a line, too. */
const pageFaults = (db: Database, most: number): string[] => {
  try {
    return (db.pragma(`integrity_check(${most})`) as Array<{ integrity_check: string }>)
      .map(({ integrity_check: line }) => line)
      .filter((line) => line !== 'ok');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (!code?.startsWith('SQLITE_CORRUPT')) throw error;
    return [`${message} (${code})`];
  }
};

/** At most so many lines on what is wrong in pages, indexes and references; references only of a database whose pages are whole. */
export const databaseFaults = (db: Database, most: number): string[] => {
  const faults = pageFaults(db, most);
  if (faults.length > 0) return faults;
  return (db.pragma('foreign_key_check') as Array<{ table: string }>)
    .slice(0, most)
    .map(({ table }) => `${table}: refers to a row that is not there`);
};

/** From now on what this connection deletes is overwritten, too. */
export const overwriteDeleted = (db: Database): void => void db.pragma('secure_delete = ON');

/**
 * Writes the database as it is now into a new file. Others may write meanwhile: `db.backup()` would begin anew at each of their
 * commits. Numbers of rows stay as they are, and what was deleted is not in the copy.
 */
export const copyDatabase = (db: Database, path: string): void => void db.prepare('vacuum into ?').run(path);

/** A text that differs after any change of the database, by this connection or by another one. */
export const changeStamp = (db: Database): (() => string) => {
  const own = db.prepare<[], number>('select total_changes()').pluck();
  const others = db.prepare<[], number>('pragma data_version').pluck();
  return () => `${others.get()} ${own.get()}`;
};

/** Empties the log of changes into the database; false while somebody reads an older state, which is not waited for. */
export const emptyLog = (db: Database): boolean => {
  db.pragma('busy_timeout = 0');
  try {
    const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as Array<{ busy: number }>;
    return result?.busy === 0;
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return false;
    throw error;
  } finally {
    db.pragma(`busy_timeout = ${busyMs}`);
  }
};

export type Migration = { version: number; name: string; sql: string };

/** What a database of this code has: the schema that a new one begins with, and the numbered changes since. */
export type Schema = { sql: string; migrations: readonly Migration[] };

/** The number of `schema.sql`. Numbers below were development's; no database of theirs is taken. */
const FIRST_SCHEMA_VERSION = 47;

/** The numbered SQL files of a folder in order. Numbers rise; one that is twice there is a mistake of the build. */
export function readMigrations(folder: string): Migration[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^\d{3}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((name, index, names) => {
      const version = Number(name.slice(0, 3));
      if (version <= Number(names[index - 1]?.slice(0, 3) ?? FIRST_SCHEMA_VERSION))
        throw new AppError('SCHEMA_OLDER', `migration ${version} does not follow the one before it: ${name}`);
      return { version, name, sql: readFileSync(join(folder, name), 'utf8') };
    });
}

/** The schema that belongs to this code. */
export function readSchema(): Schema {
  return {
    sql: readFileSync(join(import.meta.dirname, '../schema.sql'), 'utf8'),
    migrations: readMigrations(join(import.meta.dirname, '../migrations')),
  };
}

/** The schema number that a database has. */
export const schemaVersion = (db: Database): number => db.pragma('user_version', { simple: true }) as number;

export const newestVersion = ({ migrations }: Schema): number => migrations.at(-1)?.version ?? FIRST_SCHEMA_VERSION;

// `schema.sql` is edited in place before the first release, so its number alone does not tell two states of it apart.
const markOf = ({ sql }: Schema): number => hash('sha256', sql, 'buffer').readUInt32BE(0) >>> 1;

/**
 * Refuses a database that this code does not take: SCHEMA_NEWER one that a newer version wrote, SCHEMA_OLDER one that was
 * made before the first release by another state of the schema.
 */
export function assertSchema(db: Database, schema: Schema): void {
  const held = schemaVersion(db);
  const newest = newestVersion(schema);
  if (held > newest)
    throw new AppError('SCHEMA_NEWER', `the database has schema ${held}, this version knows ${newest}`);
  if (held < FIRST_SCHEMA_VERSION || db.pragma('application_id', { simple: true }) !== markOf(schema))
    throw new AppError(
      'SCHEMA_OLDER',
      'the database was made by a development state before release 0.2.0, which no upgrade takes; start with a new data directory',
    );
}

/**
 * Makes the schema of an empty database, and brings one of this schema to the newest number, each step in its own
 * transaction. SCHEMA_NEWER, SCHEMA_OLDER.
 */
export function migrate(db: Database, schema: Schema = readSchema()): number {
  immediate(db, () => {
    if (schemaVersion(db) !== 0 || db.prepare('select 1 from sqlite_schema limit 1').get() !== undefined) return;
    db.exec(schema.sql);
    db.pragma(`application_id = ${markOf(schema)}`);
    db.pragma(`user_version = ${FIRST_SCHEMA_VERSION}`);
  });
  assertSchema(db, schema);
  for (const migration of schema.migrations) {
    immediate(db, () => {
      // Read under the write lock: another process may have migrated meanwhile.
      if (schemaVersion(db) >= migration.version) return;
      db.exec(migration.sql);
      db.pragma(`user_version = ${migration.version}`);
    });
  }
  assertSchema(db, schema);
  return schemaVersion(db);
}
