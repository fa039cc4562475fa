import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';

export type CoveredDevice = { device: number; checkedAt: number | null; deviations: number };

/** Devices of groups, and when each was last heard or reported. Reads device, object and section. */
export const coverageQueries = (db: Database) => {
  const sql = statements(db);
  const covered = (devices: readonly number[], scope: Scope): CoveredDevice[] => {
    const { sql, params } = devicesIn(scope, 'd.id');
    return db
      .prepare<unknown[], CoveredDevice>(
        `select d.id as device,
           nullif(max(coalesce(d.last_seen_at, 0), coalesce((select max(received_at) from section s where s.device = d.id), 0)), 0) as checkedAt,
           (select count(*) from deviation x where x.device = d.id and x.until is null) as deviations
         from device d where d.id in (select value from json_each(?)) and ${sql} order by d.id`,
      )
      .all(JSON.stringify(devices), ...params);
  };
  return {
    idOf: sql.value<[publicId: string], number>('select id from device where public_id = ?'),
    ofGroups: sql.values<[groups: readonly string[]], number>(
      `select d.id from object o join device d on d.public_id = o.id
        where o.kind = 'device-decision' and o.deleted_at is null and d.state = 'managed'
          and json_extract(o.body, '$.group') in (select value from json_each(?)) order by d.id`,
    ),
    /** Those in reach. */
    covered,
  };
};
