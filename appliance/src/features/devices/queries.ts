import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { COVERAGE_STATES } from '../vulnerabilities/types.ts';
import { certificateEndsSql } from './certificate-store.ts';
import { addressSql, groupIdSql, osNameSql } from './row-store.ts';
import type { DeviceCoverage, DeviceListRow, DeviceQueries } from './types.ts';

type Row = Omit<DeviceListRow, 'reenrolling' | 'restartPending' | 'hasInventory' | 'status' | 'coverage'> & {
  coverageState: number | null;
  coverageReasons: string | null;
  judgedBy: string | null;
  level: number | null;
  reasons: string | null;
  visible: number | null;
  reenrolling: number;
  restartPending: number | null;
  hasInventory: number;
};

// The best source's row of a collection with one item per device.
const single = (alias: string, table: string, collection: string): string =>
  `left join section s_${alias} on s_${alias}.device = d.id and s_${alias}.collection = '${collection}' and s_${alias}.best = 1
   left join ${table} ${alias} on ${alias}.device = d.id and ${alias}.section_source = s_${alias}.source`;

/**
 * The list of devices. Reads device, section, inv_identity, inv_platform, inv_activity, object (device-decision, group)
 *, task, device_certificate,
 * device_status, device_findings and device_coverage.
 */
export const deviceQueries = (db: Database): DeviceQueries => {
  const sql = statements(db);
  const listed = (where: string): string => `
    select d.id, d.public_id as publicId, d.state, d.kind, (d.state = 'managed' and exists (select 1 from device_source x where x.device = d.id and x.state = 'pending')) as reenrolling,
      coalesce(nullif(i."name", ''), d.hostname) as hostname,
      json_extract(o.body, '$.displayName') as displayName,
      ${groupIdSql} as "group", json_extract(g.body, '$.name') as groupName,
      d.os, ${osNameSql} as osText, coalesce(p."arch", d.arch) as arch,
      ${addressSql} as address, i."dnsName" as dnsName, d.held_reason as heldReason,
      a."restartPending" as restartPending,
      exists (select 1 from section s where s.device = d.id and s.collection = 'software' and s.best = 1) as hasInventory,
      (select count(*) from task t where t.device = d.id and t.state = 'failed' and not exists
        (select 1 from task later where later.device = t.device and later.update_id = t.update_id
          and later.queued_at > t.queued_at)) as failedTasks,
      d.created_at as createdAt, d.last_seen_at as lastSeenAt, (${certificateEndsSql}) as certificateEndsAt, t.level as level, t.reasons as reasons,
      t.visible as visible, coalesce(f.findings, 0) as findings, coalesce(f.act, 0) as act, coalesce(f.attend, 0) as attend,
      f.worst as worst, c.state as coverageState, c.reasons as coverageReasons, c.judged_by as judgedBy
    from device d
    left join device_status t on t.device = d.id
    left join device_findings f on f.device = d.id
    left join device_coverage c on c.device = d.id
    ${single('i', 'inv_identity', 'identity')}
    ${single('p', 'inv_platform', 'platform')}
    ${single('a', 'inv_activity', 'activity')}
    left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
    left join object g on g.kind = 'group' and g.id = ${groupIdSql} and g.deleted_at is null
    where ${where}`;
  const some = sql.all<[string], Row>(listed('d.id in (select value from json_each(?))'));
  const byPublicId = sql.get<[string], Row>(listed('d.public_id = ?'));
  const names = sql.all<[string], { id: number; publicId: string; name: string }>(
    `select d.id, d.public_id as publicId,
       coalesce(nullif(json_extract(o.body, '$.displayName'), ''), nullif(i."name", ''), d.hostname) as name
     from device d
     ${single('i', 'inv_identity', 'identity')}
     left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
     where d.id in (select value from json_each(?))`,
  );
  const isReached = (device: number, scope: Scope): boolean => {
    if (scope.site) return true;
    const { sql, params } = devicesIn(scope, 'id');
    return (
      db
        .prepare<unknown[], number>(`select count(*) from device where id = ? and ${sql}`)
        .pluck()
        .get(device, ...params) === 1
    );
  };
  const coverage = (state: number | null, reasons: string | null, judgedBy: string | null): DeviceCoverage => ({
    state: COVERAGE_STATES[state ?? 0] ?? 'not-judged',
    reasons: JSON.parse(reasons ?? '[{"code":"pending","ecosystem":"","components":0}]') as DeviceCoverage['reasons'],
    judgedBy: JSON.parse(judgedBy ?? '[]') as DeviceCoverage['judgedBy'],
  });
  const toRow = ({
    level,
    reasons,
    visible,
    coverageState,
    coverageReasons,
    judgedBy,
    ...row
  }: Row): DeviceListRow => ({
    ...row,
    coverage: coverage(coverageState, coverageReasons, judgedBy),
    status: level === null ? undefined : { level, reasons: reasons ?? '[]', visible: visible === 1 },
    reenrolling: row.reenrolling === 1,
    restartPending: row.restartPending === 1,
    hasInventory: row.hasInventory === 1,
  });
  return {
    rows: (ids: readonly number[]): DeviceListRow[] => {
      const found = new Map(some(JSON.stringify(ids)).map((row) => [row.id, toRow(row)]));
      return ids.flatMap((id) => found.get(id) ?? []);
    },
    byPublicId: (publicId, scope) => {
      const row = byPublicId(publicId);
      return row !== undefined && isReached(row.id, scope) ? toRow(row) : undefined;
    },
    idsOf: (publicIds, scope) => {
      const { sql, params } = devicesIn(scope, 'id');
      return db
        .prepare<unknown[], number>(
          `select id from device where public_id in (select value from json_each(?)) and ${sql}`,
        )
        .pluck()
        .all(JSON.stringify(publicIds), ...params);
    },
    publicIds: sql.values<[ids: readonly number[]], string>(
      'select public_id from device where id in (select value from json_each(?)) order by id',
    ),
    unmanaged: sql.values<[ids: readonly number[]], number>(
      `select value from json_each(?) where not exists (select 1 from device where id = value and state = 'managed')`,
    ),
    perGroup: (scope) => {
      const { sql, params } = devicesIn(scope, 'device');
      const rows = db
        .prepare<unknown[], [string, number]>(
          `select group_id, count(*) from device_row
           where group_id is not null and kind <> 'directory' and state <> 'revoked' and ${sql} group by group_id`,
        )
        .raw()
        .all(...params);
      return new Map(rows);
    },
    names: (ids: readonly number[]): Map<number, { id: string; name: string }> =>
      new Map(names(JSON.stringify(ids)).map((row) => [row.id, { id: row.publicId, name: row.name }])),
  };
};
