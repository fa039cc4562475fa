import type { Database } from './database.ts';

// What is kept in memory beside a connection does not go back when its transaction does. A number in a temporary table
// does: where the two differ, something was undone.

/** Tells whether everything that was noted on this connection still stands. */
export const undoDetector = (db: Database, name: string) => {
  const table = `temp."undo_${name}"`;
  db.exec(`create table if not exists ${table} (n integer not null) strict;
    delete from ${table};
    insert into ${table} (n) values (0);`);
  const read = db.prepare<[], number>(`select n from ${table}`).pluck();
  const write = db.prepare<[number]>(`update ${table} set n = ?`);
  let noted = 0;
  return {
    /** Call in the transaction of the write that memory now follows. */
    note: (): void => {
      noted += 1;
      write.run(noted);
    },
    /** False when a noted write was undone since the last call; memory that followed it has to be dropped then. */
    stands: (): boolean => {
      const held = read.get();
      if (held === noted) return true;
      // Never the number of an undone write again: a copy made then must not look valid later.
      noted += 1;
      write.run(noted);
      return false;
    },
  };
};
