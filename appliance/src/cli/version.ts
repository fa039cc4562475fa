import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { versionLine } from '@sallyport/bundle-tools/platform/release';
import { dataPaths } from '../platform/config.ts';
import { newestVersion, openDatabase, readSchema, schemaRelease, schemaVersion } from '../platform/database.ts';
import { applianceRelease } from '../platform/release.ts';
import type { Command } from './command.ts';

/** What the database has, by which release; null where there is none that this user can read. */
const databaseSchema = (dataDir: string): { schema: number; release: string | null } | null => {
  const { database } = dataPaths(dataDir);
  try {
    if (!isThere(database)) return null;
    const db = openDatabase(database, { readonly: true });
    try {
      return { schema: schemaVersion(db), release: schemaRelease(db) ?? null };
    } finally {
      db.close();
    }
  } catch {
    // The version is printed even where the database cannot be read.
    return null;
  }
};

export const command: Command = {
  summary: 'the release of this program, the schema that it needs, and the schema of the database',
  example: 'sallyport version --json',
  run: async ({ dataDir, out }) => {
    const release = applianceRelease();
    const schema = newestVersion(readSchema());
    const database = databaseSchema(dataDir);
    out.line(`${versionLine('sallyport', release)}, schema ${schema}`);
    out.line(
      database === null
        ? `database not read: ${dataPaths(dataDir).database}`
        : `database schema ${database.schema}, by release ${database.release ?? 'unknown'}`,
    );
    out.result({ release: release.version, builtAt: release.builtAt ?? null, schema, database });
    return 0;
  },
};
