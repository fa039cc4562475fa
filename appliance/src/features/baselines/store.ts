import type { Database } from '../../platform/database.ts';
import { pendingOf } from '../../platform/pending.ts';

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
  const any = db
    .prepare<[], number>("select 1 from object where kind = 'baseline' and deleted_at is null limit 1")
    .pluck();
  const putContent = db.prepare<[ContentRow]>(
    `insert into baseline_content (baseline, content, collection, count, members, rows)
     values (@baseline, @content, @collection, @count, @members, @rows)`,
  );
  const content = db.prepare<[string, number, string], ContentRow>(
    'select * from baseline_content where baseline = ? and content = ? and collection = ?',
  );
  const contents = db.prepare<[string, number], ContentRow>(
    'select * from baseline_content where baseline = ? and content = ? order by collection',
  );
  const counts = db.prepare<[string, number], { collection: string; count: number }>(
    'select collection, count from baseline_content where baseline = ? and content = ? order by collection',
  );
  const lastContent = db
    .prepare<[string], number | null>('select max(content) from baseline_content where baseline = ?')
    .pluck();
  const membersOf = db
    .prepare<[string], Buffer>('select members from baseline_content where collection = ? and members is not null')
    .pluck();
  const heldItems = db.prepare<[string, string, string, string], { item: number }>(
    `select before_item as item from baseline_acceptance where collection = ? and before_item is not null
     union select after_item from baseline_acceptance where collection = ? and after_item is not null
     union select before_item from deviation where collection = ? and before_item is not null
     union select after_item from deviation where collection = ? and after_item is not null`,
  );
  const addAcceptance = db.prepare<[Omit<AcceptanceRow, 'id'>]>(
    `insert into baseline_acceptance (baseline, device, collection, title, before_item, after_item, before_row, after_row,
       before_key, after_key, reason, actor, at, expires_at)
     values (@baseline, @device, @collection, @title, @before_item, @after_item, @before_row, @after_row,
       @before_key, @after_key, @reason, @actor, @at, @expires_at)`,
  );
  const acceptances = db.prepare<[string], AcceptanceRow>(
    'select * from baseline_acceptance where id in (select value from json_each(?)) order by id',
  );
  const expired = db
    .prepare<[number, number], string>(
      'select distinct baseline from baseline_acceptance where expires_at > ? and expires_at <= ?',
    )
    .pluck();
  const lapsedAt = db.prepare<[], number>('select lapsed_at from baseline_state where one = 1').pluck();
  const setLapsed = db.prepare<[number]>('update baseline_state set lapsed_at = ? where one = 1');
  const pending = pendingOf(db, 'baselines');
  const everyDevice = db.prepare<[], number>('select id from device').pluck();
  const ofDecisions = db
    .prepare<[string], number>('select id from device where public_id in (select value from json_each(?))')
    .pluck();

  return {
    /** Whether there is any baseline: without one, nothing is compared. */
    any: (): boolean => any.get() !== undefined,
    putContent: (row: ContentRow): void => void putContent.run(row),
    content: (baseline: string, number: number, collection: string) => content.get(baseline, number, collection),
    contents: (baseline: string, number: number) => contents.all(baseline, number),
    counts: (baseline: string, number: number) => counts.all(baseline, number),
    nextContent: (baseline: string): number => (lastContent.get(baseline) ?? 0) + 1,
    membersOf: (collection: string) => membersOf.all(collection),
    heldItems: (collection: string): number[] =>
      heldItems.all(collection, collection, collection, collection).map(({ item }) => item),
    addAcceptance: (row: Omit<AcceptanceRow, 'id'>): number => Number(addAcceptance.run(row).lastInsertRowid),
    acceptances: (ids: readonly number[]): AcceptanceRow[] =>
      ids.length === 0 ? [] : acceptances.all(JSON.stringify(ids)),
    /** Baselines with acceptances whose time ended since the last look; the look is noted. */
    lapsed: (now: number): string[] => {
      const last = lapsedAt.get() ?? 0;
      if (now <= last) return [];
      const found = expired.all(last, now);
      setLapsed.run(now);
      return found;
    },
    /** Whether the next `lapsed` would find any. */
    isDue: (now: number): boolean => expired.get(lapsedAt.get() ?? 0, now) !== undefined,
    pending: pending.some,
    clean: (device: number): void => pending.drop([device]),
    markAll: (): void => pending.note(everyDevice.all()),
    mark: pending.note,
    /** The devices that decisions are about, by public ids. */
    ofDecisions: (publicIds: readonly string[]): number[] => ofDecisions.all(JSON.stringify(publicIds)),
  };
};

export type BaselineStore = ReturnType<typeof baselineStore>;
