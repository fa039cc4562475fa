import { followArrays } from '../../platform/array-changes.ts';
import { byReach } from '../../platform/by-reach.ts';
import type { Database } from '../../platform/database.ts';
import { compareIds, idsOf } from '../../platform/id-array.ts';
import type { Scope } from '../../platform/scope.ts';
import type { arrayStore } from './array-store.ts';

/** By the id of an item how many devices in reach have it. */
export type ReachedCounts = Uint32Array;

/** Counts the items of a `shared` collection over the devices in reach: once over all of them, then by what changed. */
export const reachedCounts = (
  db: Database,
  name: string,
  shared: { readonly arrays: ReturnType<typeof arrayStore>; readonly lastId: () => number },
): ((scope: Scope) => ReachedCounts) => {
  const countAll = (scope: Scope): ReachedCounts => {
    const counts = new Uint32Array(shared.lastId() + 1);
    for (const bytes of shared.arrays.reached(scope)) {
      const ids = idsOf(bytes);
      // Some ten million of them: an iterator takes three times as long.
      for (let at = 0; at < ids.length; at += 1) counts[ids[at] as number]! += 1;
    }
    return counts;
  };
  const kept = byReach((scope) => {
    const follower = followArrays(
      db,
      name,
      scope,
      (devices) => new Map(shared.arrays.some(devices).map(({ device, items }) => [device, items])),
    );
    let counts: ReachedCounts = new Uint32Array();
    const look = db.transaction((): ReachedCounts => {
      const { differences } = follower.look();
      if (differences === undefined) return countAll(scope);
      const size = shared.lastId() + 1;
      if (differences.length === 0 && size === counts.length) return counts;
      // What an answer still reads stays as it was.
      const found = new Uint32Array(Math.max(size, counts.length));
      found.set(counts);
      for (const { before: had, now } of differences) {
        const { added, removed } = compareIds(had, now);
        for (const id of added) found[id]! += 1;
        for (const id of removed) found[id]! -= 1;
      }
      return found;
    });
    return (): ReachedCounts => {
      try {
        counts = look();
        return counts;
      } catch (error) {
        // What was looked at was not counted.
        follower.forget();
        throw error;
      }
    };
  });
  // What may yet be taken back is not kept.
  return (scope) => (db.inTransaction ? countAll(scope) : kept.of(scope)());
};
