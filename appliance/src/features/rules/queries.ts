import type { Database } from '../../platform/database.ts';
import type { DeviceState } from '../devices/types.ts';

/** What the status of a device is made of. */
export type StatusFacts = {
  device: number;
  state: DeviceState;
  reenrolling: number;
  lastSeenAt: number | null;
  restartPending: number | null;
  hasInventory: number;
  failedTasks: number;
  act: number;
  attend: number;
  worst: number | null;
};

/** Facts of devices for their status. Reads device, section, inv_activity, task and device_findings. */
export const statusQueries = (db: Database) => {
  const rows = db.prepare<[string], StatusFacts>(
    `select d.id as device, d.state, (d.state = 'managed' and exists (select 1 from device_door x where x.device = d.id and x.state = 'pending')) as reenrolling, d.last_seen_at as lastSeenAt,
       (select a."restartPending" from section s join inv_activity a on a.device = s.device and a.door = s.door
         where s.device = d.id and s.collection = 'activity' and s.best = 1) as restartPending,
       exists (select 1 from section s where s.device = d.id and s.collection = 'software' and s.best = 1) as hasInventory,
       (select count(*) from task t where t.device = d.id and t.state = 'failed' and not exists
         (select 1 from task later where later.device = t.device and later.update_id = t.update_id
           and later.queued_at > t.queued_at)) as failedTasks,
       coalesce(f.act, 0) as act, coalesce(f.attend, 0) as attend, f.worst
     from device d left join device_findings f on f.device = d.id
     where d.id in (select value from json_each(?))`,
  );
  return { rows: (devices: readonly number[]): StatusFacts[] => rows.all(JSON.stringify(devices)) };
};
