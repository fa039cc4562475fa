import { decodeKey, encodeKey } from '../../platform/cursor.ts';
import type { Database } from '../../platform/database.ts';
import { countOf, type DeviceSet, numbersOf, without } from '../../platform/device-set.ts';
import { type Chosen, chosenBy, type FilterSources } from './list-filter.ts';
import type { DeviceFilter, DeviceList, DeviceListPage, DeviceListQuery, DeviceSort } from './types.ts';

// Each has an index that ends in what makes it unique, so that a page is read from where the one before has ended.
const orders: Readonly<Record<DeviceSort, readonly string[]>> = {
  status: ['r.level', 'r.name_key', 'r.device'],
  name: ['r.name_key', 'r.device'],
  group: ['r.group_key', 'r.name_key', 'r.device'],
  os: ['r.os_key', 'r.name_key', 'r.device'],
  address: ['r.address_key', 'r.name_key', 'r.device'],
  // The longest unseen last; never seen is longer than any.
  seen: ['-coalesce(d.last_seen_at, 0)', 'd.id'],
  act: ['r.act_key', 'r.name_key', 'r.device'],
  findings: ['r.findings_key', 'r.name_key', 'r.device'],
};

/** So many devices are looked up and sorted, instead of walking the index of an order past all that are not among them. */
const sortedAtMost = 500;

type Row = { id: number } & Record<string, string | number>;

/** Pages of devices: which they are comes out of sets, in which order out of an index of device_row. */
export const deviceList = (db: Database, sources: FilterSources): DeviceList => {
  const all = db.prepare<[], number>('select count(*) from device').pluck();
  const worst = db
    .prepare<[], [number, number]>('select worst, count(*) from device_findings where worst is not null group by worst')
    .raw();
  const byStateAndLevel = db.prepare<[], { state: string; level: number; devices: number }>(
    `select state, level, count(*) as devices from device_row indexed by device_row_state where kind <> 'directory'
     group by state, level`,
  );
  const withFindings = db.prepare<[], number>('select count(*) from device_findings').pluck();

  /** The table in the order of its index; nothing but the index is read. */
  const indexOf = (sort: DeviceSort): string =>
    sort === 'seen'
      ? 'device d indexed by device_seen'
      : `device_row r indexed by device_row_${sort === 'status' ? 'level' : sort}`;

  const asBytes = (set: DeviceSet): Buffer => Buffer.from(set.buffer, set.byteOffset, set.byteLength);

  const find = (filter: DeviceFilter): { chosen: Chosen; total: number } => {
    const { among, except } = chosenBy(filter, sources);
    if (among === undefined) return { chosen: { among, except }, total: (all.get() ?? 0) - countOf(except) };
    const found = without(among, except);
    return { chosen: { among: found, except }, total: countOf(found) };
  };

  const read = (query: DeviceListQuery, { among, except }: Chosen, total: number): Row[] => {
    const keys = orders[query.sort];
    const id = keys.at(-1) as string;
    const direction = query.descending ? 'desc' : 'asc';
    const order = keys.map((key) => `${key} ${direction}`).join(', ');
    const isFew = among !== undefined && total <= sortedAtMost;
    const params: unknown[] = [isFew ? JSON.stringify(numbersOf(among)) : asBytes(among ?? except)];
    let beyond = '';
    if (query.after !== undefined) {
      beyond = ` and (${keys.join(', ')}) ${query.descending ? '<' : '>'} (${keys.map(() => '?').join(', ')})`;
      params.push(...decodeKey(query.after, keys.length));
    }
    const [table = ''] = indexOf(query.sort).split(' indexed');
    const from = isFew ? `json_each(?) as few cross join ${table} on ${id} = few.value` : indexOf(query.sort);
    const isChosen = isFew ? 'true' : `substr(?, ${id} + 1, 1) ${among === undefined ? 'is not' : '='} x'01'`;
    return db
      .prepare<unknown[], Row>(
        `select ${keys.map((key, at) => `${key} as k${at}`).join(', ')}, ${id} as id from ${from}
         where ${isChosen}${beyond} order by ${order} limit ?`,
      )
      .all(...params, query.limit);
  };

  return {
    page: (query: DeviceListQuery): DeviceListPage => {
      const { chosen, total } = find(query.filter);
      const rows = read({ ...query, limit: query.limit + 1 }, chosen, total);
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      const key = last === undefined ? [] : orders[query.sort].map((_, at) => last[`k${at}`] as string | number);
      return {
        ids: page.map(({ id }) => id),
        total,
        ...(rows.length > page.length ? { next: encodeKey(key) } : {}),
      };
    },
    all: (query: Omit<DeviceListQuery, 'after' | 'limit'>): number[] => {
      const { chosen, total } = find(query.filter);
      return read({ ...query, limit: -1 }, chosen, total).map(({ id }) => id);
    },
    count: (filter: DeviceFilter): number => find(filter).total,
    worstCounts: (): number[] => {
      const found: number[] = [];
      for (const [rank, devices] of worst.all()) found[rank] = devices;
      return Array.from(found, (devices) => devices ?? 0);
    },
    withFindings: (): number => withFindings.get() ?? 0,
    counts: (): { state: string; level: number; devices: number }[] => byStateAndLevel.all(),
  };
};
