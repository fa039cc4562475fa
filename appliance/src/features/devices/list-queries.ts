import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import type { Filter } from '../../platform/filter/types.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { listBuilder } from '../../platform/list/list-queries.ts';
import { deviceRowsIn, devicesIn, devicesReached, isDeviceIn, type Scope } from '../../platform/scope.ts';
import { fold } from '../../platform/sql-functions.ts';
import { likePattern } from '../../platform/text.ts';
import { type ProtectionReason, protectionReasons } from '../rules/types.ts';
import { BESIDE } from '../vulnerabilities/types.ts';
import { endedSql } from './certificate-store.ts';
import {
  type DeviceFilters,
  type DeviceList,
  type DeviceListPage,
  type DeviceListQuery,
  deviceStates,
} from './types.ts';

const everyState = deviceStates.map((state) => `'${state}'`).join(', ');

/** Pages of devices: which they are comes out of sets, in which order out of an index of device_row. */
export const deviceList = (
  db: Database,
  { chosen }: Pick<DeviceFilters, 'chosen'>,
  clock: () => number = nowMs,
): DeviceList => {
  const list = listBuilder<{ id: number }, DeviceListQuery['sort'] | 'search'>(db, {
    from: 'device_row r',
    id: 'r.device',
    orders: {
      status: { keys: ['r.level', 'r.name_key', 'r.device'], index: 'device_row_level' },
      name: { keys: ['r.name_key', 'r.device'], index: 'device_row_name' },
      group: { keys: ['r.group_key', 'r.name_key', 'r.device'], index: 'device_row_group' },
      os: { keys: ['r.os_key', 'r.name_key', 'r.device'], index: 'device_row_os' },
      address: { keys: ['r.address_key', 'r.name_key', 'r.device'], index: 'device_row_address' },
      // The longest unseen last; never seen is longer than any.
      seen: { keys: ['-coalesce(d.last_seen_at, 0)', 'd.id'], from: 'device d', index: 'device_seen' },
      // What is searched begins with the name.
      search: { keys: ['r.search', 'r.device'], index: 'device_row_search' },
      act: { keys: ['r.act_key', 'r.name_key', 'r.device'], index: 'device_row_act' },
      findings: { keys: ['r.findings_key', 'r.name_key', 'r.device'], index: 'device_row_findings' },
    },
    few: { most: 500 },
  });
  const worst = (scope: Scope): [number, number][] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], [number, number]>(
        `select worst, count(*) from device_findings where worst is not null and ${sql} group by worst`,
      )
      .raw()
      .all(...params);
  };
  const byStateAndLevel = (scope: Scope): { state: string; level: number; devices: number }[] => {
    const { sql, params } = deviceRowsIn(scope);
    return db
      .prepare<unknown[], { state: string; level: number; devices: number }>(
        `select state, level, count(*) as devices from device_row ${scope.site ? 'indexed by device_row_state' : ''}
         where kind <> 'directory' and ${sql} group by state, level`,
      )
      .all(...params);
  };

  /**
   * What rules have written of devices that a list shows. Of the site: of all, which an index tells, without the few that it hides;
   * the index of directories has the state first.
   */
  const coverage = (scope: Scope): [number, number][] => {
    const { sql, params } = deviceRowsIn(scope);
    return db
      .prepare<unknown[], [number, number]>(
        scope.site
          ? // Rows of the commonest state are what the others leave of all, which are counted without being read.
            `select state, sum(n) from (
               select 0 as state, count(*) as n from device_coverage where state = 0
               union all select 1, count(*) from device_coverage where state = 1
               union all select 2, (select count(*) from device_coverage)
                 - (select count(*) from device_coverage where state < 2)
               union all select c.state, -count(*)
                 from (select id from device where state = 'revoked'
                   union select id from device indexed by device_state_kind where state in (${everyState}) and kind = 'directory') h
                 cross join device_coverage c on c.device = h.id group by c.state)
             group by state`
          : `select c.state, count(*) from device_row r cross join device_coverage c on c.device = r.device
             where ${sql} and r.kind <> 'directory' and r.state <> 'revoked' group by c.state`,
      )
      .raw()
      .all(...params);
  };

  const asked = ({ scope, filter, sort, descending }: Omit<DeviceListQuery, 'after' | 'limit'>) => ({
    sort,
    descending,
    chosen: chosen(filter, scope),
  });

  const count = (filter: Filter | undefined, scope: Scope): number => list.count({ chosen: chosen(filter, scope) });

  return {
    page: ({ limit, after, ...query }: DeviceListQuery): DeviceListPage => {
      const { rows, ...page } = list.page({ ...asked(query), limit, after });
      return { ...page, ids: rows.map(({ id }) => id) };
    },
    all: (query: Omit<DeviceListQuery, 'after' | 'limit'>): number[] => list.all(asked(query)).map(({ id }) => id),
    count,
    named: (text, limit, scope): number[] => {
      const folded = fold(text);
      const reached = devicesReached(db, scope);
      const of = { sort: 'search', descending: false, limit, ...(reached && { chosen: { in: reached } }) } as const;
      const shown: Condition = { sql: `r.kind <> 'directory' and r.state <> 'revoked'`, params: [] };
      const found = (where: Condition): number[] => list.first({ ...of, where: [where, shown] }).map(({ id }) => id);
      const begin = found({ sql: 'r.search >= ? and r.search < ?', params: [folded, `${folded}\u{10ffff}`] });
      if (begin.length === limit) return begin;
      const have = found({ sql: `r.search like ? escape '\\'`, params: [likePattern(folded)] });
      return [...new Set([...begin, ...have])].slice(0, limit);
    },
    worstCounts: (scope): number[] => {
      const found: number[] = [];
      for (const [rank, devices] of worst(scope)) found[rank] = devices;
      return Array.from(found, (devices) => devices ?? 0);
    },
    coverageCounts: (scope, look) => {
      const listed = look === undefined ? byStateAndLevel(scope) : look(byStateAndLevel, scope);
      const written = new Map(coverage(scope));
      const [partly, judged] = [written.get(1) ?? 0, written.get(2) ?? 0];
      const shown = listed.filter(({ state }) => state !== 'revoked');
      // A device that rules have not looked at is judged by nothing, and has no row.
      const all = shown.reduce((sum, { devices }) => sum + devices, 0);
      return { 'not-judged': all - partly - judged, partly, judged };
    },
    certificateEnded: (scope): number => {
      const { sql, params } = devicesIn(scope, 'device');
      return (
        db
          .prepare<unknown[], number>(`select count(*) from (${endedSql}) where ${sql}`)
          .pluck()
          .get(clock(), ...params) ?? 0
      );
    },
    listsUnread: (scope): number => {
      const { sql, params } = devicesIn(scope, 'c.device');
      return (
        db
          .prepare<unknown[], number>(
            `select count(*) from device_coverage c cross join device d on d.id = c.device
             where c.state < 2 and c.reasons like '%"list-%' and d.state <> 'revoked' and d.kind <> 'directory' and ${sql}`,
          )
          .pluck()
          .get(...params) ?? 0
      );
    },
    reasonCounts: (scope) => {
      const { sql, params } = devicesIn(scope, 't.device');
      const sums = protectionReasons.map((name) => `sum(t.reasons like '%reason.${name}"%')`);
      // They are among the worst: the index of levels leaves the others out.
      const found = db
        .prepare<unknown[], (number | null)[]>(
          `select ${sums.join(', ')} from device_status t cross join device d on d.id = t.device
           where t.level < 2 and d.state <> 'revoked' and d.kind <> 'directory' and ${sql}`,
        )
        .raw()
        .get(...params);
      return Object.fromEntries(protectionReasons.map((name, at) => [name, found?.[at] ?? 0])) as Record<
        ProtectionReason,
        number
      >;
    },
    besides: (scope) => {
      const { sql, params } = devicesIn(scope, 'c.device');
      const sums = BESIDE.map((kind) =>
        kind === 'not-looked-at'
          ? `sum(c.reasons like '%"code":"not-looked-at"%')`
          : `sum(c.reasons like '%"code":"not-managed","ecosystem":"${kind}"%')`,
      );
      const counts = db
        .prepare<unknown[], (number | null)[]>(
          `select ${sums.join(', ')} from device_coverage c cross join device d on d.id = c.device
           where d.state <> 'revoked' and d.kind <> 'directory' and ${sql}`,
        )
        .raw()
        .get(...params);
      return BESIDE.map((kind, at) => ({ kind, devices: counts?.[at] ?? 0 }));
    },
    askingAgain: (scope): number => {
      // They are few.
      const { sql, params } = isDeviceIn(scope, 'x.device');
      return (
        db
          .prepare<unknown[], number>(
            `select count(distinct x.device) from device_source x indexed by device_source_pending cross join device d
               on d.id = x.device where x.state = 'pending' and d.state = 'managed' and d.kind <> 'directory' and ${sql}`,
          )
          .pluck()
          .get(...params) ?? 0
      );
    },
    withFindings: (scope): number => {
      const { sql, params } = deviceRowsIn(scope);
      const from = scope.site ? 'device_findings' : 'device_row r cross join device_findings f on f.device = r.device';
      return (
        db
          .prepare<unknown[], number>(`select count(*) from ${from} where ${sql}`)
          .pluck()
          .get(...params) ?? 0
      );
    },
    isHalfOfAGroup: (level, atLeast, scope) => {
      const { sql, params } = devicesIn(scope, 'device');
      // Asked where few have the level: their groups are found first.
      return (
        db
          .prepare<unknown[], number>(
            `select exists (select 1 from (select group_id, count(*) as n from device_row indexed by device_row_level
               where level = ? and group_id is not null and ${sql} group by group_id) g
             where (select count(*) from device_row r where r.group_id = g.group_id and r.state = 'managed') between ? and 2 * g.n)`,
          )
          .pluck()
          .get(level, ...params, atLeast) === 1
      );
    },
    counts: byStateAndLevel,
  };
};
