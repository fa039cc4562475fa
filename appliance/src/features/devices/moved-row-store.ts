import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

// Rows of any table that name a device in a column `device`, moved to another device and back. Tables are found in the
// schema, so that what a later feature keeps about devices moves, too. A row that has no place beside one of the other
// device is kept whole and put back by the undo.

type Value = string | number | bigint | Buffer | null;
type Row = Record<string, Value>;

type Table = { name: string; columns: readonly string[]; key: readonly string[] };

/** Keys of rows that moved, without the device; and rows that did not fit. JSON. */
export type MovedRows = { name: string; moved: unknown[][]; stashed: Record<string, unknown>[] };

const quoted = (name: string): string => `"${name}"`;

const toJson = (value: Value): unknown =>
  Buffer.isBuffer(value) ? { $bytes: value.toString('base64') } : typeof value === 'bigint' ? Number(value) : value;

const fromJson = (value: unknown): Value => {
  if (typeof value === 'object' && value !== null && '$bytes' in value)
    return Buffer.from(String(value.$bytes), 'base64');
  return value as Value;
};

const rowToJson = (row: Row): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJson(value)]));

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || error.code === 'SQLITE_CONSTRAINT_UNIQUE');

/** Tables with a column `device`, but for those that are moved in a way of their own. */
export const deviceTables = (db: Database, except: ReadonlySet<string>): Table[] =>
  db
    .prepare<[], { name: string }>(
      "select name from pragma_table_list where schema = 'main' and type = 'table' order by name",
    )
    .all()
    .filter(({ name }) => !except.has(name) && !/^(?:inv|sqlite)_/.test(name))
    .flatMap(({ name }): Table[] => {
      const columns = db.pragma(`table_info(${quoted(name)})`) as Array<{ name: string; pk: number }>;
      if (!columns.some((column) => column.name === 'device')) return [];
      const key = columns.filter(({ pk }) => pk > 0).map((column) => column.name);
      return [{ name, columns: columns.map((column) => column.name), key: key.length === 0 ? ['rowid'] : key }];
    });

/** Removes what tables hold of a device. */
export type RemoveRows = (device: number) => void;

/** Prepared once for many devices. */
export const rowRemover = (db: Database, except: ReadonlySet<string>): RemoveRows => {
  const removers = deviceTables(db, except).map(({ name }) =>
    db.prepare<[number]>(`delete from ${quoted(name)} where device = ?`),
  );
  return (device) => {
    for (const remover of removers) remover.run(device);
  };
};

/** Moves the rows of one table; `isDerived`: none is moved, all are kept. */
export const moveRows = (db: Database, table: Table, from: number, to: number, isDerived: boolean): MovedRows => {
  const sql = statements(db);
  const key = table.key.filter((name) => name !== 'device');
  const where = ['device = ?', ...key.map((name) => `${quoted(name)} = ?`)].join(' and ');
  const select = table.key.includes('rowid') ? 'rowid, *' : '*';
  const rows = db.prepare<[number], Row>(`select ${select} from ${quoted(table.name)} where device = ?`).all(from);
  const move = sql.run<unknown[]>(`update ${quoted(table.name)} set device = ? where ${where}`);
  const remove = sql.run<unknown[]>(`delete from ${quoted(table.name)} where ${where}`);
  const result: MovedRows = { name: table.name, moved: [], stashed: [] };
  const stash = (row: Row, values: readonly Value[]): void => {
    remove(from, ...values);
    result.stashed.push(rowToJson(row));
  };
  for (const row of rows) {
    const values = key.map((name) => row[name] ?? null);
    if (isDerived) {
      stash(row, values);
      continue;
    }
    try {
      move(to, from, ...values);
      result.moved.push(values.map(toJson));
    } catch (error) {
      if (!isTaken(error)) throw error;
      stash(row, values);
    }
  }
  return result;
};

/** Moves back what moved and is still there, and puts back what was kept; a place that was taken meanwhile stays so. */
export const moveRowsBack = (db: Database, table: Table, rows: MovedRows, keep: number, other: number): void => {
  const sql = statements(db);
  const key = table.key.filter((name) => name !== 'device');
  const where = ['device = ?', ...key.map((name) => `${quoted(name)} = ?`)].join(' and ');
  const move = sql.run<unknown[]>(`update or ignore ${quoted(table.name)} set device = ? where ${where}`);
  for (const values of rows.moved) move(other, keep, ...values.map(fromJson));
  for (const row of rows.stashed) {
    const names = [...table.columns, ...(table.key.includes('rowid') ? ['rowid'] : [])].filter((name) => name in row);
    db.prepare<unknown[]>(
      `insert or ignore into ${quoted(table.name)} (${names.map(quoted).join(', ')}) values (${names.map(() => '?').join(', ')})`,
    ).run(...names.map((name) => fromJson(row[name])));
  }
};
