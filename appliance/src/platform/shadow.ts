import { type Database, openDatabase } from './database.ts';
import { AppError } from './errors.ts';

// A second connection that may write to copies of some tables: what it writes is seen by no other connection, waits for none, and is
// gone when it closes. Temporary tables go before those of the file of the same name, so the same statements work on them.

export type ShadowTable = {
  name: string;
  /** Without rows: written to, never read from. */
  isEmpty?: boolean;
  /** Only looked up by its primary key. */
  withoutIndexes?: boolean;
};

type Made = { type: 'table' | 'index'; name: string; sql: string };

/** Opens `path` for reading, with copies of tables as they are at one moment; every other table stays as it is, for reading only. */
export const openShadow = (path: string, tables: readonly ShadowTable[]): Database => {
  const db = openDatabase(path, { readonly: true });
  try {
    const made = db.prepare<[string], Made>(
      "select type, name, sql from main.sqlite_master where tbl_name = ? and sql is not null and type in ('table', 'index') order by type desc",
    );
    // Made with the first table that counts.
    db.exec('create temp table shadow_counts (id integer primary key autoincrement)');
    const sequence = {
      forget: db.prepare<[string]>('delete from temp.sqlite_sequence where name = ?'),
      copy: db.prepare<[string]>(
        'insert into temp.sqlite_sequence (name, seq) select name, seq from main.sqlite_sequence where name = ?',
      ),
    };
    db.transaction(() => {
      for (const { name, isEmpty = false, withoutIndexes = false } of tables) {
        const [table, ...indexes] = made.all(name);
        if (table?.type !== 'table') throw new AppError('INTERNAL', `there is no table ${name}`);
        db.exec(table.sql.replace(/^create\s+table/i, 'create temp table'));
        if (!isEmpty) db.exec(`insert into temp.${name} select * from main.${name}`);
        // Numbers go on as they would in the file.
        if (/\bautoincrement\b/i.test(table.sql)) {
          sequence.forget.run(name);
          sequence.copy.run(name);
        }
        // The sql of an index names its table, which may not be qualified.
        if (!withoutIndexes)
          for (const index of indexes) db.exec(index.sql.replace(/\bindex\s+(?=\w)/i, 'index temp.'));
      }
    }).deferred();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};
