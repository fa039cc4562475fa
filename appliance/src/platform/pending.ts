import { type Database, nowIn } from './database.ts';
import { statements } from './statements.ts';

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
  const sql = statements(db);
  const note = sql.run<[string, number, number]>('insert or ignore into pending (entity, id, since) values (?, ?, ?)');
  const some = sql.values<[string, number], number>('select id from pending where entity = ? order by id limit ?');
  const has = sql.has<[string, number]>('select 1 from pending where entity = ? and id = ?');
  const count = sql.count<[string]>('select count(*) from pending where entity = ?');
  const drop = sql.run<[string, string]>(
    'delete from pending where entity = ? and id in (select value from json_each(?))',
  );
  return {
    note: (ids) => {
      const now = nowIn(db);
      for (const id of ids) note(entity, id, now);
    },
    some: (most) => some(entity, most),
    has: (id) => has(entity, id),
    count: () => count(entity),
    drop: (ids) => {
      if (ids.length > 0) drop(entity, JSON.stringify(ids));
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
