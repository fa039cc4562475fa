import { packAttributes, unpackAttributes } from './attributes.ts';
import { identityText, type Shape, type Stored, sharedKey, storedItem, toStored } from './item.ts';
import { fieldsText } from './item-ids.ts';
import { compareIds, packIds, unpackIds } from './packed-ids.ts';
import type { SectionRow, SharedStore } from './store.ts';
import type { Item } from './types.ts';

export type ItemChange = { operation: 'added' | 'removed' | 'changed'; before: number | null; after: number | null };

export type SharedSection = { ids: Uint32Array; members: Buffer; attrs: Buffer | null; changes: ItemChange[] };

type Resolved = { ids: Uint32Array; columns: Record<string, Stored[]> };

/** The items of a report as ids, rising, each once: of two equal items the later one's attributes count. */
const resolve = (shape: Shape, store: SharedStore, items: readonly Item[]): Resolved => {
  store.ids.refresh();
  const byId = new Map<number, Item>();
  let noted = false;
  for (const item of items) {
    const text = fieldsText(shape.own, item);
    let id = store.ids.get(text);
    if (id === undefined) {
      const stored = storedItem(shape.own, item);
      const key = sharedKey(shape, stored);
      id = store.find(key);
      if (id === undefined) {
        if (!noted) store.ids.noteMaking();
        noted = true;
        id = store.make(key, stored);
      }
      store.ids.keep(text, id);
    }
    byId.set(id, item);
  }
  const ids = Uint32Array.from(byId.keys()).sort();
  const columns = Object.fromEntries(
    shape.perDevice.map(({ name, field }) => [name, Array.from(ids, (id) => toStored(field, byId.get(id)?.[name]))]),
  );
  return { ids, columns };
};

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

/** Items on both sides whose attributes differ: the same version installed again, say. */
const attributeChanges = (
  shape: Shape,
  before: { ids: Uint32Array; columns: Record<string, Stored[]> },
  after: { ids: Uint32Array; columns: Record<string, Stored[]> },
): ItemChange[] => {
  const changes: ItemChange[] = [];
  let b = 0;
  for (let a = 0; a < after.ids.length; a += 1) {
    const id = after.ids[a] as number;
    while (b < before.ids.length && (before.ids[b] as number) < id) b += 1;
    if (before.ids[b] !== id) continue;
    const differs = shape.perDevice.some(
      ({ name }) => (before.columns[name]?.[b] ?? null) !== (after.columns[name]?.[a] ?? null),
    );
    if (differs) changes.push({ operation: 'changed', before: id, after: id });
  }
  return changes;
};

/** What a report makes of a device's section of a shared collection; writes new items, not the section. */
export const sharedSection = (
  shape: Shape,
  store: SharedStore,
  items: readonly Item[],
  previous: SectionRow | undefined,
): SharedSection => {
  const { ids, columns } = resolve(shape, store, items);
  const section = { ids, members: packIds(ids), attrs: packAttributes(columns) };
  if (previous === undefined || previous.members === null) return { ...section, changes: [] };
  const oldIds = unpackIds(previous.members, previous.count);
  const { added, removed } = compareIds(oldIds, ids);
  const changes = pair(shape, store, added, removed);
  const same = section.attrs !== null && previous.attrs !== null && section.attrs.equals(previous.attrs);
  if (!same && shape.perDevice.length > 0) {
    const before = { ids: oldIds, columns: unpackAttributes(previous.attrs) };
    changes.push(...attributeChanges(shape, before, { ids, columns }));
  }
  return { ...section, changes };
};
