import { type Database, immediate } from '../../platform/database.ts';
import type { DeviceStore, Seen } from './store.ts';

// "Last seen" is the one thing that may be lost: a write per check-in would cost more than the check-in itself, so it is
// kept in memory and written once a second in one transaction.

export type LastSeen = {
  note(seen: Seen): void;
  /** Milliseconds of a note that is not written yet. */
  pending(id: number): number | undefined;
  flush(): void;
  start(onError: (error: unknown) => void): () => void;
};

const flushMs = 1000;

/** Collects notes of contact and writes them in batches. */
export const lastSeen = (db: Database, store: DeviceStore): LastSeen => {
  const notes = new Map<number, Seen>();
  const flush = (): void => {
    if (notes.size === 0) return;
    immediate(db, () => store.seen(notes.values()));
    // After the commit: on a full disk the notes stay for the next second.
    notes.clear();
  };
  return {
    note: (seen) => void notes.set(seen.id, seen),
    pending: (id) => notes.get(id)?.at,
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
