import { constants, DatabaseSync } from 'node:sqlite';
import { AppError } from '../../platform/errors.ts';
import { allowedFunctions, deniedColumns, deniedTables, osqueryFunctions } from './denied-tables.ts';
import { anyRowQuery, boundedQuery, tablesQuery } from './osquery-queries.ts';
import { osqueryTables, pathColumns } from './osquery-tables.generated.ts';
import { expressionCopies, subqueryCopies } from './sql-copies.ts';
import { joinedBy, nameOf, sqlPieces, sqlWords } from './sql-pieces.ts';
import { answerLimits, maxSqlLength } from './types.ts';
import { valueReasons, valueRefusal } from './value-guard.ts';

// What a live query may ask. The reader of a device must not become a way out of the site, a way to secrets or a way to
// files without a second administrator. SQLite itself reads the statement: it is prepared, never run, on an empty database
// that has only the allowed tables, and tells each table, column and function that it resolved. osquery's parser is the
// same one, so there is no second reading of a text that could differ. What it does not tell, the shape of a value, is judged
// afterwards, in one direction only: what is not plainly a text of the statement is refused (value-guard.ts).

/** What osquery's own SQLite would also take; a statement past it is made to cost. */
const limits = { sqlLength: 65_536, exprDepth: 100, compoundSelect: 50, column: 500, functionArg: 100 };

/** SQLite copies a named subquery for each of its uses before it asks about any part. */
const maxCopiedLength = 100_000;
/** And what a name stands for, for each use of the name. */
const maxExpandedLength = 1_000_000;

const unknown = 'it is not in the list of tables and functions that a query may use';

const deniedBy = (table: string): string =>
  (Object.hasOwn(deniedTables, table) ? deniedTables[table] : undefined) ?? unknown;

type Refusal = { what: string; why: string };

const toError = ({ what, why }: Refusal): AppError =>
  new AppError('FORBIDDEN', `a query may not use ${what}: ${why}`, { refused: what.slice(0, 100) });

