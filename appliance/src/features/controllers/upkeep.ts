import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type { thinner } from './compact.ts';
import type { RecordStore } from './record-store.ts';
import type { RowStore } from './row-store.ts';
import type { FieldTable } from './types.ts';

// What the retention of the night does with records: it sets aside what is silent, and forgets changes that are old.

const dayMs = 86_400_000;
const idleBatch = 500;
const trimBatch = 5_000;

export const recordUpkeep = (parts: {
  db: Database;
  objects: Pick<ObjectService, 'setting'>;
  events: Pick<EventService, 'record'>;
  records: RecordStore;
  rows: RowStore;
  thin: ReturnType<typeof thinner>;
  table: FieldTable;
  publicIdOf: (controller: number) => string;
  derive: (controllers: ReadonlySet<number>) => void;
  clock: () => number;
}) => {
  const { db, objects, events, records, rows, thin, table, publicIdOf, derive, clock } = parts;
  return {
    /** Archives what was neither heard nor decided about for the days of the setting; how many. */
    archiveIdle: (): number => {
      const days = objects.setting('controllers.idle-days');
      const now = clock();
      let archived = 0;
      for (;;) {
        const idle = rows.idle(now - days * dayMs, idleBatch);
        if (idle.length === 0) return archived;
        immediate(db, () => {
          for (const controller of idle) {
            records.setArchived(controller, now);
            events.record('controller-archived', { params: { controller: publicIdOf(controller), days } });
          }
          derive(new Set(idle));
        });
        archived += idle.length;
      }
    },
    trim: (): number => {
      const days = table.collection('controller')?.retentionDays ?? 3_650;
      let removed = 0;
      for (let n = trimBatch; n === trimBatch; removed += n)
        n = immediate(db, () => records.trimChanges(clock() - days * dayMs, trimBatch));
      const unchanged = clock() - objects.setting('controllers.unchanged-days') * dayMs;
      for (let n = 1; n > 0; removed += n) n = immediate(db, () => thin.some(unchanged));
      return removed;
    },
  };
};
