import { decodeKey, encodeKey, type Key } from './cursor.ts';

// Pages of rows that are in memory: the same cursors and counts as a page out of the database has.

/** Up to here each row is put in its place by itself: a page is a few of tens of thousands. */
const insertedAtMost = 500;

/** Negative where `a` comes first: value by value, texts by their UTF-16 units, numbers by size. */
export function compareKeys(a: Key, b: Key): number {
  for (const [at, one] of a.entries()) {
    const other = b[at] ?? '';
    if (one !== other) return (one ?? '') < other ? -1 : 1;
  }
  return 0;
}

/** The first in order, as many as there are up to a number. */
function firstOf<T>(all: readonly T[], limit: number, order: (a: T, b: T) => number): T[] {
  if (limit > insertedAtMost) return [...all].sort(order).slice(0, limit);
  const first: T[] = [];
  for (const one of all) {
    const last = first[limit - 1];
    if (last !== undefined && order(one, last) >= 0) continue;
    let low = 0;
    let high = first.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order(first[middle] as T, one) <= 0) low = middle + 1;
      else high = middle;
    }
    first.splice(low, 0, one);
    if (first.length > limit) first.pop();
  }
  return first;
}

/** One page in the order of keys that are unique, all of so many values. */
export function memoryPage<Row>(
  found: readonly Row[],
  asked: {
    readonly keyOf: (row: Row) => Key;
    /** How many values a key has. */
    readonly keys: number;
    readonly descending: boolean;
    readonly after?: string | undefined;
    readonly limit: number;
  },
): { rows: Row[]; total: number; next?: string } {
  const { keyOf, keys, descending, after, limit } = asked;
  const order = (a: { key: Key }, b: { key: Key }): number => (descending ? -1 : 1) * compareKeys(a.key, b.key);
  const from = after === undefined ? undefined : { key: decodeKey(after, keys) };
  const behind = found
    .map((row) => ({ row, key: keyOf(row) }))
    .filter((place) => from === undefined || order(place, from) > 0);
  const page = firstOf(behind, limit, order);
  const last = page.at(-1);
  return {
    rows: page.map(({ row }) => row),
    total: found.length,
    ...(behind.length > page.length && last !== undefined ? { next: encodeKey(last.key) } : {}),
  };
}
