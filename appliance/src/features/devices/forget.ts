import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, asWriter, systemActor } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { forgetQueries } from './forget-queries.ts';
import { mergeStore } from './merge-store.ts';
import { type RemoveRows, rowRemover } from './moved-row-store.ts';
import { assertReached } from './reach-queries.ts';
import type { DeviceStore } from './store.ts';
import type { DerivedOfDevice, Device } from './types.ts';

// Records that go: by an administrator, or unseen for a long time and never heard by this site. What a
// managed device holds never goes by itself.

type ForgetParts = {
  db: Database;
  store: DeviceStore;
  objects: ObjectService;
  events: EventService;
  changed: Changed;
  /** What the inventory holds of a device. */
  forgetInventory: (device: number) => void;
  derived: readonly DerivedOfDevice[];
  clock: () => number;
  idleDays: () => number;
};

const dayMs = 86_400_000;
const batch = 500;
const keptMergeDays = 365;
const maxNamed = 20;
/** The journal keeps what happened; the components are the derived features' own. */
const kept = new Set(['event', 'section', 'change_log', 'device_component', 'device_component_log', 'item_aside']);

/** Removal of records. */
export const deviceForgetting = (parts: ForgetParts) => {
  const { db, store, objects, events, changed, derived, clock } = parts;
  const merges = mergeStore(db);
  const { idle, strays } = forgetQueries(db);
  const forgetDecision = (actor: Actor, publicId: string): void => {
    if (objects.find('device-decision', publicId) !== undefined)
      objects.remove(asWriter(actor, 'devices:write'), 'device-decision', publicId);
  };
  const parkedOf = (keep: number): number[] => merges.ofDevice(keep).map(({ id }) => id);
  const dropMerge = (actor: Actor, id: number): void => {
    parts.forgetInventory(-id);
    const other = merges.one(id)?.otherPublicId;
    merges.remove(id);
    if (other !== undefined) forgetDecision(actor, other);
  };

  const remove = (actor: Actor, device: Device, removeRows: RemoveRows): void => {
    for (const id of parkedOf(device.id)) dropMerge(actor, id);
    parts.forgetInventory(device.id);
    for (const one of derived) one.forget(device.id);
    const resembling = merges.resembling(device.id);
    merges.setResembles(resembling, null);
    changed('client', resembling);
    removeRows(device.id);
    forgetDecision(actor, device.publicId);
    merges.removeDevice(device.id);
  };

  return {
    forget: (actor: Actor, id: number): void => {
      assertReached(db, actor, [id]);
      immediate(db, () => {
        const device = store.byId(id);
        if (device === undefined) throw new AppError('NOT_FOUND', 'no such device');
        if (device.state === 'managed' || device.state === 'held')
          throw new AppError('CONFLICT', 'the device may still come in; revoke it first');
        remove(actor, device, rowRemover(db, kept));
        events.record('device-forgotten', {
          actor: actorRef(actor),
          params: { device: device.publicId, name: device.hostname },
        });
      });
    },
    /** Idle records, sections of records that are gone, merges that are too old to be undone. Returns how many records went. */
    expire: (): number => {
      const before = clock() - parts.idleDays() * dayMs;
      const removeRows = rowRemover(db, kept);
      let count = 0;
      for (let found = batch; found === batch; count += found) {
        // Each step with its own event: none goes unsaid, whenever this ends.
        found = immediate(db, () => {
          const records = idle(before, batch).flatMap((id) => store.byId(id) ?? []);
          for (const device of records) remove(systemActor, device, removeRows);
          const names = records.slice(0, maxNamed).map((device) => device.hostname || device.publicId);
          if (records.length > 0)
            events.record('devices-expired', {
              params: { count: records.length, names: names.join(', ').slice(0, 1_000) },
            });
          return records.length;
        });
      }
      for (const device of strays(batch)) {
        parts.forgetInventory(device);
        for (const one of derived) one.forget(device);
      }
      for (const { id } of merges.old(clock() - keptMergeDays * dayMs)) immediate(db, () => dropMerge(systemActor, id));
      return count;
    },
  };
};
