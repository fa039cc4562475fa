import { createHash } from 'node:crypto';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import type { InventoryService } from '../../src/engine/inventory/service.ts';
import { deviceRows } from '../../src/features/devices/row-store.ts';
import type { Database } from '../../src/platform/database.ts';
import { AT_ONCE, pendingOf } from '../../src/platform/pending.ts';

type NewDevice = {
  state?: string;
  hostname?: string;
  os?: string;
  kind?: string;
  from?: string | null;
  createdAt?: number;
  lastSeenAt?: number | null;
};

/** Rows of devices as enrolment leaves them, with what follows from them, without the certificates; the ids. */
export const addDevices = (db: Database, devices: readonly NewDevice[]): number[] => {
  const insert = db.prepare(
    `insert into device (public_id, state, kind, hostname, os, arch, from_address, created_at, last_seen_at)
     values (@publicId, @state, @kind, @hostname, @os, 'amd64', @from, @createdAt, @lastSeenAt)`,
  );
  const start = db.prepare<[], number>('select coalesce(max(id), 0) from device').pluck().get() ?? 0;
  return db.transaction(() => {
    const ids = devices.map((device, index) => {
      const n = start + index + 1;
      const row = {
        publicId: `device-${n}`,
        state: 'managed',
        kind: 'computer',
        hostname: `host-${n}`,
        os: 'linux',
        from: '192.0.2.1',
        createdAt: 0,
        lastSeenAt: null,
        ...device,
      };
      return Number(insert.run(row).lastInsertRowid);
    });
    const rows = deviceRows(db);
    for (let at = 0; at < ids.length; at += AT_ONCE) rows.derive(ids.slice(at, at + AT_ONCE));
    pendingOf(db, 'status').note(ids);
    return ids;
  })();
};

/** Stores a section as if the device's own agent had sent it. */
export const reportSection = (
  inventory: Pick<InventoryService, 'putSection'>,
  device: number,
  collection: string,
  items: readonly Record<string, unknown>[],
): void => {
  inventory.putSection({
    device,
    collection,
    source: 'native',
    hash: createHash('sha256').update(canonicalJson(items)).digest('hex'),
    collectedAt: '2026-11-24T10:00:00Z',
    items,
  });
};
