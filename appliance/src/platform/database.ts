import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from './errors.ts';
import { applianceRelease } from './release.ts';
import { defineSqlFunctions } from './sql-functions.ts';

export interface Database extends BetterSqlite3.Database {
  /** What counts as the time in it (site-clock.ts); the computer's clock where no site is open over it. */
  now?: () => number;
  /** The same without a look into the database, for SQL that runs in it. */
  glance?: () => number;
  /** How many transactions were taken back: SQLite counts their changes all the same. */
  takenBack?: number;
}
type Statement = BetterSqlite3.Statement<unknown[], unknown>;

/** What counts as the time in a database. */
export const nowIn = (db: Database): number => db.now?.() ?? nowMs();

/** How long a writer waits for another one. */
const busyMs = 10_000;

type DatabaseOptions = {
  readonly?: boolean;
  /** DATABASE where the file is not there. */
  mustExist?: boolean;
  /**
   * Keeps what can be taken back of a transaction in memory. For who writes in small transactions and sorts little: sorting
   * and temporary tables no longer go to a file either.
   */
  undoInMemory?: boolean;
  /**
   * Prepares each statement when it is first used. For a short command, and for a thread of the server: it uses some twenty of a
   * thousand, and to prepare all takes a seventh of its start. The server's own thread, and compose.test.ts, prepare all at once, so that a
   * wrong one is found at the start.
   */
  lateStatements?: boolean;
};

type Use = (...values: unknown[]) => unknown;
const USES = ['run', 'get', 'all', 'iterate', 'columns'] as const;

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
    const late: Record<string, unknown> = {
      ...Object.fromEntries(
        USES.map((use) => [
          use,
          (...values: unknown[]) => {
            const statement = real();
            // From now on nothing stands before it: a report runs hundreds.
            for (const name of USES) late[name] = (statement[name] as Use).bind(statement);
            return (statement[use] as Use)(...values);
          },
        ]),
      ),
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
  db.function('site_now', () => db.glance?.() ?? nowMs());
  if (lateStatements) prepareLate(db);
};

/**
 * Makes the file of a database where there is none: SQLite gives its side files the mode of the database, which it would take from
 * the umask. One that is there is not touched: closing any descriptor of it ends all locks of this process on it (POSIX, fcntl), and
 * the last close of another process, as of an sqlite3 before 3.51, then removes the log of changes beneath those who have it open.
 */
const makeFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
};

/**
 * Opens a database file. WAL with `synchronous=FULL`: an answer that follows a commit survives a power cut. A reopened
 * WAL database would fall back to NORMAL, so the pragmas are set on every open.
 */
