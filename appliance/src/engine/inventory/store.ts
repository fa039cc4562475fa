import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
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
};

/** A column's value; personal ones are encrypted bytes. */
export type Cell = Stored | Buffer;

/** `ikey` and `digest` are of rows with personal values; see keysOf. */
export type OwnRow = { id: number; ikey: Buffer; digest: Buffer } & Record<string, Cell>;

/** SQL of sections, and what writes the change log. */
export const sectionStore = (db: Database) => {
  const hash = db.prepare<[number, string, string], { id: number; hash: Buffer }>(
    'select id, hash from section where device = ? and collection = ? and source = ?',
  );
  const one = db.prepare<[number, string, string], SectionRow>(
    'select * from section where device = ? and collection = ? and source = ?',
  );
  const best = db.prepare<[number, string], SectionRow>(
    'select * from section where device = ? and collection = ? and best = 1',
  );
  const hashes = db.prepare<
    [number],
    { collection: string; source: string; hash: Buffer; best: number; collected_at: number; count: number }
  >(
    'select collection, source, hash, best, collected_at, count from section where device = +? order by collection, source',
  );
  // One text is read in a third of the time that rows with their bytes take.
  const hashesOf = db
    .prepare<[number, string], string>(
      'select json_group_object(collection, lower(hex(hash))) from section where device = ? and source = ?',
    )
    .pluck();
  const unsay = db.prepare<[Buffer, number, string, string, number]>(
    'update section set hash = ?, sent = null, count = count - ? where collection = ? and source = ? and device = ?',
  );
  const insert = db.prepare(
    `insert into section (device, collection, source, hash, collected_at, received_at, best, count)
     values (@device, @collection, @source, @hash, @collected_at, @received_at, @best, @count)`,
  );
  const update = db.prepare(
    `update section set hash = @hash, collected_at = @collected_at, received_at = @received_at, count = @count,
       sent = null where id = @id`,
  );
  const hasSent = db
    .prepare<[number, string, string, Uint8Array], number>(
      'select 1 from section where device = ? and collection = ? and source = ? and sent = ?',
    )
    .pluck();
  const setSent = db.prepare<[Uint8Array, number, string, string, Uint8Array]>(
    'update section set sent = ? where device = ? and collection = ? and source = ? and sent is not ?',
  );
  const setBest = db.prepare<{ source: string; device: number; collection: string }>(
    'update section set best = (source = @source) where device = @device and collection = @collection and best <> (source = @source)',
  );
  const of = db.prepare<[number, string], SectionRow>('select * from section where device = ? and collection = ?');
  const ofDevice = db.prepare<[number], SectionRow>('select * from section where device = ?');
  const forget = db.prepare<[number]>('delete from section where device = ?');
  // An unchanged report writes nothing: a section is as fresh as the last report of its device.
  const silent = db.prepare<{ collection: string; before: number; most: number }, { device: number; source: string }>(
    `select s.device, s.source from section s left join device d on d.id = s.device
     where s.collection = @collection and s.received_at < @before and coalesce(d.last_seen_at, 0) < @before
       and not exists (select 1 from device_source o where o.device = s.device and o.last_seen_at >= @before)
       and not exists (select 1 from discovery_subject r where r.device = s.device and r.ok_at >= @before)
     limit @most`,
  );
  const drop = db.prepare<[number, string, string]>(
    'delete from section where device = ? and collection = ? and source = ?',
  );
  const insertChange = db.prepare(
    `insert into change_log (device, collection, source, at, operation, before_item, after_item, before_row, after_row, count)
     values (@device, @collection, @source, @at, @operation, @before_item, @after_item, @before_row, @after_row, @count)`,
  );
  const forgetChanges = db.prepare<[number]>('delete from change_log where device = ?');
  // Ids rise with time: an index of times is not needed to find the oldest ones.
  const trimChanges = db.prepare<[string, number, number, number]>(
    `delete from change_log where id in (select id from change_log indexed by change_log_kind
       where collection = ? and operation in ('first', 'added', 'removed', 'changed') and id < ? and at < ? limit ?)`,
  );
  return {
    hash: (device: number, collection: string, source: string) => hash.get(device, collection, source),
    one: (device: number, collection: string, source: string) => one.get(device, collection, source),
    best: (device: number, collection: string) => best.get(device, collection),
    hashes: (device: number) => hashes.all(device),
    /** The hashes (hex) of what one source reported, by collection. */
    hashesOf: (device: number, source: string) =>
      JSON.parse(hashesOf.get(device, source) ?? '{}') as Record<string, string>,
    /** Rows of a section are gone: its hash is none, so that it is asked for anew. */
    unsay: (device: number, collection: string, source: string, rows: number): void =>
      void unsay.run(Buffer.alloc(32), rows, collection, source, device),
    /** Its number; a section that is there keeps its `best`. */
    write: (row: Omit<SectionRow, 'id'> & { id: number | undefined }): number => {
      if (row.id === undefined) return Number(insert.run({ ...row, id: null }).lastInsertRowid);
      update.run(row);
      return row.id;
    },
    /** Whether a section was made of what has this digest. */
    hasSent: (device: number, collection: string, source: string, sent: Uint8Array): boolean =>
      hasSent.get(device, collection, source, sent) !== undefined,
    setSent: (device: number, collection: string, source: string, sent: Uint8Array): void =>
      void setSent.run(sent, device, collection, source, sent),
    setBest: (device: number, collection: string, source: string): void => {
      setBest.run({ source, device, collection });
    },
    /** Those of every source. */
    of: (device: number, collection: string) => of.all(device, collection),
    sources: (device: number, collection: string): string[] => of.all(device, collection).map((row) => row.source),
    ofDevice: (device: number) => ofDevice.all(device),
    forget: (device: number): void => {
      forget.run(device);
      forgetChanges.run(device);
    },
    /** Sections of devices that have been silent since a moment. */
    silent: (collection: string, before: number, most: number) => silent.all({ collection, before, most }),
    drop: (device: number, collection: string, source: string): void => void drop.run(device, collection, source),
    counts: (scope: Scope): { collection: string; devices: number; rows: number }[] => {
      const { sql, params } = devicesIn(scope, 'device');
      return db
        .prepare<unknown[], { collection: string; devices: number; rows: number }>(
          `select collection, count(*) as devices, sum(count) as rows from section where best = 1 and ${sql} group by collection`,
        )
        .all(...params);
    },
    /** How many devices in reach report a collection. */
    reporting: (collection: string, scope: Scope): number => {
      const { sql, params } = devicesIn(scope, 'device');
      return (
        db
          .prepare<unknown[], number>(`select count(*) from section where collection = ? and best = 1 and ${sql}`)
          .pluck()
          .get(collection, ...params) ?? 0
      );
    },
    addChange: (row: Omit<ChangeRow, 'id'>): void => {
      insertChange.run(row);
    },
    /** Drops changes older than a time, of those before a number; at most so many. */
    trimChanges: (collection: string, time: number, before: number, most: number): number =>
      trimChanges.run(collection, before, time, most).changes,
  };
};

