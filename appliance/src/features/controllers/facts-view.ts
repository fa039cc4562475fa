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
    .map((row) => ({
      id: row.id,
      part: parts.get(`${row.type} ${row.key}`) ?? 0,
      type: row.type,
      key: row.key,
      field: row.field,
      side: row.side,
      method: row.method,
      source: row.source,
      value: row.value,
      raw: row.raw,
      error: row.error,
      reason: row.reason,
      observedAt: row.observed_at,
      batch: row.batch,
      confidence: row.confidence,
      normaliser: row.normaliser,
      where: row.place,
      wins: winning.has(row.id),
      derivedBy: row.map,
      ended: row.ended === 1,
    }))
    .sort((a, b) => b.observedAt - a.observedAt || b.id - a.id);
};
