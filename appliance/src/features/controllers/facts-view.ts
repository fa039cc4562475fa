import type { RecordStore } from './record-store.ts';
import type { ReadingStore } from './store.ts';
import type { PartFact } from './types.ts';

/** All facts of a record, the newest first; which ones are effective. */
export const factsView = (
  store: Pick<ReadingStore, 'factsOf'>,
  records: Pick<RecordStore, 'parts' | 'effectiveValues'>,
  controller: number,
): PartFact[] => {
  const parts = new Map(records.parts(controller).map(({ id, type, key }) => [`${type} ${key}`, id]));
  const winning = new Set(records.effectiveValues(controller).map(({ fact }) => fact));
  return store
    .factsOf(controller)
    .map(({ observed_at: observedAt, place: where, map: derivedBy, ...row }) => ({
      ...row,
      part: parts.get(`${row.type} ${row.key}`) ?? 0,
      observedAt,
      where,
      derivedBy,
      wins: winning.has(row.id),
      ended: row.ended === 1,
    }))
    .sort((a, b) => b.observedAt - a.observedAt || b.id - a.id);
};
