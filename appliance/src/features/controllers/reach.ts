import type { RecordStore } from './record-store.ts';

/** The records that certain keys lead to, from these on; with them. */
export function reach(records: RecordStore, from: Iterable<number>): Set<number> {
  const reached = new Set(from);
  for (const controller of reached)
    for (const key of records.keys(controller))
      if (key.strength < 2) for (const other of records.controllersByKey(key)) reached.add(other);
  return reached;
}
