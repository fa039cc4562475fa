import type { Actor } from '../../engine/objects/types.ts';
import { type Key, strengthOf } from './keys.ts';
import type { Merger } from './merge.ts';
import { reach } from './reach.ts';
import { keysByReading } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import { keyOrder, serialsDiffer, serialsOf } from './resolve.ts';
import type { ReadingStore } from './store.ts';

// Which readings are about one controller, worked out anew. Taking looks at one reading after the other; so does this, over
// the readings that are left, in the order in which they came: what comes out is what taking them alone would have made.

type Member = { id: number; controller: number; pinned: boolean; keys: readonly Key[] };

/** `order`: of its making; `from`: the records that its readings belong to so far. */
type Group = {
  order: number;
  readings: number[];
  keys: Set<string>;
  pins: Set<number>;
  serials: string[];
  from: Set<number>;
};

/** Pairs of records that a person told apart, each as `one two`, the smaller number first. */
type Apart = ReadonlySet<string>;

const nameOf = ({ kind, value }: Key): string => `${kind} ${value}`;

/** Groups of readings; `members` by the order of their coming. Records that a person told apart never come together. */
const groupsOf = (members: readonly Member[], apart: Apart): Group[] => {
  const groups = new Set<Group>();
  const anchored = new Set<number>();
  const withPins = new Set(members.filter(({ pinned }) => pinned).map(({ controller }) => controller));

  const byKey = new Map<string, Set<Group>>();
  const byPin = new Map<number, Set<Group>>();
  const enter = <K>(index: Map<K, Set<Group>>, name: K, group: Group): void => {
    const held = index.get(name);
    if (held === undefined) index.set(name, new Set([group]));
    else held.add(group);
  };
  /** Those that still are groups, the older first, as if all were gone through one after the other. */
  const live = (found: ReadonlySet<Group> | undefined): Group[] =>
    [...(found ?? [])].filter((group) => groups.has(group)).sort((a, b) => a.order - b.order);
  const nameKey = (group: Group, name: string): void => {
    group.keys.add(name);
    enter(byKey, name, group);
  };
  const pin = (group: Group, controller: number): void => {
    group.pins.add(controller);
    enter(byPin, controller, group);
  };

  const areApart = (one: Iterable<number>, two: ReadonlySet<number>): boolean =>
    apart.size > 0 && [...one].some((a) => [...two].some((b) => apart.has(a < b ? `${a} ${b}` : `${b} ${a}`)));

  const fitsOf = ({ pinned, controller, keys }: Member): Group[] => {
    const [named] = pinned ? live(byPin.get(controller)) : [];
    if (named !== undefined) return [named];
    const own = serialsOf(keys);
    const fits: Group[] = [];
    const refused = new Set<Group>();
    for (const kind of keyOrder)
      for (const key of keys)
        if (key.kind === kind)
          for (const group of live(byKey.get(nameOf(key)))) {
            if (fits.includes(group) || refused.has(group)) continue;
            const isOther = kind !== 'serial' && serialsDiffer(own, group.serials);
            if (isOther || areApart([controller], group.from)) refused.add(group);
            else fits.push(group);
          }
    return fits;
  };

  for (const [at, member] of members.entries()) {
    const { id, controller, pinned, keys } = member;
    // The first of a record's own readings stands for the record that the pinned ones name.
    const isAnchor = withPins.has(controller) && !anchored.has(controller);
    if (isAnchor) anchored.add(controller);
    const [found, ...rest] = fitsOf(member);
    const group: Group = found ?? {
      order: at,
      readings: [],
      keys: new Set(),
      pins: new Set(),
      serials: [],
      from: new Set(),
    };
    groups.add(group);
    if (!pinned)
      for (const other of rest) {
        if (serialsDiffer(group.serials, other.serials) || areApart(group.from, other.from)) continue;
        group.readings.push(...other.readings);
        for (const one of other.from) group.from.add(one);
        for (const key of other.keys) nameKey(group, key);
        groups.delete(other);
        for (const one of other.pins) pin(group, one);
        group.serials.push(...other.serials);
      }
    group.readings.push(id);
    group.from.add(controller);
    for (const key of keys) if (strengthOf[key.kind] < 2) nameKey(group, nameOf(key));
    if (pinned || isAnchor) pin(group, controller);
    group.serials.push(...serialsOf(keys));
  }
  return [...groups].map((group) => ({ ...group, readings: group.readings.sort((a, b) => a - b) }));
};

export const reassigner = (parts: {
  store: ReadingStore;
  records: RecordStore;
  merger: Merger;
  /** As people say now. */
  apart: () => Apart;
  newPublicId: () => string;
  clock: () => number;
}) => {
  const { store, records, merger, apart, newPublicId, clock } = parts;

  /** Puts the readings of these records, and of all that certain keys lead to, where they belong; whom it concerned. */
  return (actor: Actor, from: Iterable<number>): Set<number> => {
    const controllers = reach(records, from);
    const members = [...controllers].flatMap((controller): Member[] => {
      const keys = keysByReading(store.factsOf(controller));
      return store
        .readingsOf(controller)
        .map(({ id, pinned }) => ({ id, controller, pinned: pinned === 1, keys: keys.get(id) ?? [] }));
    });
    members.sort((a, b) => a.id - b.id);
    const home = new Map(members.map(({ id, controller }) => [id, controller]));
    const left = Map.groupBy(members, ({ controller }) => controller);
    const taken = new Set<number>();
    const changed = new Set<number>();
    const placed: { controller: number; readings: number[]; homes: number[] }[] = [];
    for (const { readings } of groupsOf(members, apart())) {
      const homes = [...new Set(readings.map((id) => home.get(id) ?? 0))];
      let controller = homes.find((one) => !taken.has(one));
      if (controller === undefined) {
        const merge = merger.cameFrom(homes[0] ?? 0, readings);
        if (merge !== undefined && !taken.has(merge.other)) {
          for (const one of merger.split(actor, merge.id)) changed.add(one);
          controller = merge.other;
        }
      }
      controller ??= records.add(newPublicId(), clock());
      taken.add(controller);
      const group = new Set(readings);
      for (const other of homes) {
        const isWhole = left.get(other)?.every(({ id }) => group.has(id)) === true;
        if (other === controller || taken.has(other) || !isWhole) continue;
        for (const one of merger.join(actor, controller, other, true)) changed.add(one);
        taken.add(other);
      }
      placed.push({ controller, readings, homes });
    }
    // Only now: a merge that comes apart for one group takes readings of another along.
    for (const { controller, readings, homes } of placed) {
      const moved = store.notIn(readings, controller);
      if (moved.length === 0) continue;
      store.moveReadings(moved, controller);
      changed.add(controller);
      for (const other of homes) changed.add(other);
    }
    return changed;
  };
};

export type Reassign = ReturnType<typeof reassigner>;
