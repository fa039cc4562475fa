import { noteArrayChanges } from '../../platform/array-changes.ts';
import { changeStamp, type Database, immediate } from '../../platform/database.ts';
import { idsOf } from '../../platform/id-array.ts';
import { pendingOf } from '../../platform/pending.ts';
import { statements } from '../../platform/statements.ts';
import { arrayTableOf, itemDeviceTableOf } from './table-store.ts';
import type { Collection } from './types.ts';

// Which devices have an item of a `shared` collection, as rows. A first report names hundreds of items at once, so its device
// waits (`pending`) and is entered with others, in the order of the items. What changes later is entered at once. A question
// looks into the arrays of those that wait as well, so its answer is never behind.

/** Rows of one transaction: some 40 ms, in which other writers wait. */
const pairsAtOnce = 20_000;

/** `since`: when it began to wait, ms; one that was forgotten and came again with the same items has another. */
type Waiting = readonly [device: number, items: Uint32Array, since: number];

/** Devices that are entered, and how far they are. */
type Round = {
  /** Of the database after the last part. */
  stamp: string;
  held: Waiting[];
  items: Uint32Array;
  devices: Uint32Array;
  count: number;
  reached: number;
};

/** The pairs of waiting devices in the order of their items. */
const inItemOrder = (waiting: readonly Waiting[]): { items: Uint32Array; devices: Uint32Array } => {
  let total = 0;
  let most = 0;
  for (const [, ids] of waiting) {
    total += ids.length;
    most = Math.max(most, ids.at(-1) ?? 0);
  }
  const next = new Uint32Array(most + 2);
  for (const [, ids] of waiting) for (const id of ids) next[id + 1] = (next[id + 1] as number) + 1;
  for (let id = 1; id < next.length; id += 1) next[id] = (next[id] as number) + (next[id - 1] as number);
  const items = new Uint32Array(total);
  const devices = new Uint32Array(total);
  for (const [device, ids] of waiting)
    for (const id of ids) {
      const at = next[id] as number;
      next[id] = at + 1;
      items[at] = id;
      devices[at] = device;
    }
  return { items, devices };
};

const isSame = ([, a, since]: Waiting, there: Waiting | undefined): boolean =>
  there !== undefined && since === there[2] && a.length === there[1].length && a.every((id, at) => id === there[1][at]);

/** SQL of the devices that have an item. */
export const itemDeviceStore = (db: Database, collection: Collection) => {
  const table = itemDeviceTableOf(collection);
  const entity = collection.name;
  const sql = statements(db);
  const add = sql.run<[item: number, device: number]>(`insert or ignore into ${table} (item, device) values (?, ?)`);
  const remove = sql.run<[item: number, device: number]>(`delete from ${table} where item = ? and device = ?`);
  const of = sql.values<[items: readonly number[]], number>(
    `select device from ${table} where item in (select value from json_each(?))`,
  );
  const pending = pendingOf(db, entity);
  const note = noteArrayChanges(db, entity);
  const waiting = db
    .prepare<[string, number], [number, Buffer, number]>(
      `select p.id, a.items, p.since from pending p cross join section s on s.device = p.id and s.collection = p.entity and s.best = 1
       cross join ${arrayTableOf(collection)} a on a.section = s.id where p.entity = ? order by p.id limit ?`,
    )
    .raw();
  const stamp = changeStamp(db);
  const rows = db.prepare<[], [number, number]>(`select item, device from ${table}`).raw();

  const waitingNow = (most: number): Waiting[] =>
    waiting.all(entity, most).map(([device, bytes, since]) => [device, idsOf(bytes), since] as const);

  let round: Round | undefined;
  const startRound = (most: number): Round => {
    // Before the reading: what another connection commits in between is then a difference.
    const before = stamp();
    const held = waitingNow(most);
    return { stamp: before, held, ...inItemOrder(held), count: held.length, reached: 0 };
  };
  /** The next part of a round; whether it was the last. */
  const enterIn = (now: Round): boolean => {
    if (stamp() !== now.stamp) {
      const there = new Map(waitingNow(-1).map((one) => [one[0], one]));
      now.held = now.held.filter((one) => isSame(one, there.get(one[0])));
      Object.assign(now, inItemOrder(now.held));
    }
    const { items, devices } = now;
    let at = 0;
    if (now.reached > 0)
      for (let end = items.length; at < end; ) {
        const middle = (at + end) >>> 1;
        if ((items[middle] as number) <= now.reached) at = middle + 1;
        else end = middle;
      }
    for (let n = 0; at < items.length && (n < pairsAtOnce || items[at] === now.reached); n += 1, at += 1) {
      now.reached = items[at] as number;
      add(now.reached, devices[at] as number);
    }
    if (at === items.length) pending.drop(now.held.map(([device]) => device));
    now.stamp = stamp();
    return at === items.length;
  };

  return {
    /** A device reported for the first time. */
    came: (device: number): void => {
      pending.note([device]);
      note(device, undefined, []);
    },
    /** Items that a device has more and less. */
    changed: (device: number, added: readonly number[], removed: readonly number[]): void => {
      note(device, added, removed);
      for (const item of removed) remove(item, device);
      // Of one that waits, too: the part that has passed them may not come again, where it has what it had once more.
      for (const item of added) add(item, device);
    },
    /** A device is gone with the items that it had. */
    gone: (device: number, items: Uint32Array): void => {
      pending.drop([device]);
      note(device, [], undefined);
      for (const item of items) remove(item, device);
    },
    /** How many devices wait. */
    waiting: pending.count,
    isWaiting: pending.has,
    /**
     * Enters a part of at most so many waiting devices, in one short transaction; `isDone` once all of them are in, with how many
     * they were. A device has only rows of what it has at any moment, so that this may end anywhere: what was read is read again where
     * anything was written meanwhile, and a device that changed then waits for the next time.
     */
    enterPart: (most: number): { isDone: boolean; entered: number } => {
      round ??= startRound(most);
      const { count } = round;
      if (count === 0) {
        round = undefined;
        return { isDone: true, entered: 0 };
      }
      try {
        const isDone = immediate(db, () => enterIn(round as Round));
        if (isDone) round = undefined;
        return isDone ? { isDone, entered: count } : { isDone, entered: 0 };
      } catch (error) {
        round = undefined;
        throw error;
      }
    },
    /** The devices that have any of the items; one may come several times. */
    of: (wanted: readonly number[]): number[] => {
      if (wanted.length === 0) return [];
      const found = of(wanted);
      const isWanted = new Uint8Array(wanted.reduce((most, item) => Math.max(most, item), 0) + 1);
      for (const item of wanted) isWanted[item] = 1;
      for (const [device, ids] of waitingNow(-1)) if (ids.some((id) => isWanted[id] === 1)) found.push(device);
      return found;
    },
    /** Every row; for `verify`. */
    rows: () => rows.iterate(),
  };
};
