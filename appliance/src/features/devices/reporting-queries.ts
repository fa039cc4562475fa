import type { InventorySource } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { statements } from '../../platform/statements.ts';

// Between the look-up of the sender and the write of its report, another process may have merged the
// record, taken a merge back, revoked or forgotten it. What is written then must not belong to a device that is no more.

/** Sources whose clients are rows; what comes by the others has no client that could have moved. */
const clientSources: ReadonlySet<InventorySource> = new Set<InventorySource>(['native', 'glpi', 'ocs', 'osquery']);
const maxMerges = 32;

/** Finds the device that a client's report belongs to by now. Within the transaction that writes the report. */
export const reportingDevice = (db: Database): ((device: number, source: InventorySource) => number) => {
  const sql = statements(db);
  const stateOf = sql.value<[number], string>('select state from device where id = ?');
  const speaks = sql.has<[number, string]>(
    `select 1 from device_source where device = ? and source = ? and state in ('pending', 'approved', 'held') limit 1`,
  );
  const wasParted = sql.value<[number], number>(
    'select 1 from device_merge where keep = ? and undone_at is not null limit 1',
  );
  const keptAs = sql.value<[number], number>(
    'select keep from device_merge where other = ? and undone_at is null order by id desc limit 1',
  );

  return (device, source) => {
    let id: number | undefined = device;
    for (let merges = 0; id !== undefined && merges < maxMerges; merges += 1) {
      const state = stateOf(id);
      if (state === undefined) {
        id = keptAs(id);
        continue;
      }
      if (!clientSources.has(source)) return id;
      // A client that went back with the other half of a merge no longer speaks for this one.
      if (state !== 'revoked' && (speaks(id, source) || wasParted(id) === undefined)) return id;
      break;
    }
    // A client that may still report is bound to the right device at its next report.
    throw new AppError('OVERLOADED', 'the device has changed meanwhile; repeat the report');
  };
};
