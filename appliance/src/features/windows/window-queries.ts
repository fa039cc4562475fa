import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';

/** SQL of the computers that windows are for. */
export const windowQueries = (db: Database) => {
  const sql = statements(db);
  return {
    /** When the step of the schema was taken that made changes ask for a window, ms. */
    permitsSince: sql.value<[], number>('select at from schema_step where version = 109'),
    /** Whether there was ever a window for computers. */
    hadWindow: sql.has<[]>(
      `select 1 from object where kind = 'maintenance-window' and body ->> '$.for' in ('computers', 'both')`,
    ),
    /** Groups and devices that deployments from before a moment were for. */
    groupsOf: sql.values<[before: number], string>(
      `select distinct g.id from object o join object g on g.kind = 'group' and g.id = o.body ->> '$.group' and g.deleted_at is null
       where o.kind = 'deployment' and o.deleted_at is null and o.created_at < ?`,
    ),
    devicesOf: sql.values<[before: number, most: number], string>(
      `select distinct d.public_id from object o join task t on t.deployment = o.id join device d on d.id = t.device
       where o.kind = 'deployment' and o.deleted_at is null and o.created_at < ? and o.body ->> '$.group' is null limit ?`,
    ),
    /** Devices in reach with an order that was not begun. */
    waitingIn: (scope: Scope, most: number): number[] => {
      const { sql: reach, params } = devicesIn(scope, 'device');
      return db
        .prepare<unknown[], number>(
          `select distinct device from task where state = 'queued' and acting_at is null and ${reach} limit ?`,
        )
        .pluck()
        .all(...params, most);
    },
    /** The public id of a device, beside each of its groups with the nearest first; without a group one row. */
    placeOf: sql.all<[device: number], { publicId: string; grp: string | null }>(
      `select d.public_id as publicId, p.ancestor as grp from device d
       left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
       left join group_path p on p.grp = json_extract(o.body, '$.group')
       where d.id = ? order by (select count(*) from group_path above where above.grp = p.ancestor) desc`,
    ),
  };
};

export type WindowQueries = ReturnType<typeof windowQueries>;
