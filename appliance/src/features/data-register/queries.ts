import type { Database } from '../../platform/database.ts';
import type { HeldEntry } from './types.ts';

// How the rows of an entry are counted that are not all rows of its first table.
const countedOtherwise: Readonly<Record<string, string>> = {
  tombstones: 'select count(*) from object where deleted_at is not null',
  'person-keys': 'select count(*) from person_key where erased_at is null',
  catalog: 'select count(*) from catalog_update where in_catalog = 1',
  // Kept per component: a fleet has a million.
  findings: 'select coalesce(sum(findings), 0) from component_load',
};

/** The rows of an entry now; none where it has no table. */
export function rowsOf(db: Database, entry: HeldEntry): number {
  const [table] = entry.tables ?? [];
  const counted = countedOtherwise[entry.name] ?? (table === undefined ? undefined : `select count(*) from ${table}`);
  return counted === undefined ? 0 : (db.prepare<[], number>(counted).pluck().get() ?? 0);
}

/** The tables of the database, without those that SQLite makes itself. */
export function tablesOf(db: Database): string[] {
  return db
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
    )
    .pluck()
    .all();
}
