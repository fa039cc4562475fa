import type { InventorySource } from '../../engine/inventory/types.ts';
import { type Database, immediate, immediateWithin } from '../../platform/database.ts';
import type { SourceSeen, SourceStore } from './source-store.ts';
import type { DeviceStore, Seen } from './store.ts';

// "Last seen" is the one thing that may be lost: a write per check-in would cost more than the check-in itself, so it is
// kept in memory and written once a second in one transaction.

export type LastSeen = {
  /** Of the native source. */
  note(seen: Seen): void;
  noteSource(source: InventorySource, seen: SourceSeen): void;
  /** A device's boots, the newest first, JSON: everybody has a new one after a power cut, and a write for each would stop all. */
  noteBoots(device: number, bootIds: string): void;
  /** Boots that are not written yet. */
  pendingBoots(device: number): string | undefined;
  forgetBoots(device: number): void;
  /** Milliseconds of a note that is not written yet. */
  pending(device: number, source: InventorySource): number | undefined;
  flush(): void;
  /** The same, but leaves it for the next time while another connection writes: each second. */
  tryFlush(): void;
};

/** No request is answered meanwhile. */
const waitMs = 20;
/** After so many rounds that found the database locked, one longer wait. */
const mostMissed = 30;
const patientMs = 500;

/** Collects notes of contact and writes them in batches. */
export const lastSeen = (db: Database, store: DeviceStore, sources: SourceStore): LastSeen => {
  const notes = new Map<number, Seen>();
  const sourceNotes = new Map<string, SourceSeen>();
  const boots = new Map<number, string>();
  const write = (): void => {
    for (const [device, bootIds] of boots) store.setBootIds(device, bootIds);
    store.seen(notes.values());
    for (const { sourceId, at, agentVersion } of notes.values()) {
      if (sourceId !== null) sources.seenNative(sourceId, at, agentVersion);
    }
    for (const note of sourceNotes.values()) {
      sources.seen(note);
      store.seenAt(note.device, note.at, note.sourceId);
    }
  };
  // After the commit: on a full disk the notes stay for the next second.
  const clear = (): void => {
    notes.clear();
    sourceNotes.clear();
    boots.clear();
  };
  const isEmpty = (): boolean => notes.size === 0 && sourceNotes.size === 0 && boots.size === 0;
  const flush = (): void => {
    if (isEmpty()) return;
    immediate(db, write);
    clear();
  };
  let missed = 0;
  const tryFlush = (): void => {
    if (isEmpty()) return;
    const isPatient = missed >= mostMissed;
    const isWritten = immediateWithin(db, isPatient ? patientMs : waitMs, write);
    missed = isWritten || isPatient ? 0 : missed + 1;
    if (isWritten) clear();
  };
  return {
    note: (seen) => void notes.set(seen.id, seen),
    noteBoots: (device, bootIds) => void boots.set(device, bootIds),
    pendingBoots: (device) => boots.get(device),
    forgetBoots: (device) => void boots.delete(device),
    noteSource: (source, seen) => void sourceNotes.set(`${seen.device}/${source}`, seen),
    pending: (device, source) =>
      source === 'native' ? notes.get(device)?.at : sourceNotes.get(`${device}/${source}`)?.at,
    flush,
    tryFlush,
  };
};
