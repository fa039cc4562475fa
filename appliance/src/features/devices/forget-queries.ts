import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/**
 * Records that may go. Reads device, device_source, device_distinct, object and section.
 *
 * One that a person brought in (an offline import) or entered something about never goes by itself: a group, a name, tags
 * (device-decision), a baseline, a search by its agent, data of its parts, that it is another one than a third.
 */
export function forgetQueries(db: Database) {
  const sql = statements(db);
  return {
    /** Devices that never came in, were neither made nor seen since, and about which nothing was entered. */
    idle: sql.values<[before: number, limit: number], number>(
      `select d.id from device d
       where d.state in ('discovered', 'pending') and d.kind <> 'directory'
         and coalesce(d.last_seen_at, d.created_at) < ?1 and d.created_at < ?1
         and not exists (select 1 from object o where o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null)
         and not exists (select 1 from object o where o.kind = 'baseline' and o.id = 'device:' || d.public_id and o.deleted_at is null)
         and not exists (select 1 from object_index i where i.kind = 'agent-scan' and i.field = 'device' and i.value = d.public_id)
         and not exists (select 1 from object_index i where i.kind = 'hardware-record' and i.field = 'part'
           and i.value >= 'device/' || d.public_id || '/' and i.value < 'device/' || d.public_id || '0')
         and not exists (select 1 from device_distinct x where x.one = d.id or x.two = d.id)
         and not exists (select 1 from device_source s where s.device = d.id and s.source = 'offline')
       order by d.id limit ?2`,
    ),
    /** Numbers of devices that are gone and of which sections are left. */
    strays: sql.values<[limit: number], number>(
      `select distinct device from section where device > 0 and device not in (select id from device) limit ?`,
    ),
  };
}
