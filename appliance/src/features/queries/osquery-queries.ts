import { osqueryTables } from './osquery-tables.generated.ts';
import { sqlWords } from './sql-pieces.ts';

// Statements for osquery, and for the empty database in which the guard reads what people write.

/** A text as a literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Has a client send the file at a path. */
export function carveQuery(path: string): string {
  return `select * from carves where path = ${sqlText(path)} and carve = 1`;
}

/**
 * A statement that gives at most so many rows. A plan (EXPLAIN) stays as it is: it cannot stand within another statement, and has
 * few rows.
 */
export function boundedQuery(sql: string, rows: number): string {
  if (/^explain$/i.test(sqlWords(sql)[0] ?? '')) return sql;
  // A line of its own ends a comment.
  return `select * from (\n${sql.replace(/[\s;]+$/, '')}\n) limit ${rows}`;
}

/** Makes the tables that a live query may read, without rows. */
export function tablesQuery(): string {
  return Object.entries(osqueryTables)
    .map(([name, columns]) => `create table "${name}" (${columns.replaceAll(/\w+/g, '"$&"').replaceAll(' ', ', ')});`)
    .join('\n');
}

/** Can be prepared where there is a table of this name. */
export function anyRowQuery(name: string): string {
  return `select 1 from "${name.replaceAll('"', '""')}"`;
}
