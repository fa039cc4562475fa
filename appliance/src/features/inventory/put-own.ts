import type { Personal } from '../../platform/personal.ts';
import { ownDigest, ownKey, personOf, type Shape, type Stored, storedItem } from './item.ts';
import type { Cell, OwnRow, OwnStore } from './store.ts';
import type { Item } from './types.ts';

export type RowChange = { operation: 'added' | 'removed' | 'changed'; before: string | null; after: string | null };

/** How a personal value stands in a column or a change. */
const sealed = (personal: Personal, person: string, value: Stored): Buffer | null =>
  value === null ? null : personal.encrypt(person, JSON.stringify(value));

const cellsOf = (
  personal: Personal,
  shape: Shape,
  stored: Readonly<Record<string, Stored>>,
  device: number,
): Cell[] => {
  const person = personOf(shape, stored, device);
  return shape.own.flatMap(({ name, field }): Cell[] => {
    const value = stored[name] ?? null;
    if (!field.personal) return [value];
    const cell = sealed(personal, person, value);
    if (!field.indexed) return [cell];
    return [cell, value === null ? null : personal.blindIndex(`${shape.collection.name}.${name}`, String(value))];
  });
};

/** The columns of a row in the order that cellsOf gives. */
const columnNames = (shape: Shape): string[] =>
  shape.own.flatMap(({ name, field }) => (field.personal && field.indexed ? [name, `${name}_bx`] : [name]));

/** A row as the change log keeps it: personal values stay encrypted. */
export const logRow = (shape: Shape, cells: Readonly<Record<string, Cell>>): string =>
  JSON.stringify(
    Object.fromEntries(
      shape.own.flatMap(({ name }) => {
        const cell = cells[name] ?? null;
        return cell === null ? [] : [[name, Buffer.isBuffer(cell) ? { $enc: cell.toString('base64') } : cell]];
      }),
    ),
  );

/** Volatile values are no personal ones, so they are compared as they stand. */
const hasNewVolatile = (shape: Shape, row: OwnRow, stored: Readonly<Record<string, Stored>>): boolean =>
  shape.own.some(({ name, field }) => field.volatile && (row[name] ?? null) !== (stored[name] ?? null));

/** Replaces the rows of a device's section of an own collection by a report. */
export const ownSection = (parts: {
  personal: Personal;
  shape: Shape;
  store: OwnStore;
  device: number;
  door: string;
  items: readonly Item[];
}): { count: number; changes: RowChange[] } => {
  const { personal, shape, store, device, door, items } = parts;
  const held = new Map(store.rows(device, door).map((row) => [row.ikey.toString('hex'), row]));
  const names = columnNames(shape);
  const ordinals = new Map<string, number>();
  const changes: RowChange[] = [];
  for (const item of items) {
    const stored = storedItem(shape.own, item);
    const first = ownKey(personal, shape, stored, 0).toString('hex');
    const ordinal = ordinals.get(first) ?? 0;
    ordinals.set(first, ordinal + 1);
    const key = ordinal === 0 ? Buffer.from(first, 'hex') : ownKey(personal, shape, stored, ordinal);
    const digest = ownDigest(personal, shape, stored);
    const row = held.get(key.toString('hex'));
    held.delete(key.toString('hex'));
    if (row?.digest.equals(digest)) {
      if (hasNewVolatile(shape, row, stored)) store.update(row.id, digest, cellsOf(personal, shape, stored, device));
      continue;
    }
    const cells = cellsOf(personal, shape, stored, device);
    const after = logRow(shape, Object.fromEntries(names.map((name, at) => [name, cells[at] ?? null])));
    if (row === undefined) {
      store.insert(device, door, key, digest, cells);
      changes.push({ operation: 'added', before: null, after });
    } else {
      store.update(row.id, digest, cells);
      changes.push({ operation: 'changed', before: logRow(shape, row), after });
    }
  }
  for (const row of held.values()) {
    store.remove(row.id);
    changes.push({ operation: 'removed', before: logRow(shape, row satisfies OwnRow), after: null });
  }
  return { count: items.length, changes };
};
