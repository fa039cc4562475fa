import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { arrayStore } from './array-store.ts';
import type { ChangeRow } from './change-store.ts';
import type { Shape } from './item.ts';
import { itemDeviceStore } from './item-device-store.ts';
import { itemIds } from './item-ids.ts';
import { namedItems } from './named-item-queries.ts';
import { reachedCounts } from './reached-count-store.ts';
import { blindColumn, column, countTableOf, tableOf, usualColumn } from './table-store.ts';
import type { Stored } from './types.ts';
import { usualFields, usualValues } from './usual-value-store.ts';

export type SectionRow = {
  id: number;
  device: number;
  collection: string;
  source: string;
  hash: Buffer;
  collected_at: number;
  received_at: number;
  best: number;
  count: number;
  /** JSON of the lists that its source did not read with its newest report (kept-lists.ts); null: it read all of them. */
  kept_lists: string | null;
};

type HeardRow = Pick<SectionRow, 'device' | 'source' | 'best' | 'count'> & {
  lists: string | null;
  heardAt: number;
  anyAt: number;
  removed: number;
};

/** A column's value; personal ones are encrypted bytes. */
export type Cell = Stored | Buffer;

/** `ikey` and `digest` are of rows with personal values; see keysOf. */
export type OwnRow = { id: number; ikey: Buffer; digest: Buffer } & Record<string, Cell>;

