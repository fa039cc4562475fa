import type { Database } from '../../platform/database.ts';
import { anyOf, type NumberSet, setOf } from '../../platform/number-set.ts';
import { hasId, unpackIds } from '../../platform/packed-ids.ts';
import { blockOf, packBlock, unpackBlock, withBlock } from './device-blocks.ts';
import { bearerTableOf, dueTableOf } from './table-store.ts';
import type { Collection } from './types.ts';

// Who has an item of a `shared` collection. A device's first report names hundreds of items at once, so it only becomes
// due; many due devices are then entered together, an item at a time. What changes later is entered at once. A question
// looks into the due devices' sections as well, so its answer is never behind.

type Block = { devices: Buffer; count: number };

/** SQL of the devices that have an item. */
export const bearerStore = (db: Database, collection: Collection) => {
  const table = bearerTableOf(collection);
  const due = dueTableOf(collection);
  const block = db.prepare<[number, number], Block>(`select devices, count from ${table} where block = ? and item = ?`);
  const blocks = db.prepare<[number, string], Block>(
    `select devices, count from ${table} where block = ? and item in (select value from json_each(?))`,
  );
  const put = db.prepare<[number, number, Buffer, number]>(
    `insert into ${table} (block, item, devices, count) values (?, ?, ?, ?)
     on conflict (block, item) do update set devices = excluded.devices, count = excluded.count`,
  );
  const drop = db.prepare<[number, number]>(`delete from ${table} where block = ? and item = ?`);
  const lastBlock = db.prepare<[], number | null>(`select max(block) from ${table}`).pluck();
  const ofBlock = db.prepare<[number], { item: number } & Block>(
    `select item, devices, count from ${table} where block = ?`,
  );
  const addDue = db.prepare<[number]>(`insert or ignore into ${due} (device) values (?)`);
  const dropDue = db.prepare<[number]>(`delete from ${due} where device = ?`);
  const isDue = db.prepare<[number], number>(`select 1 from ${due} where device = ?`).pluck();
  const countDue = db.prepare<[], number>(`select count(*) from ${due}`).pluck();
  const dueSections = db.prepare<[number], { device: number; members: Buffer | null; count: number | null }>(
    `select due.device as device, s.members as members, s.count as count from ${due} as due
     left join section s on s.device = due.device and s.collection = '${collection.name}' and s.best = 1
     order by due.device limit ?`,
  );

  const write = (at: number, item: number, devices: number[]): void => {
    if (devices.length === 0) drop.run(at, item);
    else put.run(at, item, packBlock(devices.sort((a, b) => a - b)), devices.length);
  };

  const held = (at: number, item: number): number[] => {
    const row = block.get(at, item);
    return row === undefined ? [] : Array.from(unpackBlock(at, row.devices, row.count));
  };

  const idsOf = (row: { members: Buffer | null; count: number | null }): Uint32Array =>
    row.members === null ? new Uint32Array() : unpackIds(row.members, row.count ?? 0);

  return {
    /** A device reported for the first time. */
    came: (device: number): void => void addDue.run(device),
    /** Items that a device has more and less. */
    changed: (device: number, added: readonly number[], removed: readonly number[]): void => {
      if (isDue.get(device) !== undefined) return;
      const at = blockOf(device);
      for (const item of added) write(at, item, [...held(at, item), device]);
      for (const item of removed)
        write(
          at,
          item,
          held(at, item).filter((other) => other !== device),
        );
    },
    /** A device is gone with the items that it had. */
    gone: (device: number, items: ArrayLike<number>): void => {
      if (dropDue.run(device).changes > 0) return;
      const at = blockOf(device);
      for (const item of Array.from(items))
        write(
          at,
          item,
          held(at, item).filter((other) => other !== device),
        );
    },
    due: (): number => countDue.get() ?? 0,
    /** Enters at most so many due devices; how many they were. */
    settle: (most: number): number => {
      const rows = dueSections.all(most);
      const byBlock = new Map<number, Map<number, number[]>>();
      for (const row of rows) {
        const at = blockOf(row.device);
        const items = byBlock.get(at) ?? new Map<number, number[]>();
        byBlock.set(at, items);
        for (const item of idsOf(row)) {
          const devices = items.get(item);
          if (devices === undefined) items.set(item, [row.device]);
          else devices.push(row.device);
        }
        dropDue.run(row.device);
      }
      for (const [at, items] of byBlock) {
        // In the order of the table, so that neighbours share pages.
        for (const item of [...items.keys()].sort((a, b) => a - b))
          write(at, item, [...held(at, item), ...(items.get(item) ?? [])]);
      }
      return rows.length;
    },
    /** The devices that have any of the items. */
    of: (items: readonly number[]): NumberSet => {
      let found: NumberSet = new Uint8Array();
      const wanted = JSON.stringify(items);
      for (let at = 0, last = lastBlock.get() ?? -1; at <= last; at += 1)
        for (const row of blocks.iterate(at, wanted)) found = withBlock(found, at, row.devices, row.count);
      const due: number[] = [];
      for (const row of dueSections.iterate(-1)) {
        const ids = idsOf(row);
        if (items.some((item) => hasId(ids, item))) due.push(row.device);
      }
      return due.length === 0 ? found : anyOf([found, setOf(due)]);
    },
    /** The devices that are entered in a block, by item; for `verify`. */
    entered: (at: number): Map<number, Set<number>> =>
      new Map(ofBlock.all(at).map((row) => [row.item, new Set(unpackBlock(at, row.devices, row.count))])),
    lastBlock: (): number => lastBlock.get() ?? -1,
    isDue: (device: number): boolean => isDue.get(device) !== undefined,
  };
};

export type BearerStore = ReturnType<typeof bearerStore>;
