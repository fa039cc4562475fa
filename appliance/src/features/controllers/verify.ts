import { effectiveOf } from './effective.ts';
import { keysByReading } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { RowMaker } from './row.ts';
import { type RowStore, rowColumns } from './row-store.ts';
import type { ReadingStore } from './store.ts';

// Whether effectiveValues, keys and rows of lists are what the facts give; for `doctor` and the daily check.

const page = 1_000;
const maxFaults = 20;

export const verifyRecords = (parts: {
  store: ReadingStore;
  records: RecordStore;
  rows: RowStore;
  row: RowMaker;
}): string[] => {
  const { store, records, rows, row } = parts;
  const faults: string[] = [];

  const checkEffective = (controller: number): void => {
    const facts = store.factsOf(controller);
    const expected = new Map<string, number>(
      [...effectiveOf(facts)].flatMap(([part, effectiveValues]) =>
        [...effectiveValues].map(([slot, fact]) => [`${part} ${slot}`, fact.id] as const),
      ),
    );
    const names = new Map(records.parts(controller).map(({ id, type, key }) => [id, `${type} ${key}`]));
    for (const { part, side, field, fact } of records.effectiveValues(controller)) {
      const slot = `${names.get(part)} ${side} ${field}`;
      if (expected.get(slot) !== fact) faults.push(`controller ${controller}: another fact should win ${slot}`);
      expected.delete(slot);
    }
    for (const slot of expected.keys()) faults.push(`controller ${controller}: nothing wins ${slot}`);
    if (records.byId(controller)?.state === 'merged') return;
    const keys = new Set([...keysByReading(facts).values()].flat().map(({ kind, value }) => `${kind} ${value}`));
    for (const { kind, value } of records.keys(controller))
      if (!keys.delete(`${kind} ${value}`)) faults.push(`controller ${controller}: nothing says its key ${kind}`);
    if (keys.size > 0) faults.push(`controller ${controller}: ${keys.size} keys are missing`);
  };

  for (let after = 0; faults.length < maxFaults; ) {
    const ids = records.ids(after, page);
    for (const controller of ids) {
      checkEffective(controller);
      const [held, made] = [rows.one(controller), row.rowOf(controller)];
      if (made !== undefined && (held === undefined || rowColumns.some((name) => held[name] !== made[name])))
        faults.push(`controller ${controller}: the list's row is not what its data say`);
    }
    after = ids.at(-1) ?? after;
    if (ids.length < page) break;
  }
  return faults.slice(0, maxFaults);
};