/** SQL of sections, and what writes the change log. */
export const sectionStore = (db: Database) => {
  const sql = statements(db);
  // One text is read in a third of the time that rows with their bytes take.
  const hashesOf = sql.value<[device: number, source: string], string>(
    'select json_group_object(collection, lower(hex(hash))) from section where device = ? and source = ?',
  );
  const insert = sql.insert(
    `insert into section (device, collection, source, hash, collected_at, received_at, best, count, kept_lists)
     values (@device, @collection, @source, @hash, @collected_at, @received_at, @best, @count, @kept_lists)`,
  );
  const update = sql.run(
    `update section set hash = @hash, collected_at = @collected_at, received_at = @received_at, count = @count,
       sent = null, kept_lists = @kept_lists where id = @id`,
  );
  const of = sql.all<[device: number, collection: string], SectionRow>(
    'select * from section where device = ? and collection = ?',
  );
  const forget = sql.run<[device: number]>('delete from section where device = ?');
  const forgetChanges = sql.run<[device: number]>('delete from change_log where device = ?');
  return {
    hash: sql.get<[device: number, collection: string, source: string], { id: number; hash: Buffer }>(
      'select id, hash from section where device = ? and collection = ? and source = ?',
    ),
    one: sql.get<[device: number, collection: string, source: string], SectionRow>(
      'select * from section where device = ? and collection = ? and source = ?',
    ),
    best: sql.get<[device: number, collection: string], SectionRow>(
      'select * from section where device = ? and collection = ? and best = 1',
    ),
    hashes: sql.all<
      [device: number],
      Pick<SectionRow, 'collection' | 'source' | 'hash' | 'best' | 'collected_at' | 'count'>
    >(
      'select collection, source, hash, best, collected_at, count from section where device = +? order by collection, source',
    ),
    /** The hashes (hex) of what one source reported, by collection. */
    hashesOf: (device: number, source: string) =>
      JSON.parse(hashesOf(device, source) ?? '{}') as Record<string, string>,
    /** Rows of a section are gone: its hash is none, so that it is asked for anew. */
    unsay: sql.run<[device: number, collection: string, source: string, rows: number]>(
      'update section set hash = zeroblob(32), sent = null, count = count - ?4 where collection = ?2 and source = ?3 and device = ?1',
    ),
    /** Its number; a section that is there keeps its `best`. */
    write: (row: Omit<SectionRow, 'id'> & { id: number | undefined }): number => {
      if (row.id === undefined) return insert({ ...row, id: null });
      update(row);
      return row.id;
    },
    /** Whether a section was made of what has this digest. */
    hasSent: sql.has<[device: number, collection: string, source: string, sent: Uint8Array]>(
      'select 1 from section where device = ? and collection = ? and source = ? and sent = ?',
    ),
    setSent: sql.run<[device: number, collection: string, source: string, sent: Uint8Array]>(
      'update section set sent = ?4 where device = ?1 and collection = ?2 and source = ?3 and sent is not ?4',
    ),
    /** Other lists than its source's own stand in a section. */
    setKept: sql.run<[id: number, lists: string | null, count: number]>(
      'update section set kept_lists = ?2, count = ?3 where id = ?1',
    ),
    /** Of devices, the lists of a collection that its best source did not read. */
    kept: sql.all<[collection: string, devices: readonly number[]], { device: number; source: string; lists: string }>(
      `select device, source, kept_lists as lists from section where collection = ? and best = 1
         and device in (select value from json_each(?)) and kept_lists is not null`,
    ),
    /** Kept lists that have items which another source's list stands for. */
    keptBehind: sql.values<[collection: string], string>(
      `select kept_lists from section where collection = ? and kept_lists like '%"own":%'`,
    ),
    /** Of devices with several sources of a collection: when each source and any of them was last heard, ms. */
    heard: sql.all<[collection: string, devices: readonly number[]], HeardRow>(
      `select s.device, s.source, s.best, s.count, s.kept_lists as lists,
         max(s.received_at, coalesce((select max(o.last_seen_at) from device_source o
           where o.device = s.device and o.source = s.source and o.state <> 'replaced'), 0)) as heardAt,
         max(s.received_at, coalesce(d.last_seen_at, 0)) as anyAt,
         d.state <> 'revoked' and coalesce((select min(o.state = 'revoked') from device_source o
           where o.device = s.device and o.source = s.source and o.state <> 'replaced'), 0) as removed
       from section s join device d on d.id = s.device
       where s.collection = ?1 and s.device in (select value from json_each(?2))
         and exists (select 1 from section t where t.device = s.device and t.collection = ?1 and t.source <> s.source)`,
    ),
    setBest: sql.run<[device: number, collection: string, source: string]>(
      'update section set best = (source = ?3) where device = ?1 and collection = ?2 and best <> (source = ?3)',
    ),
    /** Those of every source. */
    of,
    sources: (device: number, collection: string): string[] => of(device, collection).map((row) => row.source),
    ofDevice: sql.all<[device: number], SectionRow>('select * from section where device = ?'),
    forget: (device: number): void => {
      forget(device);
      forgetChanges(device);
    },
    // An unchanged report writes nothing: a section is as fresh as the last report of its device.
    /** Sections of devices that have been silent since a moment. */
    silent: sql.all<[collection: string, before: number, most: number], { device: number; source: string }>(
      `select s.device, s.source from section s left join device d on d.id = s.device
       where s.collection = ?1 and s.received_at < ?2 and coalesce(d.last_seen_at, 0) < ?2
         and not exists (select 1 from device_source o where o.device = s.device and o.last_seen_at >= ?2)
         and not exists (select 1 from discovery_subject r where r.device = s.device and r.ok_at >= ?2)
       limit ?3`,
    ),
    drop: sql.run<[device: number, collection: string, source: string]>(
      'delete from section where device = ? and collection = ? and source = ?',
    ),
    counts: (scope: Scope): { collection: string; devices: number; rows: number }[] => {
      const { sql: reach, params } = devicesIn(scope, 'device');
      return db
        .prepare<unknown[], { collection: string; devices: number; rows: number }>(
          `select collection, count(*) as devices, sum(count) as rows from section where best = 1 and ${reach} group by collection`,
        )
        .all(...params);
    },
    /** How many devices in reach report a collection. */
    reporting: (collection: string, scope: Scope): number => {
      const { sql: reach, params } = devicesIn(scope, 'device');
      return sql.count(`select count(*) from section where collection = ? and best = 1 and ${reach}`)(
        collection,
        ...params,
      );
    },
    addChange: sql.run<[row: Omit<ChangeRow, 'id'> & { event: number | null }]>(
      `insert into change_log (device, collection, source, at, operation, before_item, after_item, before_row, after_row, count, event)
       values (@device, @collection, @source, @at, @operation, @before_item, @after_item, @before_row, @after_row, @count, @event)`,
    ),
    // Ids rise with time: an index of times is not needed to find the oldest ones.
    /** Drops changes older than a time, of those before a number; at most so many. */
    trimChanges: sql.changes<[collection: string, time: number, before: number, most: number]>(
      `delete from change_log where id in (select id from change_log indexed by change_log_kind
         where collection = ?1 and operation in ('first', 'added', 'removed', 'changed') and id < ?3 and at < ?2 limit ?4)`,
    ),
  };
};

