import type { Database } from '../../platform/database.ts';
import { undoDetector } from '../../platform/undo-detector.ts';
import type { VulnerabilityStore } from './store.ts';

// Which component an item has under a release never changes, and a fleet has the same items over and over: it is kept in
// memory. Components are never removed and numbers of items never used again, so only what a transaction takes back
// makes it wrong, and that is noticed.

/** Numbers of items of all releases that are kept at most: some 40 MB. */
const most = 10_000_000;
const firstItems = 1 << 14;

/** The components of items under releases, of one connection; 0 is none. */
export const itemComponents = (
  db: Database,
  store: Pick<VulnerabilityStore, 'itemComponents' | 'putItemComponent'>,
) => {
  const detector = undoDetector(db, 'item_component');
  /** By item, one more than the component; 0 is not known. */
  let byEco = new Map<string, Uint32Array>();

  const withRoom = (eco: string, item: number): Uint32Array => {
    const held = byEco.get(eco) ?? new Uint32Array(0);
    if (item < held.length) return held;
    const larger = new Uint32Array(Math.max(firstItems, 2 * item));
    larger.set(held);
    byEco.set(eco, larger);
    return larger;
  };
  const keep = (eco: string, item: number, component: number): void => {
    withRoom(eco, item)[item] = component + 1;
  };
  const size = (): number => Array.from(byEco.values()).reduce((sum, known) => sum + known.length, 0);

  return {
    /** The components of items as far as they are known, one for each; the rest have to be worked out. */
    known: (items: ArrayLike<number>, eco: string): { components: number[]; unknown: number[] } => {
      if (!detector.stands() || size() > most) byEco = new Map();
      let known = byEco.get(eco) ?? new Uint32Array(0);
      const missing: number[] = [];
      for (let at = 0; at < items.length; at += 1) {
        const item = items[at] as number;
        if ((known[item] ?? 0) === 0) missing.push(item);
      }
      if (missing.length > 0)
        for (const [item, component] of store.itemComponents(missing, eco)) keep(eco, item, component);
      known = byEco.get(eco) ?? known;
      const components: number[] = [];
      const unknown: number[] = [];
      for (let at = 0; at < items.length; at += 1) {
        const item = items[at] as number;
        const component = known[item] ?? 0;
        if (component === 0) unknown.push(item);
        else components.push(component - 1);
      }
      return { components, unknown };
    },
    /** Call before components are made: should the transaction be taken back, so is what is kept of them. */
    noteMaking: (): void => detector.note(),
    /** An item's component; `isSettled`: for good. */
    set: (item: number, eco: string, component: number, isSettled: boolean): void => {
      store.putItemComponent(item, eco, component, isSettled);
      if (isSettled) keep(eco, item, component);
    },
  };
};
