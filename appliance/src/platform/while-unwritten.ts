import type { Database } from './database.ts';

/**
 * What was read last, as long as nothing is written: a page asks for the same figures several times. By a key, of which the last counts.
 * What may yet be taken back is not kept.
 */
export function whileUnwritten(db: Database): <T>(key: string, read: () => T) => T {
  // Writes of this connection, and of the others.
  const stamp = db
    .prepare<[], string>(`select total_changes() || ' ' || data_version from pragma_data_version`)
    .pluck();
  let last: { of: string; value: unknown } | undefined;
  return <T>(key: string, read: () => T): T => {
    if (db.inTransaction) return read();
    const of = `${stamp.get()} ${key}`;
    if (last?.of !== of) last = { of, value: read() };
    return last.value as T;
  };
}
