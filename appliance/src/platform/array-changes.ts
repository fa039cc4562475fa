import type { Database } from './database.ts';
import type { DeviceSet } from './device-set.ts';
import { idBytes, idsOf, sortedIds } from './id-array.ts';
import { devicesIn, devicesReached, type Scope } from './scope.ts';
import { statements } from './statements.ts';

// How the arrays of devices changed (`array_change`), so that counts over a part of the devices follow what changed and are not made
// anew of millions of ids. The writer notes a change in its transaction, each connection reads it.

/** So many are kept: who is further behind counts anew. */
const mostKept = 10_000;
/** Of a change of more ids nothing is noted but that it was: what one device reports cannot fill the disk. */
const mostIds = 1_000;
/** Of more devices the arrays of before are not worked out: counting anew takes less. */
const mostFollowed = 1_000;

const nothing = new Uint32Array();
const bytesOf = (ids: readonly number[] | undefined): Buffer | null =>
  ids === undefined ? null : idBytes(Uint32Array.from(ids));

/** Notes what a device has more and less, in the transaction of the change; undefined: it had, or has, no array. */
type NoteArrayChange = (
  device: number,
  added: readonly number[] | undefined,
  removed: readonly number[] | undefined,
) => void;

/** `entity`: which array of a device it is. */
export function noteArrayChanges(db: Database, entity: string): NoteArrayChange {
  const sql = statements(db);
  const add = sql.insert<[string, number, Buffer | null, Buffer | null]>(
    'insert into array_change (entity, device, added, removed) values (?, ?, ?, ?)',
  );
  const trim = sql.run<[number]>('delete from array_change where id <= ?');
  return (device, added, removed) => {
    if (added?.length === 0 && removed?.length === 0) return;
    const isLarge = (added?.length ?? 0) + (removed?.length ?? 0) > mostIds;
    const [more, less] = isLarge ? [null, null] : [bytesOf(added), bytesOf(removed)];
    trim(add(entity, device, more, less) - mostKept);
  };
}

/** What a device in reach had at the look before, and has; rising ids. */
export type ArrayDifference = { readonly device: number; readonly before: Uint32Array; readonly now: Uint32Array };

type ChangeRow = { id: number; device: number; added: Buffer | null; removed: Buffer | null };

/** What it was before its changes, of which the newest come first; undefined: nothing tells, it has no array now or they were too large. */
const undone = (now: Uint32Array, changes: readonly ChangeRow[]): Uint32Array | undefined => {
  if (changes.some(({ removed }) => removed === null)) return undefined;
  if (changes.some(({ added }) => added === null)) return nothing;
  const ids = new Set(now);
  for (const { added, removed } of changes) {
    for (const id of added === null ? nothing : idsOf(added)) ids.delete(id);
    for (const id of removed === null ? nothing : idsOf(removed)) ids.add(id);
  }
  return sortedIds(ids);
};

/**
 * Follows the arrays of the devices in reach from look to look; `arraysOf` reads what some have now. Call `differences` in one
 * transaction with what is read beside it.
 */
export function followArrays(
  db: Database,
  entity: string,
  scope: Scope,
  arraysOf: (devices: readonly number[]) => ReadonlyMap<number, Uint32Array>,
) {
  const sql = statements(db);
  const bounds = sql.get<[], { first: number; last: number }>(
    'select ifnull(min(id), 0) as first, ifnull(max(id), 0) as last from array_change',
  );
  const inReach = devicesIn(scope, 'device');
  const after = sql.all<unknown[], ChangeRow>(
    `select id, device, added, removed from array_change where id > ? and entity = ? and ${inReach.sql} order by id desc`,
  );
  let seen: { last: number; reached: DeviceSet } | undefined;

  const between = (from: { last: number; reached: DeviceSet }, reached: DeviceSet): ArrayDifference[] | undefined => {
    const changes = Map.groupBy(after(from.last, entity, ...inReach.params), ({ device }) => device);
    const devices = [...changes.keys()];
    for (let device = 0; device < Math.max(reached.length, from.reached.length); device += 1) {
      const [was, is] = [from.reached[device] === 1, reached[device] === 1];
      if (was && !is) return undefined;
      if (is && !was && !changes.has(device)) devices.push(device);
    }
    if (devices.length > mostFollowed) return undefined;
    const arrays = arraysOf(devices);
    const found: ArrayDifference[] = [];
    for (const device of devices) {
      const now = arrays.get(device) ?? nothing;
      const before = from.reached[device] === 1 ? undone(now, changes.get(device) ?? []) : nothing;
      if (before === undefined) return undefined;
      found.push({ device, before, now });
    }
    return found;
  };

  return {
    /** The devices in reach, and of which something changed since the look before; undefined: count anew, of all of them. */
    look: (): { reached: DeviceSet; differences: readonly ArrayDifference[] | undefined } => {
      const reached = devicesReached(db, scope) ?? new Uint8Array();
      const { first, last } = bounds() ?? { first: 0, last: 0 };
      const isKept = seen !== undefined && seen.last <= last && first <= seen.last + 1;
      const differences = seen !== undefined && isKept ? between(seen, reached) : undefined;
      seen = { last, reached };
      return { reached, differences };
    },
    /** What was counted is lost: the next look begins anew. */
    forget: (): void => {
      seen = undefined;
    },
  };
}
