import { isIP } from 'node:net';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Item, SectionRow } from '../../engine/inventory/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { wholeSite } from '../../platform/scope.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import type { DeviceService } from '../devices/service.ts';
import type { Method, Seen } from './types.ts';

const batch = 100;
const maxEntries = 32;
const maxFound = 4_096;
const pageRows = 1_000;

const isoOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** Rows as they were read, back on the wire. */
const itemOf = ({ id: _id, _source, _collectedAt, ...row }: SectionRow): Item =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      value === null ? [] : [[name, name.endsWith('At') && typeof value === 'number' ? isoOf(value) : value]],
    ),
  );

/** Without what is no address. */
const reachable = (seen: Seen): Seen => ({
  ...seen,
  addresses: seen.addresses.filter((address) => isIP(address) !== 0),
});

const distinct = (values: readonly string[]): string[] => [...new Set(values)].slice(0, maxEntries).sort();

/** Keeps what was seen: a record of each device, and per method a row of the collection `discovery`. */
export const discoveryRecorder = (parts: {
  db: Database;
  devices: Pick<DeviceService, 'discover' | 'seenAgain'>;
  inventory: Pick<InventoryService, 'list' | 'putSection' | 'section'>;
}) => {
  const { db, devices, inventory } = parts;

  const put = (device: number, items: readonly Item[], at: number): void => {
    const sorted = [...items].sort((a, b) => (String(a['method']) < String(b['method']) ? -1 : 1));
    inventory.putSection({
      device,
      collection: 'discovery',
      source: 'network',
      hash: sectionHash(sorted),
      collectedAt: isoOf(at),
      items: sorted,
    });
  };

  const rowsOf = (device: number): Item[] => inventory.section(device, 'discovery').map(itemOf);

  /**
   * A bare address or a short name says nothing to the device feature, which would make a record each time: it is who had
   * that row of the same finder before.
   */
  const knownRow = (seen: Seen): number | undefined => {
    if ((seen.macs ?? []).length > 0 || seen.uuid || seen.serial) return undefined;
    if (seen.names.some((name) => name.includes('.'))) return undefined;
    const { method, by } = seen;
    const [name, address] = [seen.names[0], seen.addresses[0]];
    if (name === undefined && address === undefined) return undefined;
    const own = name === undefined ? { addresses: address ?? '' } : { label: name };
    const { rows } = inventory.list({
      scope: wholeSite('job'),
      collection: 'discovery',
      where: { method, by, ...own },
      limit: 1,
    });
    return rows[0] === undefined ? undefined : Number(rows[0]['_device']);
  };

  const keep = (seen: Seen): { device: number; created: boolean } | undefined => {
    const known = knownRow(seen);
    if (known !== undefined) devices.seenAgain(known, seen.at);
    const found =
      known === undefined
        ? devices.discover({
            method: seen.method,
            at: seen.at,
            facts: {
              uuid: seen.uuid ?? null,
              serial: seen.serial ?? null,
              macs: seen.macs ?? [],
              hostname: seen.names[0] ?? seen.addresses[0] ?? '',
              os: seen.os ?? '',
              ...defined({ kind: seen.kind }),
            },
            addresses: seen.addresses,
            names: seen.names,
          })
        : { device: { id: known }, created: false };
    if (found === undefined) return undefined;
    const device = found.device.id;
    const rows = rowsOf(device);
    const previous = rows.find((row) => row['method'] === seen.method);
    const row: Item = {
      method: seen.method,
      label: (seen.names[0] ?? seen.addresses[0] ?? seen.macs?.[0] ?? '?').slice(0, 255),
      addresses: distinct(seen.addresses),
      names: distinct(seen.names),
      macs: distinct(seen.macs ?? []),
      ports: (seen.ports ?? []).map(String),
      by: seen.by.slice(0, 200),
      visible: seen.visible,
      firstSeenAt: previous?.['firstSeenAt'] ?? isoOf(seen.at),
      lastSeenAt: isoOf(seen.at),
    };
    put(device, [...rows.filter((other) => other['method'] !== seen.method), row], seen.at);
    return { device, created: found.created };
  };

  /** What this method and this finder no longer see stays, and is no longer visible. */
  const hide = (method: Method, by: string, seenNow: ReadonlySet<number>, at: number): number => {
    const gone: number[] = [];
    for (let after: string | undefined; ; ) {
      const page = inventory.list({
        scope: wholeSite('job'),
        collection: 'discovery',
        where: { method, by, visible: true },
        limit: pageRows,
        ...defined({ after }),
      });
      gone.push(...page.rows.map((row) => Number(row['_device'])).filter((device) => !seenNow.has(device)));
      if (page.next === undefined) break;
      after = page.next;
    }
    for (let from = 0; from < gone.length; from += batch) {
      immediate(db, () => {
        for (const device of gone.slice(from, from + batch))
          put(
            device,
            rowsOf(device).map((row) => (row['method'] === method ? { ...row, visible: false } : row)),
            at,
          );
      });
    }
    return gone.length;
  };

  return {
    /** Keeps all that one look has seen; in small transactions, so that reports get in between. */
    keepAll: async (all: readonly Seen[]): Promise<{ devices: Set<number>; created: number }> => {
      const kept = new Set<number>();
      let created = 0;
      for (let from = 0; from < all.length; from += batch) {
        immediate(db, () => {
          for (const seen of all.slice(from, from + batch)) {
            const found = keep(reachable(seen));
            if (found === undefined) continue;
            kept.add(found.device);
            if (found.created) created += 1;
          }
        });
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { devices: kept, created };
    },
    /** Keeps what one report tells of others, in the caller's transaction; the records, in their order. */
    keepFound: (found: readonly Seen[], by: string): number[] =>
      found.slice(0, maxFound).flatMap((seen) => keep(reachable({ ...seen, by }))?.device ?? []),
    hide,
  };
};

export type DiscoveryRecorder = ReturnType<typeof discoveryRecorder>;
