import type { InventorySource } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';

// Between the look-up of the sender and the write of its report, another process may have merged the
// record, taken a merge back, revoked or forgotten it. What is written then must not belong to a device that is no more.

/** Sources whose clients are rows; what comes by the others has no client that could have moved. */
const clientSources: ReadonlySet<InventorySource> = new Set<InventorySource>(['native', 'glpi', 'ocs', 'osquery']);
const maxMerges = 32;

/** Finds the device that a client's report belongs to by now. Within the transaction that writes the report. */
export const reportingDevice = (db: Database): ((device: number, source: InventorySource) => number) => {
  const stateOf = db.prepare<[number], string>('select state from device where id = ?').pluck();
  const speaks = db
    .prepare<[number, string], number>(
      `select 1 from device_source where device = ? and source = ? and state in ('pending', 'approved', 'held') limit 1`,
    )
    .pluck();
  const wasParted = db
    .prepare<[number], number>('select 1 from device_merge where keep = ? and undone_at is not null limit 1')
    .pluck();
  const keptAs = db
    .prepare<[number], number>(
      'select keep from device_merge where other = ? and undone_at is null order by id desc limit 1',
    )
    .pluck();

  return (device, source) => {
    let id: number | undefined = device;
    for (let merges = 0; id !== undefined && merges < maxMerges; merges += 1) {
      const state = stateOf.get(id);
      if (state === undefined) {
        id = keptAs.get(id);
        continue;
      }
      if (!clientSources.has(source)) return id;
      // A client that went back with the other half of a merge no longer speaks for this one.
      if (state !== 'revoked' && (speaks.get(id, source) !== undefined || wasParted.get(id) === undefined)) return id;
      break;
    }
    // A client that may still report is bound to the right device at its next report.
    throw new AppError('OVERLOADED', 'the device has changed meanwhile; repeat the report');
  };
};
