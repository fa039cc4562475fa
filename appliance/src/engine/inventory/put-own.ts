import type { Personal } from '../../platform/personal.ts';
import { isOpen, openDigest, openKey, ownDigest, ownKey, personOf, type Shape, storedItem } from './item.ts';
import type { Cell, OwnRow, OwnStore } from './store.ts';
import type { Item, Stored } from './types.ts';

type RowChange = { operation: 'added' | 'removed' | 'changed'; before: string | null; after: string | null };

const cellsOf = (
  personal: Personal,
  shape: Shape,
  stored: Readonly<Record<string, Stored>>,
  device: number,
): Cell[] => {
  const encrypt = personal.encryptor(personOf(shape, stored, device));
  return shape.own.flatMap(({ name, field }): Cell[] => {
    const value = stored[name] ?? null;
    if (!field.personal) return [value];
    const cell = value === null ? null : encrypt(JSON.stringify(value));
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

const nothing = Buffer.alloc(0);

/** How often something was counted before. */
const counter = () => {
  const times = new Map<string, number>();
  return (key: string): number => {
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    return before;
  };
};

/**
 * Keyed digests of what a row is and of what it says, as baselines keep them. Rows that hold no personal value say so
 * themselves; their order is that of several that are the same. Only of others are the digests stored.
 */
export const keysOf = (
  personal: Personal,
  shape: Shape,
  rows: readonly OwnRow[],
): Array<{ row: OwnRow; key: Buffer; digest: Buffer }> => {
  if (!isOpen(shape)) return rows.map((row) => ({ row, key: row.ikey, digest: row.digest }));
  const ordinalOf = counter();
  return rows.map((row) => {
    const stored = row as unknown as Record<string, Stored>;
    return {
      row,
      key: ownKey(personal, shape, stored, ordinalOf(openKey(shape, stored))),
      digest: ownDigest(personal, shape, stored),
    };
  });
};

type Marks = { key: string; ikey: Buffer; digest: Buffer; isSame(row: OwnRow): boolean };

/** What finds the row of an item, and what is kept with it for that. */
const marker = (personal: Personal, shape: Shape) => {
  const open = isOpen(shape);
  const ordinalOf = counter();
  const ordinalOfRow = counter();
  const openText = (stored: Readonly<Record<string, Stored>>, next: (key: string) => number): string => {
    const key = openKey(shape, stored);
    return `${next(key)} ${key}`;
  };
  return {
    ofRow: (row: OwnRow): string =>
      open ? openText(row as unknown as Record<string, Stored>, ordinalOfRow) : row.ikey.toString('hex'),
    ofItem: (stored: Readonly<Record<string, Stored>>): Marks => {
      if (open) {
        const given = openDigest(shape, stored);
        return {
          key: openText(stored, ordinalOf),
          ikey: nothing,
          digest: nothing,
          isSame: (row) => openDigest(shape, row as unknown as Record<string, Stored>) === given,
        };
      }
      const first = ownKey(personal, shape, stored, 0);
      const ordinal = ordinalOf(first.toString('hex'));
      const ikey = ordinal === 0 ? first : ownKey(personal, shape, stored, ordinal);
      const digest = ownDigest(personal, shape, stored);
      return { key: ikey.toString('hex'), ikey, digest, isSame: (row) => row.digest.equals(digest) };
    },
  };
};

/** Replaces the rows of a device's section of an own collection by a report. */
export const ownSection = (parts: {
  personal: Personal;
  shape: Shape;
  store: OwnStore;
  device: number;
  source: string;
  items: readonly Item[];
}): { count: number; changes: RowChange[] } => {
  const { personal, shape, store, device, source, items } = parts;
  const marks = marker(personal, shape);
  const held = new Map(store.rows(device, source).map((row) => [marks.ofRow(row), row]));
  const names = columnNames(shape);
  const changes: RowChange[] = [];
  for (const item of items) {
    const stored = storedItem(shape.own, item);
    const { key, ikey, digest, isSame } = marks.ofItem(stored);
    const row = held.get(key);
    held.delete(key);
    if (row !== undefined && isSame(row)) {
      if (hasNewVolatile(shape, row, stored))
        store.update(row.id, ikey, digest, cellsOf(personal, shape, stored, device));
      continue;
    }
    const cells = cellsOf(personal, shape, stored, device);
    const after = logRow(shape, Object.fromEntries(names.map((name, at) => [name, cells[at] ?? null])));
    if (row === undefined) {
      store.insert(device, source, ikey, digest, cells);
      changes.push({ operation: 'added', before: null, after });
    } else {
      store.update(row.id, ikey, digest, cells);
      changes.push({ operation: 'changed', before: logRow(shape, row), after });
    }
  }
  for (const row of held.values()) {
    store.remove(row.id);
    changes.push({ operation: 'removed', before: logRow(shape, row satisfies OwnRow), after: null });
  }
  return { count: items.length, changes };
};
