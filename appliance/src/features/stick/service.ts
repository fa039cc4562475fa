import { setImmediate as yieldTurn } from 'node:timers/promises';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, immediate } from '../../platform/database.ts';
import { toFailure } from '../../platform/errors.ts';
import type { DeviceService } from '../devices/service.ts';
import type { Device, Discovery } from '../devices/types.ts';
import type { EventService } from '../events/service.ts';
import type { DecodedReport } from '../inventory/report-types.ts';
import { sectionHash } from '../inventory/section-hash.ts';
import type { InventoryService } from '../inventory/service.ts';
import { type Actor, actorRef, requireRight } from '../objects/types.ts';
import { decodeStick, type StickFile } from './decode.ts';
import { type StickInput, stickInputs } from './files.ts';
import type { StickLimits, StickRefusal, StickResult, StickRow } from './types.ts';

export type StickService = {
  /** What an import of the file would do; changes nothing. */
  preview(path: string, options?: { name?: string }): Promise<StickResult>;
  /** Stores what the file holds; `approve` lets in the machines that nobody has decided about. */
  import(actor: Actor, path: string, options?: { name?: string; approve?: boolean }): Promise<StickResult>;
};

export type StickParts = {
  db: Database;
  inventory: InventoryService;
  devices: DeviceService;
  events: EventService;
  clock?: () => number;
  limits?: StickLimits;
};

const standardLimits: StickLimits = {
  maxFileBytes: 16 * 1024 * 1024,
  maxFiles: 2_000,
  maxTotalBytes: 1024 * 1024 * 1024,
};

const refusalOf = (error: unknown): StickRefusal | undefined => {
  const { code } = toFailure(error);
  if (code === 'MALFORMED' || code === 'UNSUPPORTED_TYPE') return 'format';
  if (code === 'HASH_MISMATCH') return 'damaged';
  return code === 'TOO_LARGE' ? 'too-large' : undefined;
};

const nothing = { device: null, hostname: null, collectedAt: null, sections: {}, dropped: {} };

/** Takes inventories that a medium brought. */
export const stickService = (parts: StickParts): StickService => {
  const { db, inventory, devices, events } = parts;
  const clock = parts.clock ?? nowMs;
  const limits = parts.limits ?? standardLimits;
  const collections = new Set(
    inventory
      .collections()
      .filter(({ doors }) => doors.includes('stick'))
      .map(({ name }) => name),
  );

  /** The file's sections that are newer than what the stick brought, or other at the same time. */
  const newsOf = (
    report: DecodedReport,
    device: number,
  ): { report: DecodedReport; state: 'stored' | 'same' | 'older' } => {
    const held = new Map(
      inventory.sectionsOf(device).flatMap((row) => (row.door === 'stick' ? [[row.collection, row]] : [])),
    );
    const isOlder = (collection: string, at: number): boolean => (held.get(collection)?.collectedAt ?? 0) > at;
    const fresh = report.sections.filter(
      ({ collection, collectedAt }) => !isOlder(collection, Date.parse(collectedAt)),
    );
    const changed = fresh.filter(({ collection, items }) => {
      if (!collections.has(collection)) return false;
      try {
        return sectionHash(items) !== held.get(collection)?.hash;
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
        ? [...held].some(([name, { count }]) => count > 0 && !report.sections.some((one) => one.collection === name))
        : false;
    return {
      report: { ...report, sections: fresh, full: report.full && isWhole },
      state: changed.length > 0 || emptied ? 'stored' : olderOnly ? 'older' : 'same',
    };
  };

  const seenOf = ({ report, collectedAt }: StickFile): Discovery | undefined => {
    const { facts } = report;
    if (facts === undefined) return undefined;
    if (facts.hostname === '' && facts.uuid === null && facts.serial === null && facts.macs.length === 0)
      return undefined;
    return { method: 'agent', at: collectedAt, facts, names: [facts.hostname] };
  };

  const countsOf = (report: DecodedReport): Record<string, number> =>
    Object.fromEntries(
      report.sections
        .filter(({ collection }) => collections.has(collection))
        .map(({ collection, items }) => [collection, items.length]),
    );

  type Read = { input: StickInput; file: StickFile; seen: Discovery };

  const read = async (input: StickInput): Promise<Read | StickRow> => {
    const refused = (reason: StickRefusal): StickRow => ({ name: input.name, state: 'refused', reason, ...nothing });
    if ('refused' in input) return refused(input.refused);
    try {
      const file = await decodeStick(input.bytes, { fileTime: input.modifiedAt, now: clock() });
      const seen = seenOf(file);
      return seen === undefined ? refused('no-machine') : { input, file, seen };
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      return refused(reason);
    }
  };

  const rowOf = (
    { input, file, seen }: Read,
    state: StickRow['state'],
    device: Device | undefined,
    report = file.report,
  ): StickRow => ({
    name: input.name,
    state,
    reason: null,
    device: device?.publicId ?? null,
    hostname: seen.facts.hostname ?? null,
    collectedAt: file.collectedAt,
    sections: countsOf(report),
    dropped: file.report.dropped,
  });

  const judge = (one: Read): StickRow => {
    const device = devices.recognise(one.seen);
    if (device === undefined) return rowOf(one, 'new', undefined);
    if (device.state !== 'managed') return rowOf(one, 'waits', device);
    const { report, state } = newsOf(one.file.report, device.id);
    return rowOf(one, state, device, report);
  };

  const take = (actor: Actor, one: Read, approve: boolean): StickRow =>
    immediate(db, () => {
      const before = judge(one);
      const introduced = devices.introduce(actor, { ...one.seen, clientId: one.file.report.sender ?? '' });
      if (introduced === undefined) return { ...rowOf(one, 'refused', undefined), reason: 'too-many-devices' };
      let { device } = introduced;
      if (approve && device.state === 'pending') device = devices.approve(actor, device.id);
      if (device.state !== 'managed') return rowOf(one, before.state === 'new' ? 'new' : 'waits', device);
      const { report, state } = newsOf(one.file.report, device.id);
      if (state !== 'stored') return rowOf(one, state, device, report);
      const { dropped } = inventory.putReport(device.id, 'stick', report, one.file.collectedAt);
      return { ...rowOf(one, 'stored', device, report), dropped };
    });

  const rows = async (path: string, name: string | undefined, each: (one: Read) => StickRow): Promise<StickResult> => {
    const found: StickRow[] = [];
    for await (const input of stickInputs(path, limits, ...(name === undefined ? [] : [name]))) {
      const one = await read(input);
      found.push('state' in one ? one : each(one));
      // Others are served between two machines.
      await yieldTurn();
    }
    return { rows: found };
  };

  return {
    preview: (path, { name } = {}) => rows(path, name, judge),
    import: async (actor, path, { name, approve = false } = {}) => {
      requireRight(actor, 'devices:write');
      const result = await rows(path, name, (one) => take(actor, one, approve));
      const count = (state: StickRow['state']): number => result.rows.filter((row) => row.state === state).length;
      events.record('stick-imported', {
        actor: actorRef(actor),
        ...(actor.from === undefined ? {} : { from: actor.from }),
        params: {
          files: result.rows.length,
          stored: count('stored'),
          waiting: count('new') + count('waits'),
          refused: count('refused'),
        },
      });
      return result;
    },
  };
};
