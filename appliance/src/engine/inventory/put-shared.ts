import { compareIds } from '../../platform/id-array.ts';
import type { ItemValues } from './array-store.ts';
import { cutItem } from './cut-items.ts';
import { identityText, type Shape, sharedKey, storedItem, toStored } from './item.ts';
import { fieldsText } from './item-ids.ts';
import type { SharedStore } from './store.ts';
import type { CutItems, Item, Stored } from './types.ts';

type ItemChange = { operation: 'added' | 'removed' | 'changed'; before: number | null; after: number | null };

/** Items as ids, rising, with what the device says of each. */
export type Resolved = { ids: Uint32Array; columns: Record<string, Stored[]> };

/** Looks items up in the database, or makes them; a new one for each transaction. */
const finder = (shape: Shape, store: SharedStore) => {
  store.ids.refresh();
  let noted = false;
  return (item: Item): number => {
    const stored = storedItem(shape.own, item);
    const key = sharedKey(shape, stored);
    let id = store.find(key);
    if (id === undefined) {
      if (!noted) {
        store.ids.noteMaking();
        store.usual.noteMaking();
      }
      noted = true;
      id = store.make(key, stored, store.usual.ofFirst(item));
    }
    return id;
  };
};

/** The same, by what is kept in memory of items that were parsed. */
const resolver = (shape: Shape, store: SharedStore) => {
  const find = finder(shape, store);
  return (item: Item): number => {
    const text = fieldsText(shape.own, item);
    const known = store.ids.get(text);
    if (known !== undefined) return known;
    const id = find(item);
    store.ids.keep(text, id);
    return id;
  };
};

const placeRange = 2 ** 20;

/** Ids in order, each once, with their columns: of two equal items the later one's attributes count. */
export const inOrder = (found: readonly number[], columns: Readonly<Record<string, readonly Stored[]>>): Resolved => {
  // An id and its place in one number: ids have 32 bits, places 20.
  const places = new Float64Array(found.length);
  for (let at = 0; at < found.length; at += 1) places[at] = (found[at] as number) * placeRange + at;
  places.sort();
  const ids = new Uint32Array(places.length);
  const rows = new Uint32Array(places.length);
  let count = 0;
  for (const place of places) {
    const id = Math.floor(place / placeRange);
    if (count > 0 && ids[count - 1] === id) count -= 1;
    ids[count] = id;
    rows[count] = place % placeRange;
    count += 1;
  }
  const ordered: Record<string, Stored[]> = {};
  for (const [name, values] of Object.entries(columns)) {
    const column: Stored[] = [];
    for (let at = 0; at < count; at += 1) column.push(values[rows[at] as number] ?? null);
    ordered[name] = column;
  }
  return { ids: ids.subarray(0, count), columns: ordered };
};

/** The items of a report; writes those that are new. */
export const resolve = (shape: Shape, store: SharedStore, items: readonly Item[]): Resolved => {
  const idOf = resolver(shape, store);
  const columns = shape.perDevice.map(({ name, field }) => [name, items.map((item) => toStored(field, item[name]))]);
  return inOrder(items.map(idOf), Object.fromEntries(columns));
};

/** The same of cut items; undefined where one has to be judged by the schema. */
export const resolveCut = (
  shape: Shape,
  store: SharedStore,
  cut: CutItems,
  isPlain: (item: unknown) => item is Item,
): Resolved | undefined => {
  const find = finder(shape, store);
  const { byBytes } = store.ids;
  const found: number[] = [];
  for (let n = 0; n < cut.count; n += 1) {
    const from = n === 0 ? 0 : (cut.keyEnds[n - 1] as number);
    const to = cut.keyEnds[n] as number;
    const hash = cut.hashes[n] as number;
    let id = byBytes.get(cut.keys, from, to, hash);
    if (id === 0) {
      const item = cutItem(cut, n);
      if (!isPlain(item)) return undefined;
      id = find(item);
      byBytes.keep(cut.keys, from, to, hash, id);
    }
    found.push(id);
  }
  return inOrder(found, cut.columns);
};

/** The items of a section with what the device says of them, of one field or all. */
export const valuesOf = (
  store: SharedStore,
  section: number,
  only?: string,
): { ids: Uint32Array; byField: Record<string, Stored[]> } => store.arrays.byField(section, store.usual.of, only);

/** An item that went and one that came with the same identity are one change. */
const pair = (shape: Shape, store: SharedStore, added: readonly number[], removed: readonly number[]): ItemChange[] => {
  const gone = new Map<string, number[]>();
  for (const row of removed.length > 0 ? store.byIds(removed) : []) {
    const identity = identityText(shape, row);
    gone.set(identity, [...(gone.get(identity) ?? []), row.id]);
  }
  const changes: ItemChange[] = [];
  const came = added.length > 0 && gone.size > 0 ? store.byIds(added) : added.map((id) => ({ id }));
  for (const row of came) {
    const before = gone.size > 0 ? gone.get(identityText(shape, row as Record<string, Stored>))?.shift() : undefined;
    changes.push({ operation: before === undefined ? 'added' : 'changed', before: before ?? null, after: row.id });
  }
  for (const id of [...gone.values()].flat()) changes.push({ operation: 'removed', before: id, after: null });
  return changes;
};

/** Items on both sides of which the device says something else: the same version installed again, say. */
const valueChanges = (
  shape: Shape,
  before: { ids: Uint32Array; byField: ItemValues },
  after: { ids: Uint32Array; byField: ItemValues },
): ItemChange[] => {
  const changes: ItemChange[] = [];
  let b = 0;
  for (let a = 0; a < after.ids.length; a += 1) {
    const id = after.ids[a] as number;
    while (b < before.ids.length && (before.ids[b] as number) < id) b += 1;
    if (before.ids[b] !== id) continue;
    const differs = shape.perDevice.some(
      ({ name }) => (before.byField[name]?.[b] ?? null) !== (after.byField[name]?.[a] ?? null),
    );
    if (differs) changes.push({ operation: 'changed', before: id, after: id });
  }
  return changes;
};

/** What differs between two states of a device's section of a shared collection. */
export const changesBetween = (
  shape: Shape,
  store: SharedStore,
  before: { ids: Uint32Array; byField: ItemValues },
  after: { ids: Uint32Array; byField: ItemValues },
): ItemChange[] => {
  const { added, removed } = compareIds(before.ids, after.ids);
  return [...pair(shape, store, added, removed), ...valueChanges(shape, before, after)];
};

/** Keeps what a report makes of a device's section of a shared collection; `before`: what it held, if there was one. What changed. */
export const putShared = (
  shape: Shape,
  store: SharedStore,
  section: number,
  { ids, columns }: Resolved,
  before: ReturnType<typeof valuesOf> | undefined,
): ItemChange[] => {
  store.arrays.put(section, ids, columns, store.usual.completed(ids, columns));
  return before === undefined ? [] : changesBetween(shape, store, before, { ids, byField: columns });
};
