import type { Difference, Side, Snapshot, SnapshotRow } from '../../engine/inventory/types.ts';
import { idBytes, idsOf } from '../../platform/id-array.ts';
import type { AcceptanceRow, ContentRow, SidesRow } from './store.ts';

// What a device is expected to hold: the content of an approval, changed by what was accepted since.

/** What is expected; `free` may be there or not. */
type Expected = { snapshot: Snapshot; free: { items: ReadonlySet<number>; keys: ReadonlySet<string> } };

const keyOf = (row: SnapshotRow): string => `${row.key} ${row.digest}`;

const rowOf = (key: string | null, row: string | null): SnapshotRow | null => {
  if (key === null || row === null) return null;
  const [name = '', digest = ''] = key.split(' ');
  return { key: name, digest, row };
};

/** A difference's sides as columns. */
export const sidesRow = ({ before, after }: Pick<Difference, 'before' | 'after'>): SidesRow => {
  const columns = (side: Side | null) => ({
    item: side?.item ?? null,
    row: side?.row?.row ?? null,
    key: side?.row == null ? null : keyOf(side.row),
  });
  const [left, right] = [columns(before), columns(after)];
  return {
    before_item: left.item,
    after_item: right.item,
    before_row: left.row,
    after_row: right.row,
    before_key: left.key,
    after_key: right.key,
  };
};

/** Whether two differences say the same: by items, keys and digests, since equal rows are encrypted differently. */
export const sameSides = (a: SidesRow, b: SidesRow): boolean =>
  a.before_item === b.before_item &&
  a.after_item === b.after_item &&
  a.before_key === b.before_key &&
  a.after_key === b.after_key;

/** The content of an approval as columns. */
export const contentColumns = (snapshot: Snapshot): Pick<ContentRow, 'count' | 'members' | 'rows'> =>
  snapshot.mode === 'shared'
    ? { count: snapshot.items.length, members: idBytes(snapshot.items), rows: null }
    : { count: snapshot.rows.length, members: null, rows: JSON.stringify(snapshot.rows) };

/** The content of an approval. */
export const contentSnapshot = (row: Pick<ContentRow, 'count' | 'members' | 'rows'>): Snapshot =>
  row.rows === null
    ? { mode: 'shared', items: row.members === null ? new Uint32Array() : idsOf(row.members) }
    : { mode: 'own', rows: JSON.parse(row.rows) as SnapshotRow[] };

const withItems = (items: Uint32Array, accepted: readonly AcceptanceRow[]): Uint32Array => {
  const held = new Set(items);
  for (const { before_item, after_item } of accepted) {
    if (before_item !== null) held.delete(before_item);
    if (after_item !== null) held.add(after_item);
  }
  return Uint32Array.from(held).sort();
};

const withRows = (rows: readonly SnapshotRow[], accepted: readonly AcceptanceRow[]): SnapshotRow[] => {
  const held = new Map(rows.map((row) => [row.key, row]));
  for (const { before_key, before_row, after_key, after_row } of accepted) {
    const before = rowOf(before_key, before_row);
    const after = rowOf(after_key, after_row);
    if (before !== null) held.delete(before.key);
    if (after !== null) held.set(after.key, after);
  }
  return [...held.values()];
};

/** What one device is expected to hold: acceptances of its own change the content, those of the whole group set it free. */
export const expectedOf = (content: Snapshot, accepted: readonly AcceptanceRow[], device: number): Expected => {
  const own = accepted.filter((one) => one.device === device);
  const group = accepted.filter((one) => one.device === null);
  return {
    snapshot:
      content.mode === 'shared'
        ? { mode: 'shared', items: own.length === 0 ? content.items : withItems(content.items, own) }
        : { mode: 'own', rows: own.length === 0 ? content.rows : withRows(content.rows, own) },
    free: {
      items: new Set(group.flatMap((one) => [one.before_item, one.after_item].filter((item) => item !== null))),
      keys: new Set(
        group.flatMap((one) =>
          [one.before_key, one.after_key].filter((key) => key !== null).map((key) => key.split(' ')[0] ?? ''),
        ),
      ),
    },
  };
};

/** What is left to compare when that which may be there or not is taken out. */
export const withoutFree = (snapshot: Snapshot, { items, keys }: Expected['free']): Snapshot => {
  if (snapshot.mode === 'shared')
    return items.size === 0 ? snapshot : { mode: 'shared', items: snapshot.items.filter((item) => !items.has(item)) };
  return keys.size === 0 ? snapshot : { mode: 'own', rows: snapshot.rows.filter((row) => !keys.has(row.key)) };
};

type Merged = { sides: SidesRow; replaces: AcceptanceRow } | { sides: null; replaces: AcceptanceRow };

/** Left and right of an acceptance, comparable: an item or a row's key with its digest. */
const leftOf = (one: SidesRow): string | null =>
  one.before_key ?? (one.before_item === null ? null : `#${one.before_item}`);
const rightOf = (one: SidesRow): string | null =>
  one.after_key ?? (one.after_item === null ? null : `#${one.after_item}`);

/**
 * An acceptance that goes on from an earlier one becomes one with it, so that each can end by itself: 1 to 2 and 2 to 3
 * are 1 to 3; what was accepted to go and came back in another version is a change; what returns to the content takes the
 * earlier one away. `isSameItem`: two items are one thing in two versions. Undefined: nothing goes before it.
 */
export const mergeAcceptance = (
  sides: SidesRow,
  earlier: readonly AcceptanceRow[],
  isSameItem: (a: number, b: number) => boolean,
): Merged | undefined => {
  const left = leftOf(sides);
  const right = rightOf(sides);
  const before = earlier.find((one) =>
    left === null
      ? rightOf(one) === null &&
        (leftOf(one) === right ||
          isSameRow(one.before_key, sides.after_key) ||
          (one.before_item !== null && sides.after_item !== null && isSameItem(one.before_item, sides.after_item)))
      : rightOf(one) === left,
  );
  if (before === undefined) return undefined;
  const merged: SidesRow = {
    before_item: before.before_item,
    before_row: before.before_row,
    before_key: before.before_key,
    after_item: sides.after_item,
    after_row: sides.after_row,
    after_key: sides.after_key,
  };
  const isNothing = leftOf(merged) === rightOf(merged);
  return isNothing ? { sides: null, replaces: before } : { sides: merged, replaces: before };
};

/** A row that was accepted to go and came back otherwise: the same key. */
const isSameRow = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && a.split(' ')[0] === b.split(' ')[0];
