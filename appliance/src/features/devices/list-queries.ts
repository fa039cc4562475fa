import type { Database } from '../../platform/database.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { listBuilder } from '../../platform/list/list-queries.ts';
import type { DeviceFilters, DeviceList, DeviceListPage, DeviceListQuery } from './types.ts';

/** Pages of devices: which they are comes out of sets, in which order out of an index of device_row. */
export const deviceList = (db: Database, { chosen }: Pick<DeviceFilters, 'chosen'>): DeviceList => {
  const list = listBuilder<{ id: number }, DeviceListQuery['sort']>(db, {
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
      act: { keys: ['r.act_key', 'r.name_key', 'r.device'], index: 'device_row_act' },
      findings: { keys: ['r.findings_key', 'r.name_key', 'r.device'], index: 'device_row_findings' },
    },
    few: { most: 500 },
  });
  const worst = db
    .prepare<[], [number, number]>('select worst, count(*) from device_findings where worst is not null group by worst')
    .raw();
  const byStateAndLevel = db.prepare<[], { state: string; level: number; devices: number }>(
    `select state, level, count(*) as devices from device_row indexed by device_row_state where kind <> 'directory'
     group by state, level`,
  );
  const withFindings = db.prepare<[], number>('select count(*) from device_findings').pluck();

  const asked = ({ filter, sort, descending }: Omit<DeviceListQuery, 'after' | 'limit'>) => ({
    sort,
    descending,
    chosen: chosen(filter),
  });

  const count = (filter: Filter | undefined): number => list.count({ chosen: chosen(filter) });

  return {
    page: ({ limit, after, ...query }: DeviceListQuery): DeviceListPage => {
      const { rows, ...page } = list.page({ ...asked(query), limit, after });
      return { ...page, ids: rows.map(({ id }) => id) };
    },
    all: (query: Omit<DeviceListQuery, 'after' | 'limit'>): number[] => list.all(asked(query)).map(({ id }) => id),
    count,
    worstCounts: (): number[] => {
      const found: number[] = [];
      for (const [rank, devices] of worst.all()) found[rank] = devices;
      return Array.from(found, (devices) => devices ?? 0);
    },
    coverageCounts: () => ({
      'not-judged': count({ field: 'coverage', op: '=', value: 'not-judged' }),
      partly: count({ field: 'coverage', op: '=', value: 'partly' }),
      judged: count({ field: 'coverage', op: '=', value: 'judged' }),
    }),
    withFindings: (): number => withFindings.get() ?? 0,
    counts: (): { state: string; level: number; devices: number }[] => byStateAndLevel.all(),
  };
};