export const openDatabase = (path: string, options: DatabaseOptions = {}): Database => {
  if (options.mustExist && !isThere(path))
    throw new AppError('DATABASE', `${path} is not there; restore a backup: sallyport backup restore --help`);
  if (!options.readonly) makeFile(path);
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
export const immediate = <T>(db: Database, work: () => T): T => {
  try {
    return db.transaction(work).immediate();
  } catch (error) {
    db.takenBack = (db.takenBack ?? 0) + 1;
    throw error;
  }
};

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

/**
 * Writes the head of the database as it is, to learn whether a commit succeeds; throws what the disk says. Another writer is
 * waited for at most so long; one that has the lock is no fault.
 */
export const tryWrite = (db: Database, waitMs: number): void => {
  const version = db.pragma('user_version', { simple: true }) as number;
  immediateWithin(db, waitMs, () => void db.pragma(`user_version = ${version}`));
};

/** At most so many lines on what SQLite finds wrong in the pages and indexes of a database. It gives up at some damage: that is a line, too. */
export const pageFaults = (db: Database, most: number): string[] => {
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

/** At most so many lines on rows that refer to one that is not there. */
export const referenceFaults = (db: Database, most: number): string[] =>
  (db.pragma('foreign_key_check') as Array<{ table: string }>)
    .slice(0, most)
    .map(({ table }) => `${table}: refers to a row that is not there`);

/** At most so many lines on what is wrong in pages, indexes and references; references only of a database whose pages are whole. */
export const databaseFaults = (db: Database, most: number): string[] => {
  const faults = pageFaults(db, most);
  return faults.length > 0 ? faults : referenceFaults(db, most);
};

/** From now on what this connection deletes is overwritten, too. */
export const overwriteDeleted = (db: Database): void => void db.pragma('secure_delete = ON');

/** 1 MB of a copy. */
const pagesPerFlush = 256;

/**
 * Writes the database as it is now into a new file, while others write. A read transaction keeps the state that is copied: without one,
 * `backup()` begins anew at each commit of another connection. What was written is flushed before more is: a commit waits for all
 * that its file system holds back for the disk (ext4, data=ordered). Pages that hold nothing any more are copied, too.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const db = openDatabase(from, { mustExist: true });
  try {
    const file = openSync(to, 'wx', 0o600);
    try {
      db.exec('begin');
      db.pragma('schema_version');
      await db.backup(to, {
        progress: () => {
          fdatasyncSync(file);
          return pagesPerFlush;
        },
      });
    } finally {
      closeSync(file);
    }
  } finally {
    db.close();
  }
}

/**
 * Writes every page of a database over another one, which may be in use: it becomes the copy in one transaction of its own. A
 * new file is made. Not waited for is the disk.
 */
export async function copyPages(db: Database, path: string): Promise<void> {
  // In one step: between two, a commit of another connection would begin the copy anew.
  await db.backup(path, { progress: ({ totalPages }) => Math.max(1, totalPages) });
}

/** A text that differs after any change of the database, by this connection or by another one, and after one that was taken back. */
export const changeStamp = (db: Database): (() => string) => {
  const own = db.prepare<[], number>('select total_changes()').pluck();
  const others = db.prepare<[], number>('pragma data_version').pluck();
  return () => `${others.get()} ${own.get()} ${db.takenBack ?? 0}`;
};

/** Empties the log of changes into the database; false while a reader has an older state; it does not wait for it. */
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

/** A step by which a database came to its schema, as the release that took it wrote it down. */
type SchemaStep = { version: number; sha256: string; release: string };

/** The number of `schema.sql`. Numbers below were development's; no database of theirs is taken. */
const FIRST_SCHEMA_VERSION = 47;

/** The numbered SQL files of a folder in order. Numbers rise; one that is twice there is a mistake of the build. */
export function readMigrations(folder: string): Migration[] {
  if (!isThere(folder)) return [];
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

const stepsOf = ({ sql, migrations }: Schema): Migration[] => [
  { version: FIRST_SCHEMA_VERSION, name: 'schema.sql', sql },
  ...migrations,
];

const digestOf = ({ sql }: Migration): string => hash('sha256', sql);

const isEmpty = (db: Database): boolean =>
  schemaVersion(db) === 0 && db.prepare('select 1 from sqlite_schema limit 1').get() === undefined;

/** The steps that a database has taken, the first one first; none of one that was made before steps were written down. */
const takenSteps = (db: Database): SchemaStep[] =>
  db.prepare("select 1 from sqlite_schema where name = 'schema_step'").get() !== undefined
    ? db.prepare<[], SchemaStep>('select version, sha256, release from schema_step order by version').all()
    : [];

/** The release that brought a database to its schema; undefined where none is written down. */
export const schemaRelease = (db: Database): string | undefined => takenSteps(db).at(-1)?.release;

/** Runs one step and writes it down, in the caller's transaction. */
const takeStep = (db: Database, step: Migration): void => {
  db.exec(step.sql);
  db.prepare('insert into schema_step (version, name, sha256, release, at) values (?, ?, ?, ?, ?)').run(
    step.version,
    step.name,
    digestOf(step),
    applianceRelease().version,
    nowMs(),
  );
  db.pragma(`user_version = ${step.version}`);
};

/**
 * Refuses a database that no upgrade by this code takes: SCHEMA_NEWER one that a newer release wrote, SCHEMA_OTHER one with a
 * step that is not this code's, SCHEMA_OLDER one that was made before the first release. Those of an older release pass.
 */
export function assertKnownSchema(db: Database, schema: Schema = readSchema()): void {
  const held = schemaVersion(db);
  const taken = takenSteps(db);
  const by = taken.at(-1)?.release ?? 'unknown';
  const own = applianceRelease().version;
  if (held > newestVersion(schema))
    throw new AppError(
      'SCHEMA_NEWER',
      `the database has schema ${held}, by release ${by}; this program is release ${own} and knows schema ${newestVersion(schema)}. Run the program of release ${by}`,
      { schema: held, release: by },
    );
  const steps = new Map(stepsOf(schema).map((step) => [step.version, step]));
  const other = taken.find(({ version, sha256 }) => {
    const step = steps.get(version);
    return step === undefined || digestOf(step) !== sha256;
  });
  if (taken.length === 0 || held < FIRST_SCHEMA_VERSION || other?.version === FIRST_SCHEMA_VERSION)
    throw new AppError(
      'SCHEMA_OLDER',
      'the database was made by a development state before release 0.2.0, which no upgrade takes; start with a new data directory',
    );
  if (other !== undefined)
    throw new AppError(
      'SCHEMA_OTHER',
      `step ${other.version} of the database is not the one that this program has: it was taken by release ${other.release}. Run the program of release ${by}`,
      { schema: held, release: by },
    );
}

/** Refuses every database but one of exactly this schema, and says which program has to run: codes as `assertKnownSchema`. */
export function assertSchema(db: Database, schema: Schema = readSchema()): void {
  assertKnownSchema(db, schema);
  const held = schemaVersion(db);
  if (held === newestVersion(schema)) return;
  const by = schemaRelease(db) ?? 'unknown';
  throw new AppError(
    'SCHEMA_OLDER',
    `the database has schema ${held}, by release ${by}; this program is release ${applianceRelease().version} and needs schema ${newestVersion(schema)}. Run the program of release ${by}, or upgrade: sallyport upgrade --help`,
    { schema: held, release: by },
  );
}

/** Makes the schema of a database in which nothing is yet; one that has it already is left alone. Codes of `assertSchema`. */
export function createSchema(db: Database, schema: Schema = readSchema()): void {
  immediate(db, () => {
    if (isEmpty(db)) for (const step of stepsOf(schema)) takeStep(db, step);
  });
  assertSchema(db, schema);
}

/**
 * Brings a database of an older release to this code's schema, each step with its record in one transaction; returns the
 * numbers of the steps. For who holds the lock of the server on it, or a database that no other process has open. Codes of `assertKnownSchema`.
 */
export function migrate(db: Database, schema: Schema = readSchema()): number[] {
  assertKnownSchema(db, schema);
  const missing = schema.migrations.filter(({ version }) => version > schemaVersion(db));
  for (const step of missing) immediate(db, () => takeStep(db, step));
  assertSchema(db, schema);
  return missing.map(({ version }) => version);
}
