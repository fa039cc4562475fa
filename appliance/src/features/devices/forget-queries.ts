import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/** Records that may go. Reads device, object (device-decision) and section. */
export function forgetQueries(db: Database) {
  const sql = statements(db);
  return {
    /** Devices in no group that never came in and were neither made nor seen since. */
    idle: sql.values<[before: number, limit: number], number>(
      `select d.id from device d
       left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
       where d.state in ('discovered', 'pending') and d.kind <> 'directory'
         and coalesce(d.last_seen_at, d.created_at) < ?1 and d.created_at < ?1
         and coalesce(json_extract(o.body, '$.group'), '') = '' order by d.id limit ?2`,
    ),
    /** Numbers of devices that are gone and of which sections are left. */
    strays: sql.values<[limit: number], number>(
      `select distinct device from section where device > 0 and device not in (select id from device) limit ?`,
    ),
  };
}
