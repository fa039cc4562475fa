import { type Database, immediate } from '../../platform/database.ts';
import { allOf, anyOf, countOf, type DeviceSet, numbersOf, setOf, without } from '../../platform/device-set.ts';
import { devicesReached, type Scope, wholeSite } from '../../platform/scope.ts';
import type { NeedStore } from './need-store.ts';

// Who needs which update of the catalogue, out of what is kept and a look at a few devices that changed since. Another catalogue
// makes every device wait for a look. Where more wait than an answer can look at, it is what is kept, and says how many wait.

/** So many devices are looked at for one answer. */
const lookedAtOnce = 64;

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
  /** Devices need another number of security updates. In the transaction of the look. */
  secured: (devices: readonly number[]) => void;
}) => {
  const { db, store, needsOf } = parts;
  /** One moment of the database: devices are looked at meanwhile. */
  const atOnce = <T>(read: () => T): T => db.transaction(read)();

  const isKept = (): boolean => store.version() === parts.version();
  /** Devices in reach that wait for a look. */
  const due = (scope: Scope): number[] => {
    if (parts.isEmpty()) return [];
    const devices = isKept() ? store.due(-1) : store.concerned();
    const reached = devices.length === 0 ? undefined : devicesReached(db, scope);
    return reached === undefined ? devices : devices.filter((device) => reached[device] === 1);
  };
  /** Those, with what they needed and what they need; none where too many wait. */
  const changed = (scope: Scope): { device: number; before: string[]; now: ReadonlyMap<string, number> }[] => {
    const devices = due(scope);
    if (devices.length > lookedAtOnce) return [];
    const before = store.of(devices);
    return devices.map((device, at) => ({ device, before: before[at] ?? [], now: needsOf(device) }));
  };

  return {
    /** How many devices in reach need each update; those that none of them needs are absent. */
    counts: (scope: Scope): ReadonlyMap<string, number> =>
      atOnce(() => {
        if (parts.isEmpty()) return new Map();
        const counts = store.counts(scope);
        const add = (id: string, n: number): void => {
          const devices = (counts.get(id) ?? 0) + n;
          if (devices === 0) counts.delete(id);
          else counts.set(id, devices);
        };
        for (const { before, now } of changed(scope)) {
          for (const id of before) add(id, -1);
          for (const id of now.keys()) add(id, 1);
        }
        return counts;
      }),
    /** How many devices in reach, or of some of them, were not looked at since they or the catalogue changed. */
    notLookedAt: (scope: Scope, among?: ReadonlySet<number>): number => {
      const devices = due(scope);
      if (devices.length <= lookedAtOnce) return 0;
      return among === undefined ? devices.length : devices.filter((device) => among.has(device)).length;
    },
    /** The devices in reach that need an update. */
    devices: (id: string, scope: Scope): DeviceSet =>
      atOnce(() => {
        const reached = devicesReached(db, scope);
        const looked = changed(scope);
        const gone = looked.flatMap(({ device, before }) => (before.includes(id) ? device : []));
        const come = looked.flatMap(({ device, now }) => (now.has(id) ? device : []));
        const devices = anyOf([without(store.devices(id), setOf(gone)), setOf(come)]);
        return reached === undefined ? devices : allOf([devices, reached]);
      }),
    /** How many updates each of some devices needs; those that need none are absent, undefined: not looked at yet. */
    countsOf: (devices: readonly number[]): Map<number, number | undefined> =>
      atOnce(() => {
        if (parts.isEmpty()) return new Map();
        const waiting = due(wholeSite('job'));
        const isWaiting = new Set(waiting);
        // One device by itself is always looked at.
        const areLookedAt = devices.length === 1 || waiting.length <= lookedAtOnce;
        const countOf = (device: number): number | undefined => {
          if (!isWaiting.has(device)) return store.countOf(device);
          return areLookedAt ? needsOf(device).size : undefined;
        };
        return new Map(devices.map((device) => [device, countOf(device)] as const).filter(([, n]) => n !== 0));
      }),
    /** Looks at devices that wait, at most so many; how many they were. */
    note: store.note,
    settle: (most: number): number => {
      const isIdle = (): boolean => isKept() && store.due(1).length === 0;
      if (isIdle()) return 0;
      return immediate(db, () => {
        const version = parts.version();
        if (store.version() !== version) store.restart(version);
        const due = store.due(most);
        parts.secured(store.put(due.map((device) => ({ device, ids: [...needsOf(device).keys()] }))));
        return due.length;
      });
    },
    /** What is kept and not so; for `doctor`. */
    verify: (): string[] =>
      atOnce(() => {
        if (!isKept()) return [];
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
        for (const device of store.miscounted())
          if (!store.isDue(device))
            faults.push(`device ${device} needs another number of security updates than is kept`);
        if (store.strays() > 0) faults.push('devices are kept of updates that no device needs');
        return faults.slice(0, 20);
      }),
  };
};
