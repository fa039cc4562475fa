import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { InventorySource, InventoryTransfer } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { devicesReached, groupsReached, type Scope } from '../../platform/scope.ts';
import { sameUuid } from './identity.ts';
import {
  type MergedDecision,
  type MovedRecord,
  mergeDecision,
  mergeRecords,
  unmergeDecision,
  unmergeRecords,
} from './merge-decision.ts';
import { type DeviceRow, mergedRow, type RowChanges, unmergedRow } from './merge-row.ts';
import { type MergeRow, type MergeStore, mergeStore } from './merge-store.ts';
import { deviceTables, moveRows, moveRowsBack } from './moved-row-store.ts';
import { assertReached } from './reach-queries.ts';
import type { DerivedOfDevice, DeviceMerge, MergedSection, MergeReport } from './types.ts';

// Two records that are one device. Everything of the other one moves to the record that is kept, and what has no place
// there is set aside; the other record is gone. What moved and what was set aside is written down, so that it can be
// undone: what has come since through a client that goes back goes back with it. Each of both is one transaction.

type MergeParts = {
  db: Database;
  objects: ObjectService;
  events: EventService;
  changed: Changed;
  inventory: InventoryTransfer;
  derived: readonly DerivedOfDevice[];
  clock: () => number;
  flush: () => void;
  /** Runs what moves sections without taking them for news about the hardware. */
  withoutIdentity: <T>(work: () => T) => T;
};

type Section = MergedSection;

type Data = {
  row: DeviceRow;
  changes: RowChanges;
  resembling: number[];
  /** Sources that only the other record had. */
  sources: InventorySource[];
  sourceStates: { id: number; state: string }[];
  sections: Section[];
  parked: (Section & { of: 'keep' | 'other' })[];
  log: { ids: number[]; last: number };
  decision: MergedDecision;
  records: MovedRecord[];
  derived: Record<string, { keep: unknown; other: unknown }>;
};

/**
 * Moved in a way of their own, or not at all: events are part of the journal's chain and keep their number, and rows of the
 * list are derived.
 */
const ownWay = new Set([
  'section',
  'change_log',
  'array_change',
  'event',
  'device_component',
  'device_component_log',
  'item_aside',
  'device_row',
]);
const maxListed = 500;

/** Derived again from the rest. */
const derivedTables = new Set(['device_status', 'device_findings', 'device_coverage', 'device_tag']);

