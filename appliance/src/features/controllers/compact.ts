import type { RecordState } from './record-state.ts';
import type { ReadingStore } from './store.ts';

// A controller that is asked every hour says the same for years. Of words that do not change the first and the last time is kept;
// those between go once they are old, for they change no effective, no key that decides and no time. Only what identification
// brought is compacted, and only as a whole: all facts of one run about a controller, or none.

/** So many runs and controllers at once. */
const atOnce = 100;

export const thinner = (parts: { store: ReadingStore; state: RecordState }) => {
  const { store, state } = parts;
  return {
    /** Some of what is older than `before`; how many readings went. */
    some: (before: number): number => {
      let removed = 0;
      const concerned = new Set<number>();
      for (const { batch, controller } of store.repeated(before, atOnce)) {
        removed += store.removeReadingsIn(batch, [controller]);
        concerned.add(controller);
      }
      // Keys by which a run recognises its own words went with them.
      for (const controller of concerned) state.reindex(controller);
      return removed;
    },
  };
};
