import { type Database, immediate } from '../../platform/database.ts';
import type { Door } from '../inventory/types.ts';
import type { DoorSeen, DoorStore } from './door-store.ts';
import type { DeviceStore, Seen } from './store.ts';

// "Last seen" is the one thing that may be lost: a write per check-in would cost more than the check-in itself, so it is
// kept in memory and written once a second in one transaction.

export type LastSeen = {
  /** Of the native door. */
  note(seen: Seen): void;
  noteDoor(door: Door, seen: DoorSeen): void;
  /** Milliseconds of a note that is not written yet. */
  pending(device: number, door: Door): number | undefined;
  flush(): void;
  start(onError: (error: unknown) => void): () => void;
};

const flushMs = 1000;

/** Collects notes of contact and writes them in batches. */
export const lastSeen = (db: Database, store: DeviceStore, doors: DoorStore): LastSeen => {
  const notes = new Map<number, Seen>();
  const doorNotes = new Map<string, DoorSeen>();
  const flush = (): void => {
    if (notes.size === 0 && doorNotes.size === 0) return;
    immediate(db, () => {
      store.seen(notes.values());
      for (const { doorId, at, agentVersion } of notes.values()) {
        if (doorId !== null) doors.seenNative(doorId, at, agentVersion);
      }
      for (const note of doorNotes.values()) {
        doors.seen(note);
        store.seenAt(note.device, note.at, note.doorId);
      }
    });
    // After the commit: on a full disk the notes stay for the next second.
    notes.clear();
    doorNotes.clear();
  };
  return {
    note: (seen) => void notes.set(seen.id, seen),
    noteDoor: (door, seen) => void doorNotes.set(`${seen.device}/${door}`, seen),
    pending: (device, door) => (door === 'native' ? notes.get(device)?.at : doorNotes.get(`${device}/${door}`)?.at),
    flush,
    start: (onError) => {
      const timer = setInterval(() => {
        try {
          flush();
        } catch (error) {
          onError(error);
        }
      }, flushMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
};