/** SQL of a `shared` collection's items. */
export const sharedStore = (db: Database, shape: Shape) => {
  const { collection, own } = shape;
  const sql = statements(db);
  const table = tableOf(collection);
  const counts = countTableOf(collection);
  const names = own.map(({ name }) => name);
  const columns = [...names.map(column), ...usualFields(shape).map(({ name }) => usualColumn(name))];
  const usual = usualValues(db, shape);
  const arrays = arrayStore(db, shape);
  const insert = sql.insert(
    `insert into ${table} (ikey, ${columns.join(', ')}) values (?, ${columns.map(() => '?').join(', ')})`,
  );
  // A report touches hundreds of counts: one statement for all of them.
  const add = sql.run<[ids: readonly number[]]>(
    `insert into ${counts} (id, devices) select value, 1 from json_each(?) where true
     on conflict (id) do update set devices = devices + 1`,
  );
  const subtract = sql.run<[ids: readonly number[]]>(
    `update ${counts} set devices = devices - 1 where id in (select value from json_each(?))`,
  );
  const byIds = sql.all<[ids: readonly number[]], { id: number } & Record<string, Stored>>(
    `select * from ${table} where id in (select value from json_each(?))`,
  );
  const listOf = collection.lists === undefined ? 'null' : `i.${column(collection.lists.field)}`;
  const listed = sql.all<[ids: readonly number[]], { id: number; list: string | null }>(
    `select i.id, ${listOf} as list from ${table} i where i.id in (select value from json_each(?))`,
  );
  const ofList = sql.has<[ids: readonly number[], list: string]>(
    `select 1 from json_each(?) e cross join ${table} i on i.id = e.value where ${listOf} = ? limit 1`,
  );
  const orphans = sql.values<[kept: readonly number[], most: number], number>(
    `select id from ${table} as item
      where not exists (select 1 from ${counts} where id = item.id and devices > 0)
        and not exists (select 1 from change_log where collection = '${collection.name}' and before_item = item.id)
        and not exists (select 1 from change_log where collection = '${collection.name}' and after_item = item.id)
        and id not in (select value from json_each(?))
      limit ?`,
  );
  const allCounts = sql.all<[], { id: number; devices: number }>(`select id, devices from ${counts}`);
  const lastId = sql.count<[]>(`select max(id) from ${table}`);
  const removeItem = sql.run<[id: number]>(`delete from ${table} where id = ?`);
  const removeCount = sql.run<[id: number]>(`delete from ${counts} where id = ?`);
  return {
    /** What is known of items without asking the database. */
    ids: itemIds(db, collection),
    usual,
    arrays,
    reachedCounts: reachedCounts(db, collection.name, {
      arrays,
      lastId,
    }),
    devicesByItem: itemDeviceStore(db, collection),
    named: namedItems(db, collection),
    find: sql.value<[key: Buffer], number>(`select id from ${table} where ikey = ?`),
    /** `first`: what its first device says in `usual` fields. */
    make: (key: Buffer, stored: Readonly<Record<string, Stored>>, first: readonly Stored[]): number => {
      const id = insert(key, ...names.map((name) => stored[name] ?? null), ...first);
      usual.made(id, first);
      return id;
    },
    /** One device more has each of these. */
    add: (ids: readonly number[]): void => {
      if (ids.length > 0) add(ids);
    },
    /** One device less has each of these. */
    subtract: (ids: readonly number[]): void => {
      if (ids.length > 0) subtract(ids);
    },
    byIds: (ids: ArrayLike<number>) => byIds(Array.from(ids)),
    /** Items by the list that they are of; of a collection that has lists. */
    byList: (ids: ArrayLike<number>): Map<string, number[]> => {
      const found = new Map<string, number[]>();
      for (const { id, list } of listed(Array.from(ids))) {
        const held = found.get(list ?? '');
        if (held === undefined) found.set(list ?? '', [id]);
        else held.push(id);
      }
      return found;
    },
    /** Whether one of the items is of a list. */
    hasList: (ids: ArrayLike<number>, list: string): boolean => ofList(Array.from(ids), list),
    /** One field of every item: its distinct values as text, '' for none and first, and by id the place of an item's value. */
    coded: (field: string): { texts: readonly string[]; places: Uint32Array } => {
      if (!names.includes(field)) throw new AppError('INTERNAL', `${collection.name} has no field ${field}`);
      const texts = new Map([['', 0]]);
      const places = new Uint32Array(lastId() + 1);
      for (const [id, value] of db
        .prepare<[], [number, Stored]>(`select id, ${column(field)} from ${table}`)
        .raw()
        .iterate()) {
        const text = String(value ?? '');
        const place = texts.get(text) ?? texts.size;
        texts.set(text, place);
        places[id] = place;
      }
      return { texts: [...texts.keys()], places };
    },
    counts: (): Map<number, number> => new Map(allCounts().map(({ id, devices }) => [id, devices])),
    /** Items that no device has and no change names; `kept` are those of sections that another source outranks. */
    removeOrphans: (kept: ReadonlySet<number>, most: number): number => {
      const gone = orphans([...kept], most);
      for (const id of gone) {
        removeItem(id);
        removeCount(id);
      }
      return gone.length;
    },
  };
};

