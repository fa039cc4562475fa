import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/** What the catalogue of updates names, for the leak scan: packages, versions, suites. Reads catalog_update (updates). */
export const catalogueQueries = (db: Database) => {
  const sql = statements(db);
  return {
    packages: sql.all<[], { name: string; source: string; version: string }>(
      'SELECT name, source, version FROM catalog_update',
    ),
    suites: sql.values<[], string>(
      "SELECT DISTINCT suite.value FROM catalog_update, json_each(catalog_update.doc, '$.suites') AS suite",
    ),
  };
};
