import type { Database } from '../../platform/database.ts';

/** Records that may go. Reads device, object (device-decision) and section. */
export function forgetQueries(db: Database) {
  const idle = db
    .prepare<[number, number, number], number>(
      `select d.id from device d
       left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
       where d.state in ('discovered', 'pending') and d.kind <> 'directory'
         and coalesce(d.last_seen_at, d.created_at) < ? and d.created_at < ?
         and coalesce(json_extract(o.body, '$.group'), '') = '' order by d.id limit ?`,
    )
    .pluck();
  const strays = db
    .prepare<[number], number>(
      `select distinct device from section where device > 0 and device not in (select id from device) limit ?`,
    )
    .pluck();
  return {
    /** Devices in no group that never came in and were neither made nor seen since. */
    idle: (before: number, limit: number): number[] => idle.all(before, before, limit),
    /** Numbers of devices that are gone and of which sections are left. */
    strays: (limit: number): number[] => strays.all(limit),
  };
}
