import type { Database } from '../../platform/database.ts';
import { undoWitness } from '../../platform/undo-witness.ts';
import type { VulnerabilityStore } from './store.ts';

// Which coordinate an item has under a release never changes, and a fleet has the same items over and over: it is kept in
// memory. Coordinates are never removed and numbers of items never used again, so only what a transaction takes back
// makes it wrong, and that is noticed.

/** Items of all releases that are kept at most: some 10 MB. */
const most = 200_000;

/** The coordinates of items under releases, of one connection; 0 is none. */
export const itemCoords = (db: Database, store: Pick<VulnerabilityStore, 'itemCoords' | 'setItemCoord'>) => {
  const witness = undoWitness(db, 'item_coord');
  const byEco = new Map<string, Map<number, number>>();
  let size = 0;

  const of = (eco: string): Map<number, number> => {
    const known = byEco.get(eco) ?? new Map<number, number>();
    byEco.set(eco, known);
    return known;
  };

  const forget = (): void => {
    byEco.clear();
    size = 0;
  };

  return {
    /** The coordinates of items as far as they are known; the rest have to be worked out. */
    known: (items: readonly number[], eco: string): { coords: Set<number>; unknown: number[] } => {
      if (!witness.stands() || size > most) forget();
      const known = of(eco);
      const missing = items.filter((item) => !known.has(item));
      if (missing.length > 0) {
        for (const [item, coord] of store.itemCoords(missing, eco)) known.set(item, coord);
        size += missing.length;
      }
      const coords = new Set<number>();
      const unknown: number[] = [];
      for (const item of items) {
        const coord = known.get(item);
        if (coord === undefined) unknown.push(item);
        else coords.add(coord);
      }
      return { coords, unknown };
    },
    /** Call before coordinates are made: should the transaction be taken back, so is what is kept of them. */
    noteMaking: (): void => witness.note(),
    /** An item's coordinate, for good. */
    set: (item: number, eco: string, coord: number): void => {
      store.setItemCoord(item, eco, coord);
      of(eco).set(item, coord);
    },
  };
};
