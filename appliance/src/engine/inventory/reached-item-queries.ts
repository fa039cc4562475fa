import type { Database } from '../../platform/database.ts';
import { keyAfter, listBuilder, pageOf } from '../../platform/list/list-queries.ts';
import type { Personal } from '../../platform/personal.ts';
import { type ListRow, listOf, rowsById } from './list-queries.ts';
import type { ReachedCounts } from './reached-count-store.ts';
import { tableOf } from './table-store.ts';
import type { Collection, ListQuery } from './types.ts';

// The list of a `shared` collection for who reaches a part of the site: an item is there when a device in reach has it, and counts
// these alone. Reads inv_<name>.

const byDevices = { keys: ['devices', 'id'], nullable: true } as const;

/** A page of the items that devices in reach have; `among`: of the device that is asked about. */
export const reachedItemPage = (
  { db, personal }: { db: Database; personal: Personal },
  collection: Collection,
  query: ListQuery,
  counts: ReachedCounts,
  among: Uint32Array | undefined,
): { rows: ListRow[]; total: number; next?: string } => {
  const { sort, ...unsorted } = query;
  const isByDevices = sort === '_devices';
  const { source, where } = listOf(personal, collection, isByDevices ? unsorted : query, among);
  const from = `${tableOf(collection)} as r`;
  const chosen = { in: Uint8Array.from(counts, (devices) => (devices > 0 ? 1 : 0)) };
  const countOf = (id: number): number => counts[id] ?? 0;
  const counted = (rows: readonly ListRow[]): ListRow[] => rows.map((row) => ({ ...row, _devices: countOf(row.id) }));
  const { descending = false, limit, after } = query;
  if (!isByDevices) {
    const list = listBuilder<ListRow, 'asked'>(db, { ...source, from, select: 'r.*' });
    const page = list.page({ sort: 'asked', descending, where, chosen, limit, after });
    return { ...page, rows: counted(page.rows) };
  }
  const ids = listBuilder<{ id: number }, 'id'>(db, { from, id: 'r.id', orders: { id: { keys: ['r.id'] } } })
    .all({ sort: 'id', descending: false, where, chosen })
    .map(({ id }) => id);
  const direction = descending ? -1 : 1;
  const order = (a: { k0: number; id: number }, b: { k0: number; id: number }): number =>
    direction * (a.k0 - b.k0 || a.id - b.id);
  const sorted = ids.map((id) => ({ id, k0: countOf(id), k1: id })).sort(order);
  const [k0, id] = keyAfter(byDevices, after)?.map(Number) ?? [];
  const behind = sorted.filter((row) => k0 === undefined || id === undefined || order(row, { k0, id }) > 0);
  const page = pageOf<{ id: number }>(behind.slice(0, limit + 1), byDevices, limit);
  const rows = rowsById(
    db,
    collection,
    page.rows.map((row) => row.id),
  );
  return { ...page, rows: counted(rows), total: ids.length };
};
