import type { Database } from '../../platform/database.ts';
import type { Key, KeyKind } from './keys.ts';
import type { PartSort, PlcSide, PlcState } from './types.ts';

export type PlcRow = {
  id: number;
  public_id: string;
  state: PlcState;
  into_plc: number | null;
  created_at: number;
  archived_at: number | null;
};

export type PartRow = { id: number; plc: number; sort: PartSort; key: string };

export type WinnerRow = {
  part: number;
  field: string;
  side: PlcSide;
  fact: number;
  value: string;
  observed_at: number;
};

export type ChangeRow = {
  id: number;
  plc: number;
  at: number;
  sort: PartSort;
  key: string;
  field: string;
  side: PlcSide;
  before: string | null;
  after: string | null;
  origin: number | null;
};

/** When a record was spoken of: by what was observed, and by anything. */
type Span = {
  first: number | null;
  last: number | null;
  firstAny: number | null;
  lastAny: number | null;
  observed: number;
  /** Readings of people and files, which say what should be there. */
  meant: number;
};

const noSpan: Span = { first: null, last: null, firstAny: null, lastAny: null, observed: 0, meant: 0 };

const plcColumns = 'id, public_id, state, into_plc, created_at, archived_at';

/** SQL of records and of what is worked out about them: parts, winners, keys. */
export const recordStore = (db: Database) => {
  const add = db.prepare<[string, number]>("insert into plc (public_id, state, created_at) values (?, 'live', ?)");
  const byId = db.prepare<[number], PlcRow>(`select ${plcColumns} from plc where id = ?`);
  const byPublicId = db.prepare<[string], PlcRow>(`select ${plcColumns} from plc where public_id = ?`);
  const ids = db.prepare<[number, number], number>('select id from plc where id > ? order by id limit ?').pluck();
  const liveIds = db.prepare<[], number>("select id from plc where state = 'live' order by id").pluck();
  const setState = db.prepare<[string, number | null, number]>('update plc set state = ?, into_plc = ? where id = ?');
  const setArchived = db.prepare<[number | null, number]>('update plc set archived_at = ? where id = ?');
  const remove = db.prepare<[number]>('delete from plc where id = ?');

  const parts = db.prepare<[number], PartRow>('select id, plc, sort, key from plc_part where plc = ? order by id');
  const part = db.prepare<[number], PartRow>('select id, plc, sort, key from plc_part where id = ?');
  const addPart = db.prepare<[number, string, string]>('insert into plc_part (plc, sort, key) values (?, ?, ?)');
  const removePart = db.prepare<[number]>('delete from plc_part where id = ?');

  const countParts = db.prepare<[string], number>('select count(*) from plc_part where sort = ?').pluck();

  const winners = db.prepare<[number], WinnerRow>(
    `select w.part, w.field, w.side, w.fact, w.value, w.observed_at from plc_part p join plc_winner w on w.part = p.id
     where p.plc = ?`,
  );
  const partWinners = db.prepare<
    [number],
    PartRow & { field: string | null; side: PlcSide | null; value: string | null }
  >(
    `select p.id, p.plc, p.sort, p.key, w.field, w.side, w.value from plc_part p left join plc_winner w on w.part = p.id
     where p.plc = ? order by p.id`,
  );
  const addresses = db
    .prepare<[number], string>(
      `select distinct w.value from plc_part p cross join plc_winner w on w.part = p.id and w.field = 'address'
       where p.plc = ? order by p.id, w.side`,
    )
    .pluck();
  const allAddresses = db.prepare<[], string>("select distinct value from plc_winner where field = 'address'").pluck();
  const firmwareMethods = db
    .prepare<[number], string>(
      `select r.method from plc_part p cross join plc_winner w on w.part = p.id and w.field = 'firmware'
       cross join plc_fact f on f.id = w.fact cross join plc_reading r on r.id = f.reading where p.plc = ? and p.sort = 'plc'`,
    )
    .pluck();
  const putWinner = db.prepare(
    `insert into plc_winner (part, field, side, fact, value, observed_at)
     values (?, ?, ?, ?, ?, ?)
     on conflict (part, field, side) do update set fact = excluded.fact, value = excluded.value, observed_at = excluded.observed_at`,
  );
  const removeWinner = db.prepare<[number, string, string]>(
    'delete from plc_winner where part = ? and field = ? and side = ?',
  );

  const plcsByKey = db
    .prepare<[string, string], number>('select plc from plc_key where kind = ? and value = ? order by plc')
    .pluck();
  const keys = db.prepare<[number], Key & { strength: number }>(
    'select kind, value, strength from plc_key where plc = ? order by kind, value',
  );
  const addKey = db.prepare<[string, string, number, number]>(
    'insert into plc_key (kind, value, plc, strength) values (?, ?, ?, ?) on conflict do nothing',
  );
  const removeKey = db.prepare<[string, string, number]>(
    'delete from plc_key where kind = ? and value = ? and plc = ?',
  );
  const removeKeys = db.prepare<[number]>('delete from plc_key where plc = ?');
  const sharing = db.prepare<[number, number, number], { plc: number; kind: KeyKind; value: string }>(
    `select o.plc, o.kind, o.value from plc_key k join plc_key o on o.kind = k.kind and o.value = k.value and o.plc <> k.plc
       join plc on plc.id = o.plc and plc.state <> 'merged'
     where k.plc = ? and k.strength >= ? order by o.strength, o.plc limit ?`,
  );

  const agreed = db
    .prepare<[string, string], number>('select plc from plc_agreed where kind = ? and value = ? order by plc')
    .pluck();
  const agreedOf = db.prepare<[number], Key>('select kind, value from plc_agreed where plc = ? order by kind, value');
  const addAgreed = db.prepare<[string, string, number]>(
    'insert into plc_agreed (kind, value, plc) values (?, ?, ?) on conflict do nothing',
  );
  const removeAgreed = db.prepare<[string, string, number]>(
    'delete from plc_agreed where kind = ? and value = ? and plc = ?',
  );
  const span = db.prepare<[number], Span>(
    `select min(observed_at) as firstAny, max(observed_at) as lastAny,
       min(observed_at) filter (where method in ('query', 'passive', 'inferred')) as first,
       max(observed_at) filter (where method in ('query', 'passive', 'inferred')) as last,
       count(*) filter (where method in ('query', 'passive', 'inferred')) as observed,
       count(*) filter (where method in ('manual', 'project', 'nameplate', 'csv')) as meant
     from plc_reading where plc = ? and ended = 0`,
  );

  const addChange = db.prepare(
    `insert into plc_change (plc, at, sort, key, field, side, before, after, origin)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const changes = db.prepare<[number, number, number], ChangeRow>(
    'select * from plc_change where plc = ? and id < ? order by id desc limit ?',
  );
  const recentChanges = db.prepare<[number, number], ChangeRow>(
    'select * from plc_change where id < ? order by id desc limit ?',
  );
  const removeChanges = db.prepare<[number]>('delete from plc_change where plc = ?');
  const trimChanges = db.prepare<[number, number]>(
    'delete from plc_change where id in (select id from plc_change where at < ? order by at limit ?)',
  );

  return {
    add: (publicId: string, at: number): number => Number(add.run(publicId, at).lastInsertRowid),
    byId: (id: number) => byId.get(id),
    byPublicId: (publicId: string) => byPublicId.get(publicId),
    ids: (after: number, limit: number) => ids.all(after, limit),
    liveIds: () => liveIds.all(),
    setState: (id: number, state: PlcState, into: number | null): void => void setState.run(state, into, id),
    setArchived: (id: number, at: number | null): void => void setArchived.run(at, id),
    remove: (id: number): void => {
      removeKeys.run(id);
      removeChanges.run(id);
      remove.run(id);
    },
    parts: (plc: number) => parts.all(plc),
    part: (id: number) => part.get(id),
    addPart: (plc: number, sort: PartSort, key: string): number => Number(addPart.run(plc, sort, key).lastInsertRowid),
    removePart: (id: number): void => void removePart.run(id),
    countParts: (sort: string): number => countParts.get(sort) ?? 0,
    winners: (plc: number) => winners.all(plc),
    /** Parts with the values that win, part by part. */
    partWinners: (plc: number) => partWinners.all(plc),
    /** Addresses that win, of the controller and its interfaces. */
    addresses: (plc: number): string[] => addresses.all(plc),
    /** The same of all records. */
    allAddresses: (): string[] => allAddresses.all(),
    /** By what methods the firmware is known. */
    firmwareMethods: (plc: number): string[] => firmwareMethods.all(plc),
    putWinner: ({ part, field, side, fact, value, observed_at }: WinnerRow): void =>
      void putWinner.run(part, field, side, fact, value, observed_at),
    removeWinner: (row: Pick<WinnerRow, 'part' | 'field' | 'side'>): void =>
      void removeWinner.run(row.part, row.field, row.side),
    plcsByKey: ({ kind, value }: Key) => plcsByKey.all(kind, value),
    keys: (plc: number) => keys.all(plc),
    addKey: ({ kind, value }: Key, plc: number, strength: number): void => void addKey.run(kind, value, plc, strength),
    removeKey: ({ kind, value }: Key, plc: number): void => void removeKey.run(kind, value, plc),
    /** Records that share a key at least so weak, the strongest first. */
    sharing: (plc: number, strength: number, limit: number) => sharing.all(plc, strength, limit),
    agreed: ({ kind, value }: Key) => agreed.all(kind, value),
    agreedOf: (plc: number) => agreedOf.all(plc),
    addAgreed: ({ kind, value }: Key, plc: number): void => void addAgreed.run(kind, value, plc),
    removeAgreed: ({ kind, value }: Key, plc: number): void => void removeAgreed.run(kind, value, plc),
    /** When it was first and last heard, and by how many readings of either side. */
    span: (plc: number): Span => span.get(plc) ?? noSpan,
    addChange: ({ plc, at, sort, key, field, side, before, after, origin }: Omit<ChangeRow, 'id'>): void =>
      void addChange.run(plc, at, sort, key, field, side, before, after, origin),
    changes: (plc: number | undefined, before: number, limit: number) =>
      plc === undefined ? recentChanges.all(before, limit) : changes.all(plc, before, limit),
    trimChanges: (before: number, most: number): number => trimChanges.run(before, most).changes,
  };
};

export type RecordStore = ReturnType<typeof recordStore>;