/** What the text itself already rules out. */
const checkText = (sql: string): void => {
  const malformed = (why: string): AppError => new AppError('MALFORMED', why);
  if (sql.length > maxSqlLength) throw malformed(`the query is longer than ${maxSqlLength} characters`);
  if (sql.includes('\0')) throw malformed('the query holds a NUL');
  if (!sql.isWellFormed()) throw malformed('the query is not text');
  const pieces = sqlPieces(sql);
  // A byte order mark is a space to SQLite and part of a name to a reader.
  const odd = /[^\t\n\r -~]/u.exec(pieces.filter((piece) => !piece.startsWith("'")).join(' '))?.[0];
  if (odd !== undefined)
    throw toError({
      what: `U+${odd.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`,
      why: 'outside of a string only ASCII is sent',
    });
  if (pieces.some((piece) => /^[?:@$#]$/.test(piece))) throw malformed('a query has no parameters');
  // Which columns it joins depends on the client's version, and a column can steer what a table reads.
  if (pieces.some((piece) => piece.toLowerCase() === 'natural'))
    throw toError({ what: 'natural', why: 'name the columns that are joined' });
  if (subqueryCopies(sqlWords(sql)) * sql.length > maxCopiedLength)
    throw malformed('the query uses its named subqueries too often');
  if (expressionCopies(sqlWords(sql)) * sql.length > maxExpandedLength)
    throw malformed('the query uses the names of its own columns too often');
};

const emptyDatabase = (): DatabaseSync => {
  const db = new DatabaseSync(':memory:', { enableDoubleQuotedStringLiterals: false, limits });
  db.exec(tablesQuery());
  for (const [name, length] of Object.entries(osqueryFunctions))
    db.function(
      name,
      length === -1 ? { varargs: true } : {},
      Object.defineProperty(() => null, 'length', { value: Math.max(length, 0) }),
    );
  return db;
};

/** The judge of live queries: throws MALFORMED or FORBIDDEN for one that must not be sent to devices. */
export function sqlGuard(): (sql: string) => void {
  let made: DatabaseSync | undefined;
  // At the first query: most processes never see one.
  const database = (): DatabaseSync => (made ??= emptyDatabase());

  const isTable = (db: DatabaseSync, name: string): boolean => {
    try {
      db.prepare(anyRowQuery(name));
      return true;
    } catch {
      return false;
    }
  };

  return (sql) => {
    checkText(sql);
    const db = database();
    let refusal: Refusal | undefined;
    let isSelect = false;
    const unread = new Set<string>();
    const steering = new Set<string>();
    const deny = (what: string, why: string): number => {
      refusal ??= { what, why };
      return constants.SQLITE_DENY;
    };
    const judge = (action: number, first: string | null, second: string | null): number => {
      const [table, column] = [(first ?? '').toLowerCase(), (second ?? '').toLowerCase()];
      switch (action) {
        case constants.SQLITE_SELECT:
          isSelect = true;
          return constants.SQLITE_OK;
        case constants.SQLITE_FUNCTION:
          return allowedFunctions.has(column) ? constants.SQLITE_OK : deny(`${column}()`, unknown);
        case constants.SQLITE_READ: {
          // A table of which no column is read, or a subquery with a name.
          if (column === '') unread.add(table);
          else if (!Object.hasOwn(osqueryTables, table)) return deny(table, deniedBy(table));
          if (pathColumns[table]?.includes(column) === true) steering.add(`${table}.${column}`);
          const why = deniedColumns[`${table}.${column}`];
          return why === undefined ? constants.SQLITE_OK : deny(`${table}.${column}`, why);
        }
        case constants.SQLITE_RECURSIVE:
          return deny('recursive', 'it may never end');
        default:
          return deny(table || 'this statement', 'only what reads is sent');
      }
    };
    let text: string;
    db.setAuthorizer(judge);
    try {
      text = db.prepare(sql).sourceSQL;
    } catch (error) {
      throw reasonOf(error, refusal);
    } finally {
      db.setAuthorizer(null);
    }
    // A few statements, such as VACUUM, ask for no permission.
    if (!isSelect) throw toError({ what: 'this statement', why: 'only what reads is sent' });
    if (!/^[\s;]*$/.test(sql.slice(text.length))) throw new AppError('MALFORMED', 'one statement at a time');
    for (const name of unread)
      if (!Object.hasOwn(osqueryTables, name) && isTable(db, name)) throw toError({ what: name, why: unknown });
    const joined = joinedBy(sql);
    // What two tables are joined by in short is told neither as a column nor as a table; so each name counts that a table has.
    for (const name of joined.length === 0 ? [] : new Set(sqlWords(sql).map(nameOf))) {
      if (!Object.hasOwn(osqueryTables, name)) {
        if (isTable(db, name)) throw toError({ what: name, why: unknown });
        continue;
      }
      for (const column of joined) {
        const why = deniedColumns[`${name}.${column}`];
        if (why !== undefined) throw toError({ what: `${name}.${column}`, why });
        if (pathColumns[name]?.includes(column) === true) steering.add(`${name}.${column}`);
      }
    }
    const value = valueRefusal(sql, [...steering]);
    if (value !== undefined) {
      const { what, why } = value;
      throw new AppError('FORBIDDEN', `a query may not use ${what.slice(0, 200)}: ${valueReasons[why]}`, {
        refused: what.slice(0, 100),
        value: why,
      });
    }
    // A comment that stays open would swallow the bound.
    try {
      db.prepare(boundedQuery(sql, answerLimits.rows));
    } catch (error) {
      throw reasonOf(error, undefined);
    }
  };
}

/** SQLite's words for a table or function that is not there, or for a statement that is none. */
function reasonOf(error: unknown, refusal: Refusal | undefined): AppError {
  if (refusal !== undefined) return toError(refusal);
  const message = error instanceof Error ? error.message : String(error);
  const missing = /^no such (table|function): (?:main\.)?(.*)$/is.exec(message);
  if (missing === null) return new AppError('MALFORMED', `SQLite cannot read the query: ${message.slice(0, 300)}`);
  const what = (missing[2] ?? '').toLowerCase();
  return toError(
    missing[1] === 'table'
      ? { what, why: deniedBy(what) }
      : { what: `${what}()`, why: what === 'carve' ? deniedBy('carves') : unknown },
  );
}