/** SQL of a `shared` collection's items. */
export const sharedStore = (db: Database, shape: Shape) => {
  const { collection, own } = shape;
  const table = tableOf(collection);
  const counts = countTableOf(collection);
  const names = own.map(({ name }) => name);
  const columns = [...names.map(column), ...usualFields(shape).map(({ name }) => usualColumn(name))];
  const usual = usualValues(db, shape);
  const byKey = db.prepare<[Buffer], number>(`select id from ${table} where ikey = ?`).pluck();
  const maxId = db.prepare<[], number | null>(`select max(id) from ${table}`).pluck();
  const lastId = (): number => maxId.get() ?? 0;
  const arrays = arrayStore(db, shape);
  const insert = db.prepare<unknown[]>(
    `insert into ${table} (ikey, ${columns.join(', ')}) values (?, ${columns.map(() => '?').join(', ')})`,
  );
  // A report touches hundreds of counts: one statement for all of them.
  const add = db.prepare<[string]>(
    `insert into ${counts} (id, devices) select value, 1 from json_each(?) where true
     on conflict (id) do update set devices = devices + 1`,
  );
  const subtract = db.prepare<[string]>(
    `update ${counts} set devices = devices - 1 where id in (select value from json_each(?))`,
  );
  const byIds = db.prepare<[string], { id: number } & Record<string, Stored>>(
    `select * from ${table} where id in (select value from json_each(?))`,
  );
  const after = db.prepare<[number, number], { id: number } & Record<string, Stored>>(
    `select * from ${table} where id > ? order by id limit ?`,
  );
  const orphans = db.prepare<[string, number], { id: number }>(
    `select id from ${table} as item
      where not exists (select 1 from ${counts} where id = item.id and devices > 0)
        and not exists (select 1 from change_log where collection = '${collection.name}' and before_item = item.id)
        and not exists (select 1 from change_log where collection = '${collection.name}' and after_item = item.id)
        and id not in (select value from json_each(?))
      limit ?`,
  );
  const allCounts = db.prepare<[], { id: number; devices: number }>(`select id, devices from ${counts}`);
  const removeItem = db.prepare<[number]>(`delete from ${table} where id = ?`);
  const removeCount = db.prepare<[number]>(`delete from ${counts} where id = ?`);
  return {
    /** What is known of items without asking the database. */
    ids: itemIds(db, collection),
    usual,
    arrays,
    reachedCounts: reachedCounts(db, collection.name, { arrays, lastId }),
    devicesByItem: itemDeviceStore(db, collection),
    named: namedItems(db, collection),
    find: (key: Buffer): number | undefined => byKey.get(key),
    /** `first`: what its first device says in `usual` fields. */
    make: (key: Buffer, stored: Readonly<Record<string, Stored>>, first: readonly Stored[]): number => {
      const id = Number(insert.run(key, ...names.map((name) => stored[name] ?? null), ...first).lastInsertRowid);
      usual.made(id, first);
      return id;
    },
    /** One device more has each of these. */
    add: (ids: readonly number[]): void => {
      if (ids.length > 0) add.run(JSON.stringify(ids));
    },
    /** One device less has each of these. */
    subtract: (ids: readonly number[]): void => {
      if (ids.length > 0) subtract.run(JSON.stringify(ids));
    },
    /** Items by rising id. */
    after: (id: number, limit: number) => after.all(id, limit),
    byIds: (ids: ArrayLike<number>) => byIds.all(JSON.stringify(Array.from(ids))),
    /** One field of every item, as text. */
    values: (field: string): Map<number, string> => {
      if (!names.includes(field)) throw new AppError('INTERNAL', `${collection.name} has no field ${field}`);
      return new Map(
        db
          .prepare<[], { id: number; value: Stored }>(`select id, ${column(field)} as value from ${table}`)
          .all()
          .map(({ id, value }) => [id, String(value ?? '')]),
      );
    },
    counts: (): Map<number, number> => new Map(allCounts.all().map(({ id, devices }) => [id, devices])),
    /** Items that no device has and no change names; `kept` are those of sections that another source outranks. */
    removeOrphans: (kept: ReadonlySet<number>, most: number): number => {
      const gone = orphans.all(JSON.stringify([...kept]), most);
      for (const { id } of gone) {
        removeItem.run(id);
        removeCount.run(id);
      }
      return gone.length;
    },
  };
};

