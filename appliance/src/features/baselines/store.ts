import type { Database } from '../../platform/database.ts';
import { pendingOf } from '../../platform/pending.ts';
import { statements } from '../../platform/statements.ts';

export type ContentRow = {
  baseline: string;
  content: number;
  collection: string;
  count: number;
  members: Buffer | null;
  rows: string | null;
};

/** Both sides of a difference as they are kept: items by number, rows whole and by key and digest. */
export type SidesRow = {
  before_item: number | null;
  after_item: number | null;
  before_row: string | null;
  after_row: string | null;
  before_key: string | null;
  after_key: string | null;
};

export type AcceptanceRow = SidesRow & {
  id: number;
  baseline: string;
  device: number | null;
  collection: string;
  title: string | null;
  reason: string;
  actor: string;
  at: number;
  expires_at: number | null;
};

/** SQL of what baselines hold and what was accepted. */
export const baselineStore = (db: Database) => {
  const sql = statements(db);
  const lastContent = sql.count<[string]>('select max(content) from baseline_content where baseline = ?');
  const acceptances = sql.all<[string], AcceptanceRow>(
    'select * from baseline_acceptance where id in (select value from json_each(?)) order by id',
  );
  const expired = db
    .prepare<[number, number], string>(
      'select distinct baseline from baseline_acceptance where expires_at > ? and expires_at <= ?',
    )
    .pluck();
  const lapsedAt = sql.count<[]>('select lapsed_at from baseline_state where one = 1');
  const setLapsed = sql.run<[number]>('update baseline_state set lapsed_at = ? where one = 1');
  const pending = pendingOf(db, 'baselines');
  const everyDevice = sql.values<[], number>('select id from device');

  return {
    /** Whether there is any baseline: without one, nothing is compared. */
    any: sql.has<[]>("select 1 from object where kind = 'baseline' and deleted_at is null limit 1"),
    putContent: sql.run<[row: ContentRow]>(
      `insert into baseline_content (baseline, content, collection, count, members, rows)
     values (@baseline, @content, @collection, @count, @members, @rows)`,
    ),
    content: sql.get<[baseline: string, number: number, collection: string], ContentRow>(
      'select * from baseline_content where baseline = ? and content = ? and collection = ?',
    ),
    contents: sql.all<[baseline: string, number: number], ContentRow>(
      'select * from baseline_content where baseline = ? and content = ? order by collection',
    ),
    counts: sql.all<[baseline: string, number: number], { collection: string; count: number }>(
      'select collection, count from baseline_content where baseline = ? and content = ? order by collection',
    ),
    nextContent: (baseline: string): number => lastContent(baseline) + 1,
    membersOf: sql.values<[collection: string], Buffer>(
      'select members from baseline_content where collection = ? and members is not null',
    ),
    heldItems: sql.values<[collection: string], number>(
      `select before_item as item from baseline_acceptance where collection = ?1 and before_item is not null
     union select after_item from baseline_acceptance where collection = ?1 and after_item is not null
     union select before_item from deviation where collection = ?1 and before_item is not null
     union select after_item from deviation where collection = ?1 and after_item is not null`,
    ),
    addAcceptance: sql.insert<[row: Omit<AcceptanceRow, 'id'>]>(
      `insert into baseline_acceptance (baseline, device, collection, title, before_item, after_item, before_row, after_row,
       before_key, after_key, reason, actor, at, expires_at)
     values (@baseline, @device, @collection, @title, @before_item, @after_item, @before_row, @after_row,
       @before_key, @after_key, @reason, @actor, @at, @expires_at)`,
    ),
    acceptances: (ids: readonly number[]): AcceptanceRow[] =>
      ids.length === 0 ? [] : acceptances(JSON.stringify(ids)),
    /** Baselines with acceptances whose time ended since the last look; the look is noted. */
    lapsed: (now: number): string[] => {
      const last = lapsedAt();
      if (now <= last) return [];
      const found = expired.all(last, now);
      setLapsed(now);
      return found;
    },
    /** Whether the next `lapsed` would find any. */
    isDue: (now: number): boolean => expired.get(lapsedAt(), now) !== undefined,
    pending: pending.some,
    clean: (device: number): void => pending.drop([device]),
    markAll: (): void => pending.note(everyDevice()),
    mark: pending.note,
    /** The devices that decisions are about, by public ids. */
    ofDecisions: sql.values<[publicIds: readonly string[]], number>(
      'select id from device where public_id in (select value from json_each(?))',
    ),
  };
};

export type BaselineStore = ReturnType<typeof baselineStore>;
