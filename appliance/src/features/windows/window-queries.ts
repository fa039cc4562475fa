import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/** SQL of the computers that windows are for. */
export const windowQueries = (db: Database) => {
  const sql = statements(db);
  return {
    /** The public id of a device, beside each of its groups with the nearest first; without a group one row. */
    placeOf: sql.all<[device: number], { publicId: string; grp: string | null }>(
      `select d.public_id as publicId, p.ancestor as grp from device d
       left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
       left join group_path p on p.grp = json_extract(o.body, '$.group')
       where d.id = ? order by (select count(*) from group_path above where above.grp = p.ancestor) desc`,
    ),
  };
};
