import { setImmediate as yieldTurn } from 'node:timers/promises';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { DecodedReport, InventorySource } from '../../engine/inventory/types.ts';
import { type Actor, byWhom, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { toFailure } from '../../platform/errors.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { keepFoundDevice, seenOf } from '../agents/glpi/found-device.ts';
import type { DeviceService } from '../devices/service.ts';
import type { Device, Discovery } from '../devices/types.ts';
import type { DiscoveryService } from '../discovery/service.ts';
import { decodeOffline, type OfflineFile } from './decode.ts';
import { type OfflineInput, offlineInputs } from './files.ts';
import type { OfflineLimits, OfflineRefusal, OfflineResult, OfflineRow } from './types.ts';

export type OfflineImport = {
  /** What an import of the file would do; changes nothing. */
  preview(path: string, options?: { name?: string }): Promise<OfflineResult>;
  /** Stores what the file holds; `approve` approves the machines without a decision. */
  import(actor: Actor, path: string, options?: { name?: string; approve?: boolean }): Promise<OfflineResult>;
};

type OfflineParts = {
  db: Database;
  inventory: InventoryService;
  devices: DeviceService;
  discovery: Pick<DiscoveryService, 'keepFound'>;
  events: EventService;
  clock?: () => number;
  limits?: OfflineLimits;
};

const standardLimits: OfflineLimits = {
  maxFileBytes: 16 * 1024 * 1024,
  maxFiles: 2_000,
  maxTotalBytes: 1024 * 1024 * 1024,
};

const refusalOf = (error: unknown): OfflineRefusal | undefined => {
  const { code } = toFailure(error);
  if (code === 'MALFORMED' || code === 'UNSUPPORTED_TYPE') return 'format';
  if (code === 'HASH_MISMATCH') return 'damaged';
  return code === 'TOO_LARGE' ? 'too-large' : undefined;
};

const nothing = { device: null, hostname: null, collectedAt: null, sections: {}, dropped: {} };

/** Takes inventories that a medium brought. */
export const offlineImportService = (parts: OfflineParts): OfflineImport => {
  const { db, inventory, devices, discovery, events } = parts;
  const clock = parts.clock ?? nowMs;
  const limits = parts.limits ?? standardLimits;
  const taken = (source: InventorySource): ReadonlySet<string> =>
    new Set(
      inventory
        .collections()
        .filter(({ sources }) => sources.includes(source))
        .map(({ name }) => name),
    );
  const collectionsOf = { offline: taken('offline'), network: taken('network') };
  const sourceOf = ({ isFound }: OfflineFile): 'offline' | 'network' => (isFound ? 'network' : 'offline');

  /** The file's sections that are newer than what its source brought, or other at the same time. */
  const newsOf = (file: OfflineFile, device: number): { report: DecodedReport; state: 'stored' | 'same' | 'older' } => {
    const { report } = file;
    const source = sourceOf(file);
    const collections = collectionsOf[source];
    const held = new Map(
      inventory.sectionsOf(device).flatMap((row) => (row.source === source ? [[row.collection, row]] : [])),
    );
    const isOlder = (collection: string, at: number): boolean => (held.get(collection)?.collectedAt ?? 0) > at;
    const fresh = report.sections.filter(
      ({ collection, collectedAt }) => !isOlder(collection, Date.parse(collectedAt)),
    );
    const changed = fresh.filter(({ collection, items, onto }) => {
      if (!collections.has(collection)) return false;
      try {
        const whole = onto?.(inventory.held(device, collection, source)) ?? items;
        return sectionHash(whole) !== held.get(collection)?.hash;
      } catch {
        // Canonical JSON has no fractions: what of it fits is found when it is stored.
        return true;
      }
    });
    const isWhole = fresh.length === report.sections.length;
    const known = report.sections.filter(({ collection }) => collections.has(collection));
    const olderOnly = known.length > 0 && known.every((one) => isOlder(one.collection, Date.parse(one.collectedAt)));
    const emptied =
      report.full && isWhole
        ? [...held].some(
            ([name, { count }]) =>
              count > 0 &&
              (report.covers?.has(name) ?? true) &&
              !report.sections.some((one) => one.collection === name),
          )
        : false;
    return {
      report: { ...report, sections: fresh, full: report.full && isWhole },
      state: changed.length > 0 || emptied ? 'stored' : olderOnly ? 'older' : 'same',
    };
  };

  /** Who a machine is; undefined where nothing says it. */
  const whoIs = ({ report, collectedAt, isFound }: OfflineFile): Discovery | undefined => {
    const { facts } = report;
    if (facts === undefined) return undefined;
    const seen = isFound ? seenOf(facts, collectedAt) : undefined;
    if (seen !== undefined)
      return { method: 'agent', at: collectedAt, facts, names: seen.names, addresses: seen.addresses };
    if (isFound || (facts.hostname === '' && facts.uuid === null && facts.serial === null && facts.macs.length === 0))
      return undefined;
    return { method: 'agent', at: collectedAt, facts, names: [facts.hostname] };
  };

  const countsOf = (file: OfflineFile, { sections }: DecodedReport): Record<string, number> =>
    Object.fromEntries(
      sections
        .filter(({ collection }) => collectionsOf[sourceOf(file)].has(collection))
        .map(({ collection, items }) => [collection, items.length]),
    );

  type Read = { input: OfflineInput; file: OfflineFile; seen: Discovery };

  const refusedRow = (name: string, reason: OfflineRefusal): OfflineRow => ({
    name,
    state: 'refused',
    reason,
    ...nothing,
  });

  const read = async (input: OfflineInput): Promise<(Read | OfflineRow)[]> => {
    if ('refused' in input) return [refusedRow(input.name, input.refused)];
    try {
      const files = await decodeOffline(input.bytes, { fileTime: input.modifiedAt, now: clock() });
      // A search reports its progress, too.
      if (files.length === 0) return [refusedRow(input.name, 'no-machine')];
      return files.map((file) => {
        const seen = whoIs(file);
        return seen === undefined ? refusedRow(input.name, 'no-machine') : { input, file, seen };
      });
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      return [refusedRow(input.name, reason)];
    }
  };

  const rowOf = (
    { input, file, seen }: Read,
    state: OfflineRow['state'],
    device: Device | undefined,
    report = file.report,
  ): OfflineRow => ({
    name: input.name,
    state,
    reason: null,
    device: device?.publicId ?? null,
    hostname: seen.facts.hostname || (seen.names?.[0] ?? seen.addresses?.[0] ?? seen.facts.macs?.[0] ?? null),
    collectedAt: file.collectedAt,
    sections: countsOf(file, report),
    dropped: file.report.dropped,
  });

  const judge = (one: Read): OfflineRow => {
    const device = devices.recognise(one.seen);
    if (device === undefined) return rowOf(one, one.file.isFound ? 'found' : 'new', undefined);
    const isOpen = device.state === 'managed' || (one.file.isFound && device.state === 'discovered');
    if (!isOpen) return rowOf(one, 'waits', device);
    const { report, state } = newsOf(one.file, device.id);
    return rowOf(one, state, device, report);
  };

  const takeFound = (one: Read): OfflineRow =>
    immediate(db, () => {
      const before = judge(one);
      if (before.state !== 'found' && before.state !== 'stored') return before;
      const known = before.device === null ? undefined : devices.byPublicId(before.device);
      const report = known === undefined ? one.file.report : newsOf(one.file, known.id).report;
      const kept = keepFoundDevice({ devices, discovery, inventory }, report, {
        at: one.file.collectedAt,
        by: one.file.by,
      });
      if (kept === undefined) return { ...rowOf(one, 'refused', undefined), reason: 'too-many-devices' };
      const device = devices.find(kept.device);
      const dropped = kept.outcome?.dropped ?? before.dropped;
      return { ...rowOf(one, before.state, device, report), dropped };
    });

  const take = (actor: Actor, one: Read, approve: boolean): OfflineRow =>
    immediate(db, () => {
      if (one.file.isFound) return takeFound(one);
      const before = judge(one);
      const introduced = devices.introduce(actor, { ...one.seen, clientId: one.file.report.sender ?? '' });
      if (introduced === undefined) return { ...rowOf(one, 'refused', undefined), reason: 'too-many-devices' };
      let { device } = introduced;
      if (approve && device.state === 'pending') device = devices.approve(actor, device.id);
      if (device.state !== 'managed') return rowOf(one, before.state === 'new' ? 'new' : 'waits', device);
      const { report, state } = newsOf(one.file, device.id);
      if (state !== 'stored') return rowOf(one, state, device, report);
      discovery.keepFound(report.found ?? [], one.file.by);
      const { dropped } = inventory.putReport(device.id, 'offline', report, one.file.collectedAt);
      return { ...rowOf(one, 'stored', device, report), dropped };
    });

  const rows = async (
    path: string,
    name: string | undefined,
    each: (one: Read) => OfflineRow,
  ): Promise<OfflineResult> => {
    const found: OfflineRow[] = [];
    for await (const input of offlineInputs(path, limits, ...(name === undefined ? [] : [name]))) {
      for (const one of await read(input)) {
        found.push('state' in one ? one : each(one));
        // Others are served between two machines.
        await yieldTurn();
      }
    }
    return { rows: found };
  };

  return {
    preview: (path, { name } = {}) => rows(path, name, judge),
    import: async (actor, path, { name, approve = false } = {}) => {
      requireRight(actor, 'devices:write');
      const result = await rows(path, name, (one) => take(actor, one, approve));
      const count = (state: OfflineRow['state']): number => result.rows.filter((row) => row.state === state).length;
      events.record('offline-imported', {
        ...byWhom(actor),
        params: {
          files: result.rows.length,
          stored: count('stored') + count('found'),
          waiting: count('new') + count('waits'),
          refused: count('refused'),
        },
      });
      return result;
    },
  };
};