/** SQL of an `own` collection's rows. */
export const ownStore = (db: Database, { collection, own }: Shape) => {
  const sql = statements(db);
  const table = tableOf(collection);
  const columns = own.flatMap(({ name, field }) =>
    field.personal && field.indexed ? [column(name), blindColumn(name)] : [column(name)],
  );
  const insert = sql.run(
    `insert into ${table} (device, section_source, ikey, digest, ${columns.join(', ')}) values (?, ?, ?, ?, ${columns.map(() => '?').join(', ')})`,
  );
  const update = sql.run(
    `update ${table} set ikey = ?, digest = ?, ${columns.map((name) => `${name} = ?`).join(', ')} where id = ?`,
  );
  return {
    rows: sql.all<[device: number, source: string], OwnRow>(
      `select * from ${table} where device = +? and section_source = +? order by id`,
    ),
    insert: (device: number, source: string, key: Buffer, digest: Buffer, cells: readonly Cell[]): void =>
      insert(device, source, key, digest, ...cells),
    update: (id: number, key: Buffer, digest: Buffer, cells: readonly Cell[]): void =>
      update(key, digest, ...cells, id),
    remove: sql.run<[id: number]>(`delete from ${table} where id = ?`),
    /** Whose sections these rows belong to. */
    places: sql.all<[ids: readonly number[]], { device: number; source: string; rows: number }>(
      `select device, section_source as source, count(*) as rows from ${table} where id in (select value from json_each(?)) group by device, section_source`,
    ),
    /** Rows of a source become another device's. */
    move: sql.run<[from: number, to: number, source: string]>(
      `update ${table} set device = ?2 where device = ?1 and section_source = ?3`,
    ),
    forget: sql.run<[device: number]>(`delete from ${table} where device = ?`),
    forgetSource: sql.run<[device: number, source: string]>(
      `delete from ${table} where device = ? and section_source = ?`,
    ),
  };
};

export type SectionStore = ReturnType<typeof sectionStore>;
export type SharedStore = ReturnType<typeof sharedStore>;
export type OwnStore = ReturnType<typeof ownStore>;
