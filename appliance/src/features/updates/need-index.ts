import { type Database, immediate } from '../../platform/database.ts';
import { allOf, anyOf, countOf, type DeviceSet, numbersOf, setOf, without } from '../../platform/device-set.ts';
import { devicesReached, type Scope, wholeSite } from '../../platform/scope.ts';
import type { NeedStore } from './need-store.ts';

// Who needs which update of the catalogue, out of what is kept and a look at the devices that changed since. Another catalogue
// makes every device wait for a look; while more of them wait than that is worth, every device is looked at for the answer.

/** So many devices are looked at for one answer: about a second. */
const lookedAtMost = 10_000;

/** `plain`: the same by reading the software of the fleet; for `verify`. */
export const needIndex = (parts: {
  db: Database;
  store: NeedStore;
  /** Another number after every change of the catalogue. */
  version: () => number;
  /** No update in the catalogue: no device needs one, pending or not. */
  isEmpty: () => boolean;
  /** The updates that a device needs now, each with an item that it would replace. */
  needsOf: (device: number) => ReadonlyMap<string, number>;
  plain: () => ReadonlyMap<string, Iterable<number>>;
}) => {
  const { db, store, needsOf } = parts;
  /** One moment of the database: devices are looked at meanwhile. */
  const atOnce = <T>(read: () => T): T => db.transaction(read)();

  /** Devices that wait, with what they needed and what they need; undefined: too many wait. */
  const waiting = (): { device: number; before: string[]; now: ReadonlyMap<string, number> }[] | undefined => {
    if (store.version() !== parts.version()) return undefined;
    const due = store.due(lookedAtMost + 1);
    if (due.length > lookedAtMost) return undefined;
    const before = store.of(due);
    return due.map((device, at) => ({ device, before: before[at] ?? [], now: needsOf(device) }));
  };

  return {
    /** How many devices in reach need each update; those that none of them needs are absent. */
    counts: (scope: Scope): ReadonlyMap<string, number> =>
      atOnce(() => {
        if (parts.isEmpty()) return new Map();
        const reached = devicesReached(db, scope);
        const isIn = (device: number): boolean => reached === undefined || reached[device] === 1;
        const changed = waiting();
        const counts = changed === undefined ? new Map<string, number>() : store.counts(scope);
        const add = (id: string, n: number): void => {
          const devices = (counts.get(id) ?? 0) + n;
          if (devices === 0) counts.delete(id);
          else counts.set(id, devices);
        };
        if (changed === undefined)
          for (const device of store.reporting()) if (isIn(device)) for (const id of needsOf(device).keys()) add(id, 1);
        for (const { device, before, now } of changed ?? []) {
          if (!isIn(device)) continue;
          for (const id of before) add(id, -1);
          for (const id of now.keys()) add(id, 1);
        }
        return counts;
      }),
    /** The devices in reach that need an update. */
    devices: (id: string, scope: Scope): DeviceSet =>
      atOnce(() => {
        const reached = devicesReached(db, scope);
        const cut = (devices: DeviceSet): DeviceSet => (reached === undefined ? devices : allOf([devices, reached]));
        const changed = waiting();
        if (changed === undefined) return cut(setOf(store.reporting().filter((device) => needsOf(device).has(id))));
        const gone = changed.flatMap(({ device, before }) => (before.includes(id) ? device : []));
        const come = changed.flatMap(({ device, now }) => (now.has(id) ? device : []));
        return cut(anyOf([without(store.devices(id), setOf(gone)), setOf(come)]));
      }),
    /** How many updates each of some devices needs; devices that need none are absent. */
    countsOf: (devices: readonly number[]): Map<number, number> =>
      atOnce(() => {
        if (parts.isEmpty()) return new Map();
        const isKept = store.version() === parts.version();
        const counts = new Map<number, number>();
        for (const device of devices) {
          const n = isKept && !store.isDue(device) ? store.countOf(device) : needsOf(device).size;
          if (n > 0) counts.set(device, n);
        }
        return counts;
      }),
    /** Looks at devices that wait, at most so many; how many they were. */
    note: store.note,
    settle: (most: number): number => {
      const isIdle = (): boolean => store.version() === parts.version() && store.due(1).length === 0;
      if (isIdle()) return 0;
      return immediate(db, () => {
        const version = parts.version();
        if (store.version() !== version) store.restart(version);
        const due = store.due(most);
        store.put(due.map((device) => ({ device, ids: [...needsOf(device).keys()] })));
        return due.length;
      });
    },
    /** What is kept and not so; for `doctor`. */
    verify: (): string[] =>
      atOnce(() => {
        if (store.version() !== parts.version()) return [];
        const expected = new Map<number, Set<string>>();
        for (const [id, devices] of parts.plain())
          for (const device of devices) expected.set(device, (expected.get(device) ?? new Set()).add(id));
        const kept = store.everyOf();
        const faults: string[] = [];
        const having = new Map<string, number[]>();
        for (const [device, ids] of kept) for (const id of ids) having.set(id, [...(having.get(id) ?? []), device]);
        for (const device of new Set([...expected.keys(), ...kept.keys()])) {
          const wanted = expected.get(device) ?? new Set<string>();
          const held = kept.get(device) ?? [];
          const isSame = held.length === wanted.size && held.every((id) => wanted.has(id));
          if (!isSame && !store.isDue(device)) faults.push(`device ${device} needs other updates than are kept`);
        }
        const counts = store.counts(wholeSite('job'));
        for (const id of new Set([...having.keys(), ...counts.keys()])) {
          const devices = having.get(id) ?? [];
          const set = store.devices(id);
          if (counts.get(id) !== devices.length || countOf(without(set, setOf(devices))) > 0)
            faults.push(`update ${id} has another number of devices than need it`);
          else if (numbersOf(set).length !== devices.length) faults.push(`update ${id} has lost devices that need it`);
        }
        if (store.strays() > 0) faults.push('devices are kept of updates that no device needs');
        return faults.slice(0, 20);
      }),
  };
};
