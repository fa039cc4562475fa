import type { Database } from './database.ts';
import { statements } from './statements.ts';

/** Answers of some readers. */
const mostKept = 16;

/**
 * What was read by a key, as long as nothing is written: a page asks for the same figures several times. What may yet be taken back
 * is not kept.
 */
export function whileUnwritten(db: Database): <T>(key: string, read: () => T) => T {
  const sql = statements(db);
  // Writes of this connection, and of the others.
  const stamp = sql.value<[], string>(`select total_changes() || ' ' || data_version from pragma_data_version`);
  let at: string | undefined;
  const known = new Map<string, unknown>();
  return <T>(key: string, read: () => T): T => {
    if (db.inTransaction) return read();
    const now = stamp();
    if (now !== at || known.size >= mostKept) known.clear();
    at = now;
    if (!known.has(key)) known.set(key, read());
    return known.get(key) as T;
  };
}
