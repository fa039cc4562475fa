import type { Database } from 'better-sqlite3';

type Opcode = { opcode: string; p2: number; p3: number; p4: unknown };

/**
 * Which tables a statement opens, told by the program that SQLite makes of it: an independent judge of what a guard took.
 * Undefined where SQLite does not take it, where it is more than a statement, or where it opens what has no pages.
 */
export function openedTables(db: Database, sql: string): string[] | undefined {
  const roots = new Map(
    (db.prepare('select rootpage, name from sqlite_schema').all() as { rootpage: number; name: string }[]).map(
      ({ rootpage, name }) => [rootpage, name],
    ),
  );
  let program: Opcode[];
  try {
    program = db
      .prepare(
        `explain ${sql.replace(/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*explain(?:\s+query\s+plan)?(?![\w$])/i, '')}`,
      )
      .all() as Opcode[];
  } catch {
    return undefined;
  }
  const names = program.flatMap(({ opcode, p2, p3 }) => {
    if (opcode === 'VOpen') return ['a virtual table'];
    if (opcode === 'OpenWrite' || opcode === 'OpenRead')
      return [p3 === 0 ? (roots.get(p2) ?? 'sqlite_schema') : 'temp'];
    return [];
  });
  return [...new Set(names)];
}