/** Merging of records and its undo. */
export const deviceMerges = (parts: MergeParts) => {
  const { db, objects, events, changed, inventory, derived, clock } = parts;
  const store: MergeStore = mergeStore(db);

  const found = (id: number): DeviceRow & { reported: string } => {
    const device = store.device(id);
    if (device === undefined) throw new AppError('NOT_FOUND', 'no such device');
    return device;
  };
  const row = (id: number): DeviceRow => {
    const { reported: _, ...device } = found(id);
    return device;
  };

  /**
   * A device's hardware UUID, null where its reports know of none: a client made it up when it enrolled (osquery without DMI),
   * which tells no two devices apart.
   */
  const reportedUuid = (id: number): string | null => {
    const device = found(id);
    const reported = JSON.parse(device.reported) as string[];
    return reported.length > 0 && reported.every((uuid) => uuid === '') ? null : device.uuid;
  };

  const moveSections = (merge: number, keep: number, other: number): Pick<Data, 'sections' | 'parked'> => {
    const held = new Map(inventory.heldSections(keep).map((one) => [`${one.collection} ${one.source}`, one]));
    const sections: Section[] = [];
    const parked: Data['parked'] = [];
    for (const { collection, source, collectedAt } of inventory.heldSections(other)) {
      const same = held.get(`${collection} ${source}`);
      const section = { collection, source: source };
      if (same !== undefined && same.collectedAt >= collectedAt) {
        inventory.moveSection(section, other, -merge);
        parked.push({ ...section, of: 'other' });
        continue;
      }
      if (same !== undefined) {
        inventory.moveSection(section, keep, -merge);
        parked.push({ ...section, of: 'keep' });
      }
      inventory.moveSection(section, other, keep);
      sections.push(section);
    }
    return { sections, parked };
  };

  /** Clients that waited as another device are approved where the device is. */
  const letIn = (keep: DeviceRow, other: DeviceRow, state: string): Data['sourceStates'] => {
    const waited = [keep, other]
      .filter((device) => device.state !== 'managed')
      .flatMap((device) => store.sources(device.id))
      .filter((source) => source.state === 'held' || (source.state === 'pending' && state === 'managed'));
    for (const source of waited) store.setSourceState(source.id, state === 'managed' ? 'approved' : 'pending');
    return waited.map(({ id, state: before }) => ({ id, state: before }));
  };

  const work = (actor: Actor, keepId: number, otherId: number): { merge: number; report: MergeReport } => {
    const keep = row(keepId);
    const other = row(otherId);
    if (keepId === otherId)
      throw new AppError('CONFLICT', 'a device cannot be merged with itself', { reason: 'itself' });
    for (const device of [keep, other]) {
      if (device.state === 'revoked')
        throw new AppError('CONFLICT', `device ${device.public_id} is revoked`, { reason: 'revoked' });
      if (device.kind === 'directory')
        throw new AppError('CONFLICT', 'a directory is no device', { reason: 'directory' });
    }
    const [own, others] = [reportedUuid(keepId), reportedUuid(otherId)];
    if (own !== null && others !== null && !sameUuid(own, others))
      throw new AppError('CONFLICT', 'their hardware UUIDs differ: they are two devices', { reason: 'uuid' });
    const merge = store.insert({
      keep: keepId,
      other: otherId,
      otherPublicId: other.public_id,
      at: clock(),
      actor: actorRef(actor),
    });
    const changes = mergedRow(keep, other, own ?? others);
    const state = String(changes.state?.[1] ?? keep.state);
    const sourcesOfOther = store.sources(otherId);
    // A section may have come without a client: from a medium, say.
    const sourcesOf = (id: number): Set<InventorySource> =>
      new Set([...store.sources(id), ...inventory.heldSections(id)].map(({ source }) => source as InventorySource));
    const ofKeep = sourcesOf(keepId);
    const sources = [...sourcesOf(otherId)].filter((source) => !ofKeep.has(source));
    const lastChange = inventory.lastChange();
    const derivedBefore = Object.fromEntries(
      derived.map((one) => [one.name, { keep: one.keep(keepId), other: one.keep(otherId) }]),
    );
    for (const one of derived) one.forget(otherId);
    const resembling = store.resembling(otherId);
    store.setResembles(resembling, keepId);
    changed('client', resembling);
    const sourceStates = letIn(keep, other, state);
    const moved = parts.withoutIdentity(() =>
      inventory.rearrange([keepId, otherId], [keepId], () => ({
        ...moveSections(merge, keepId, otherId),
        ids: inventory.moveChanges(otherId, keepId, 'all'),
      })),
    );
    const tables = deviceTables(db, ownWay).map((table) =>
      moveRows(db, table, otherId, keepId, derivedTables.has(table.name)),
    );
    store.removeDevice(otherId);
    store.setColumns(keepId, Object.fromEntries(Object.entries(changes).map(([name, [, after]]) => [name, after])));
    store.reassignMacs(keepId);
    const macs = row(keepId).macs;
    if (macs !== keep.macs) changes.macs = [keep.macs, macs];
    else delete changes.macs;
    changed('device', [keepId]);
    const decision = mergeDecision(objects, actor, keep.public_id, other.public_id);
    const data: Data = {
      row: other,
      changes,
      resembling,
      sources,
      sourceStates,
      sections: moved.sections,
      parked: moved.parked,
      log: { ids: moved.ids, last: lastChange },
      decision,
      records: mergeRecords(objects, actor, store.recordsOfParts(other.public_id), keep.public_id, other.public_id),
      derived: derivedBefore,
    };
    const touched = tables.filter((table) => table.moved.length + table.stashed.length > 0);
    store.setData(merge, data, touched);
    events.record('device-merged', {
      device: keepId,
      actor: actorRef(actor),
      params: { device: keep.public_id, other: other.public_id, merge },
    });
    const letInIds = new Set(sourceStates.map(({ id }) => id));
    const report: MergeReport = {
      keep: keepId,
      other: otherId,
      sources: sourcesOfOther
        .filter((source) => source.state !== 'replaced' && source.state !== 'revoked')
        .map((source) => ({
          source: source.source as InventorySource,
          agent: source.agent,
          letIn: state === 'managed' && letInIds.has(source.id),
        })),
      sections: [
        ...moved.sections.map((section) => ({
          ...section,
          from: moved.parked.some((one) => one.collection === section.collection && one.source === section.source)
            ? ('both' as const)
            : ('other' as const),
          kept: 'other' as const,
        })),
        ...moved.parked
          .filter(({ of }) => of === 'other')
          .map(({ collection, source }) => ({
            collection,
            source: source,
            from: 'both' as const,
            kept: 'keep' as const,
          })),
      ],
      changes: moved.ids.length,
      decision: Object.fromEntries(Object.entries(decision.filled).map(([name, { after }]) => [name, after])),
      rows: Object.fromEntries(
        touched
          .filter(({ name }) => !derivedTables.has(name))
          .map(({ name, moved: rows, stashed }) => [name, { moved: rows.length, aside: stashed.length }]),
      ),
    };
    return { merge, report };
  };

  const undo = (actor: Actor, merge: MergeRow): void => {
    const { keep: keepId, other: otherId } = merge;
    if (merge.undoneAt !== null) throw new AppError('CONFLICT', 'the merge is undone already');
    const now = store.device(keepId);
    if (now === undefined) throw new AppError('CONFLICT', 'the device is part of another one; undo that merge first');
    if (store.ofDevice(keepId)[0]?.id !== merge.id)
      throw new AppError('CONFLICT', 'something was merged into the device since; undo that first');
    const data = JSON.parse(merge.data) as Data;
    const tables = new Map(deviceTables(db, ownWay).map((table) => [table.name, table]));
    const isRevoked = now.state === 'revoked';
    const { resembles } = data.row;
    store.insertDevice({
      ...data.row,
      // The device that it was held for may be gone.
      resembles: resembles !== null && store.device(resembles) !== undefined ? resembles : null,
      // Who was revoked as one device does not come back as two.
      ...(isRevoked ? { state: 'revoked', revoked_at: now.revoked_at } : {}),
    });
    const moveBack = () =>
      inventory.rearrange([keepId, otherId], [keepId, otherId], () => {
        const held = inventory.heldSections(keepId);
        const back = held.filter(
          (one) =>
            data.sources.includes(one.source) ||
            data.sections.some((section) => section.collection === one.collection && section.source === one.source),
        );
        for (const section of back) inventory.moveSection(section, keepId, otherId);
        for (const { of, ...section } of data.parked)
          inventory.moveSection(section, -merge.id, of === 'keep' ? keepId : otherId);
        inventory.moveChanges(keepId, otherId, data.log.ids);
        inventory.moveChanges(keepId, otherId, { after: data.log.last, sources: data.sources });
        for (const rows of store.rows(merge.id)) {
          const table = tables.get(rows.name);
          if (table !== undefined) moveRowsBack(db, table, rows, keepId, otherId);
        }
        store.moveSources(data.sources, keepId, otherId);
        store.moveCertificates(keepId, otherId);
        for (const { id, state } of data.sourceStates) {
          // One that was revoked or replaced since stays so.
          const held = [...store.sources(keepId), ...store.sources(otherId)].find((source) => source.id === id);
          if (held?.state === 'approved' || held?.state === 'pending') store.setSourceState(id, state);
        }
        for (const one of derived) {
          one.putBack(keepId, data.derived[one.name]?.keep ?? null);
          one.putBack(otherId, data.derived[one.name]?.other ?? null);
        }
      });
    parts.withoutIdentity(moveBack);
    store.setColumns(keepId, isRevoked ? {} : unmergedRow(row(keepId), data.changes));
    store.reassignMacs(keepId);
    store.reassignMacs(otherId);
    store.setResembles(
      data.resembling.filter((id) => store.device(id)?.resembles === keepId),
      otherId,
    );
    changed('device', [keepId, otherId]);
    unmergeDecision(objects, actor, now.public_id, data.decision);
    unmergeRecords(objects, actor, data.records);
    store.setUndone(merge.id, clock(), actorRef(actor));
    events.record('device-unmerged', {
      device: keepId,
      actor: actorRef(actor),
      params: { device: now.public_id, other: data.row.public_id, merge: merge.id },
    });
  };

  /** Whether the record that is kept is in reach, and the other one will be once they are two again. */
  const bothReached = (scope: Scope): ((merge: Pick<MergeRow, 'keep' | 'otherPublicId'>) => boolean) => {
    const groups = groupsReached(db, scope);
    if (groups === undefined) return () => true;
    const reached = devicesReached(db, scope);
    const groupOf = (publicId: string): unknown =>
      objects.find('device-decision', publicId, { deleted: true })?.body['group'];
    return ({ keep, otherPublicId }) => reached?.[keep] === 1 && groups.has(String(groupOf(otherPublicId)));
  };

  return {
    merge: (actor: Actor, keep: number, other: number): number => {
      assertReached(db, actor, [keep, other]);
      parts.flush();
      return immediate(db, () => work(actor, keep, other)).merge;
    },
    /** What a merge would do. */
    preview: (actor: Actor, keep: number, other: number): MergeReport => {
      assertReached(db, actor, [keep, other]);
      parts.flush();
      const found: { report?: MergeReport } = {};
      const rollBack = new Error('only looked at');
      try {
        immediate(db, () => {
          found.report = work(actor, keep, other).report;
          throw rollBack;
        });
      } catch (error) {
        if (error !== rollBack) throw error;
      }
      if (found.report === undefined) throw new AppError('INTERNAL', 'no report of a merge');
      return found.report;
    },
    undo: (actor: Actor, id: number): { keep: number; other: number } => {
      const scope = scopeOf(actor, 'devices:write');
      parts.flush();
      return immediate(db, () => {
        const merge = store.one(id);
        if (merge === undefined || !bothReached(scope)(merge)) throw new AppError('NOT_FOUND', 'no such merge');
        undo(actor, merge);
        return { keep: merge.keep, other: merge.other };
      });
    },
    keptAs: (otherPublicId: string): number | undefined => store.keepOf(otherPublicId),
    records: (device: number): number[] => store.records(device),
    list: (of: number | Scope): DeviceMerge[] =>
      (typeof of === 'number' ? store.ofDevice(of) : store.open(of, maxListed).filter(bothReached(of))).map(
        ({ id, keep, otherPublicId, at, actor, data }) => ({
          id,
          keep,
          otherPublicId,
          otherName: (JSON.parse(data) as Data).row.hostname,
          at,
          actor,
        }),
      ),
  };
};

export type DeviceMerges = ReturnType<typeof deviceMerges>;
