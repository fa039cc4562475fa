import { readFileSync } from 'node:fs';
import { unpackDigests } from '@sallyport/bundle-tools/documents/digests';
import { parseInventory } from '@sallyport/bundle-tools/documents/inventory';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type { ExchangeStore } from './store.ts';
import { type Unreferenced, unreferencedStore } from './unreferenced-store.ts';
import type { WaitingStore } from './waiting-store.ts';

// Garbage collection in two stages. The first lists what nothing refers to; from then on requests no longer say that
// the site holds it. The second removes what an earlier listing has and nothing refers to even now.

export type CollectParts = {
  readonly db: Database;
  readonly store: ExchangeStore;
  readonly waiting: WaitingStore;
  readonly objects: StoreService;
  readonly events: EventService;
  /** Digests that tasks under way will ask for. */
  readonly inUse: () => Iterable<string>;
  readonly clock: () => number;
};

/** Everything that something refers to: the inventory in force and the one before, bundles that wait, open requests, tasks. */
const references = ({ store, waiting, objects, inUse }: CollectParts): Set<string> => {
  const used = new Set<string>(inUse());
  const state = store.state();
  for (const digest of [state?.inventory, state?.inventory_previous]) {
    if (digest === null || digest === undefined) continue;
    used.add(digest);
    if (objects.has(digest))
      for (const { sha256 } of parseInventory(readFileSync(objects.path(digest)))) used.add(sha256);
  }
  for (const packed of waiting.digests()) for (const sha256 of unpackDigests(packed)) used.add(sha256);
  for (const { have } of store.openRequests()) for (const sha256 of unpackDigests(have)) used.add(sha256);
  return used;
};

/** Stage one: renews the list and returns it; removes nothing. */
export const listUnreferenced = (parts: CollectParts): Unreferenced[] => {
  const table = unreferencedStore(parts.db);
  return immediate(parts.db, () => {
    const used = references(parts);
    const unused = new Map<string, number>();
    for (const { sha256, sizeBytes } of parts.objects.list()) if (!used.has(sha256)) unused.set(sha256, sizeBytes);
    for (const { sha256 } of table.all()) if (!unused.has(sha256)) table.drop(sha256);
    for (const [sha256, sizeBytes] of unused) table.put(sha256, sizeBytes, toTime(parts.clock()));
    return table.all();
  });
};

/**
 * Stage two: removes what was listed at least `minAgeMs` ago and is still not referred to. The caller holds the import
 * lock, so no bundle comes meanwhile. Returns what went.
 */
export const removeUnreferenced = (parts: CollectParts, actor: Actor, minAgeMs: number): Unreferenced[] => {
  const table = unreferencedStore(parts.db);
  const before = new Map(table.all().map((row) => [row.sha256, row]));
  const now = listUnreferenced(parts);
  const due = now.filter(
    ({ sha256, listedAt }) => before.has(sha256) && Date.parse(listedAt) <= parts.clock() - minAgeMs,
  );
  for (const { sha256 } of due) {
    parts.objects.remove(sha256);
    // One after the other: what a crash leaves is listed still, and a file that is gone is no harm.
    table.drop(sha256);
  }
  if (due.length > 0)
    parts.events.record('objects-collected', {
      ...byWhom(actor),
      params: { objects: due.length, bytes: due.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
    });
  return due;
};
