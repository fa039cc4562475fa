import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { type DeviceFilter, type FilterSources, filterSql, type ListCondition } from './list-filter.ts';

export const deviceSorts = ['status', 'name', 'group', 'os', 'address', 'seen', 'act', 'findings'] as const;
export type DeviceSort = (typeof deviceSorts)[number];

export type DeviceListQuery = {
  filter: DeviceFilter;
  sort: DeviceSort;
  descending: boolean;
  /** The `next` of the page before. */
  after?: string;
  limit: number;
};

/** Ids in the order of the list. */
export type DeviceListPage = { ids: number[]; total: number; next?: string };

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

/** So many rows are found first and sorted then, instead of walking an index past all that do not match. */
const sortedAtMost = 4_000;

type Key = (string | number)[];

const encodeKey = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url');

const decodeKey = (text: string, length: number): Key => {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new AppError('MALFORMED', 'not a page cursor', {}, { cause });
  }
  const isKey =
    Array.isArray(key) &&
    key.length === length &&
    key.every((part) => typeof part === 'string' || typeof part === 'number');
  if (!isKey) throw new AppError('MALFORMED', 'not a page cursor');
  return key as Key;
};

type Row = { id: number } & Record<string, string | number>;

/** Pages of devices out of device_row; see list-row.ts for how that is kept. */
export const deviceList = (db: Database, sources: FilterSources) => {
  const counts = db.prepare<[], { state: string; level: number; devices: number }>(
    'select state, level, count(*) as devices from device_row group by state, level',
  );
  const worstCounts = db.prepare<[], { worst: number; devices: number }>(
    'select worst, count(*) as devices from device_findings where worst is not null group by worst',
  );

  /** The table in the order of its index; without the name SQLite would rather sort all that a filter's index finds. */
  const from = (sort: DeviceSort): string =>
    sort === 'seen'
      ? 'device d cross join device_row r on r.device = d.id'
      : `device_row r indexed by device_row_${sort === 'status' ? 'level' : sort}`;

  const read = (query: DeviceListQuery, where: ListCondition, few?: readonly number[]): Row[] => {
    const keys = orders[query.sort];
    const direction = query.descending ? 'desc' : 'asc';
    const order = keys.map((key) => `${key} ${direction}`).join(', ');
    const params = few === undefined ? [...where.params] : [JSON.stringify(few)];
    let beyond = '';
    if (query.after !== undefined) {
      beyond = ` and (${keys.join(', ')}) ${query.descending ? '<' : '>'} (${keys.map(() => '?').join(', ')})`;
      params.push(...decodeKey(query.after, keys.length));
    }
    const source =
      few === undefined
        ? from(query.sort)
        : `json_each(?) as few cross join device_row r on r.device = few.value${query.sort === 'seen' ? ' cross join device d on d.id = r.device' : ''}`;
    return db
      .prepare<unknown[], Row>(
        `select ${keys.map((key, at) => `${key} as k${at}`).join(', ')}, r.device as id from ${source}
         where ${few === undefined ? where.sql : 'true'}${beyond} order by ${order} limit ?`,
      )
      .all(...params, query.limit);
  };

  const unordered = ({ reads }: ListCondition): string => (reads ? 'device_row r not indexed' : 'device_row r');

  /** The devices that match, when they are few; undefined for more. */
  const fewOf = (where: ListCondition): number[] | undefined => {
    const found = db
      .prepare<unknown[], number>(
        `select r.device from ${unordered(where)} where ${where.sql} limit ${sortedAtMost + 1}`,
      )
      .pluck()
      .all(...where.params);
    return found.length > sortedAtMost ? undefined : found;
  };

  const countOf = (where: ListCondition): number =>
    db
      .prepare<unknown[], number>(`select count(*) from ${unordered(where)} where ${where.sql}`)
      .pluck()
      .get(...where.params) ?? 0;

  return {
    /** One page, with the exact number of devices that the filter finds. */
    page: (query: DeviceListQuery): DeviceListPage => {
      const where = filterSql(query.filter, sources);
      // Where rows have to be read, one reading tells both which they are and how many; counts of an index are cheap.
      const counted = where.reads ? undefined : countOf(where);
      const few = counted === undefined || counted <= sortedAtMost ? fewOf(where) : undefined;
      const total = counted ?? few?.length ?? countOf(where);
      const rows = read({ ...query, limit: query.limit + 1 }, where, few);
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      const key = last === undefined ? [] : orders[query.sort].map((_, at) => last[`k${at}`] as string | number);
      return {
        ids: page.map(({ id }) => id),
        total,
        ...(rows.length > page.length ? { next: encodeKey(key) } : {}),
      };
    },
    /** Every device that the filter finds now, in order: for actions and files. */
    all: (query: Omit<DeviceListQuery, 'after' | 'limit'>): number[] =>
      read({ ...query, limit: -1 }, filterSql(query.filter, sources)).map(({ id }) => id),
    count: (filter: DeviceFilter): number => countOf(filterSql(filter, sources)),
    /** Devices by the place in DECISIONS of the worst decision about their findings. */
    worstCounts: (): number[] => {
      const found: number[] = [];
      for (const { worst, devices } of worstCounts.all()) found[worst] = devices;
      return Array.from(found, (devices) => devices ?? 0);
    },
    /** Devices by state and rank of their level. */
    counts: (): { state: string; level: number; devices: number }[] => counts.all(),
  };
};

export type DeviceList = ReturnType<typeof deviceList>;
