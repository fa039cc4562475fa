import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from './database.ts';

// The one queue of what is noted and not yet derived: `pending (entity, id, since)`, where the entity says who derives. A note
// is written in the transaction of the change, so that nothing that was acknowledged is lost to a crash.

/** Before an answer so many are derived at once; the rest is noted. */
export const AT_ONCE = 200;

type Pending = {
  /** Notes ids; what is noted already keeps its time. In the transaction of the change. */
  note(ids: Iterable<number>): void;
  /** The lowest ids, at most so many. */
  some(most: number): number[];
  has(id: number): boolean;
  count(): number;
  drop(ids: readonly number[]): void;
};

/** What waits for one who derives. */
export function pendingOf(db: Database, entity: string): Pending {
  const note = db.prepare<[string, number, number]>(
    'insert or ignore into pending (entity, id, since) values (?, ?, ?)',
  );
  const some = db
    .prepare<[string, number], number>('select id from pending where entity = ? order by id limit ?')
    .pluck();
  const has = db.prepare<[string, number], number>('select 1 from pending where entity = ? and id = ?').pluck();
  const count = db.prepare<[string], number>('select count(*) from pending where entity = ?').pluck();
  const drop = db.prepare<[string, string]>(
    'delete from pending where entity = ? and id in (select value from json_each(?))',
  );
  return {
    note: (ids) => {
      const now = nowMs();
      for (const id of ids) note.run(entity, id, now);
    },
    some: (most) => some.all(entity, most),
    has: (id) => has.get(entity, id) !== undefined,
    count: () => count.get(entity) ?? 0,
    drop: (ids) => {
      if (ids.length > 0) drop.run(entity, JSON.stringify(ids));
    },
  };
}

/** What waits by entity, with the time of the oldest; entities without anything are absent. */
export function pendingCounts(db: Database): Array<{ entity: string; count: number; since: number }> {
  return db
    .prepare<[], { entity: string; count: number; since: number }>(
      'select entity, count(*) as count, min(since) as since from pending group by entity order by entity',
    )
    .all();
}

/** Works off what waits for one who derives, in batches of a transaction each, for about this long; one batch at least. */
export type Queue = {
  isBehind(): boolean;
  /** Whether so much waits that a thread of its own is worth its start. */
  isFarBehind(): boolean;
  run(options: { budgetMs?: number; small?: boolean }): { more: boolean; devices?: number };
};