/** SQL of an `own` collection's rows. */
export const ownStore = (db: Database, { collection, own }: Shape) => {
  const table = tableOf(collection);
  const columns = own.flatMap(({ name, field }) =>
    field.personal && field.indexed ? [column(name), blindColumn(name)] : [column(name)],
  );
  const rows = db.prepare<[number, string], OwnRow>(
    `select * from ${table} where device = +? and section_source = +? order by id`,
  );
  const insert = db.prepare<unknown[]>(
    `insert into ${table} (device, section_source, ikey, digest, ${columns.join(', ')}) values (?, ?, ?, ?, ${columns.map(() => '?').join(', ')})`,
  );
  const update = db.prepare<unknown[]>(
    `update ${table} set ikey = ?, digest = ?, ${columns.map((name) => `${name} = ?`).join(', ')} where id = ?`,
  );
  const remove = db.prepare<[number]>(`delete from ${table} where id = ?`);
  const places = db.prepare<[string], { device: number; source: string; rows: number }>(
    `select device, section_source as source, count(*) as rows from ${table} where id in (select value from json_each(?)) group by device, section_source`,
  );
  const forget = db.prepare<[number]>(`delete from ${table} where device = ?`);
  const forgetSource = db.prepare<[number, string]>(`delete from ${table} where device = ? and section_source = ?`);
  const move = db.prepare<[number, number, string]>(
    `update ${table} set device = ? where device = ? and section_source = ?`,
  );
  return {
    rows: (device: number, source: string) => rows.all(device, source),
    insert: (device: number, source: string, key: Buffer, digest: Buffer, cells: readonly Cell[]): void => {
      insert.run(device, source, key, digest, ...cells);
    },
    update: (id: number, key: Buffer, digest: Buffer, cells: readonly Cell[]): void => {
      update.run(key, digest, ...cells, id);
    },
    remove: (id: number): void => {
      remove.run(id);
    },
    /** Whose sections these rows belong to. */
    places: (ids: readonly number[]) => places.all(JSON.stringify(ids)),
    /** Rows of a source become another device's. */
    move: (from: number, to: number, source: string): void => void move.run(to, from, source),
    forget: (device: number): void => {
      forget.run(device);
    },
    forgetSource: (device: number, source: string): void => void forgetSource.run(device, source),
  };
};

export type SectionStore = ReturnType<typeof sectionStore>;
export type SharedStore = ReturnType<typeof sharedStore>;
export type OwnStore = ReturnType<typeof ownStore>;
