import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Arrival } from './types.ts';

/** Clients that came with a token, the newest first. */
export function arrivalQueries(db: Database): (token: string, limit: number) => Arrival[] {
  const sql = statements(db);
  const query = sql.all<[string, number], Arrival>(
    `select device, source, client_id as clientId, state, from_address as "from", coalesce(last_seen_at, first_seen_at) as heardAt
     from device_source where token = ? and state <> 'replaced' order by id desc limit ?`,
  );
  return (token, limit) => query(token, limit);
}
