import type { Database } from '../../platform/database.ts';
import { type Scope, zonesIn } from '../../platform/scope.ts';
import type { Key, KeyKind } from './keys.ts';
import type { ControllerSide, ControllerState, PartType } from './types.ts';

export type ControllerRow = {
  id: number;
  public_id: string;
  state: ControllerState;
  into_controller: number | null;
  created_at: number;
  archived_at: number | null;
};

type PartRow = { id: number; controller: number; type: PartType; key: string };

export type EffectiveRow = {
  part: number;
  field: string;
  side: ControllerSide;
  fact: number;
  value: string;
  observed_at: number;
};

export type ChangeRow = {
  id: number;
  controller: number;
  at: number;
  type: PartType;
  key: string;
  field: string;
  side: ControllerSide;
  before: string | null;
  after: string | null;
  batch: number | null;
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

const controllerColumns = 'id, public_id, state, into_controller, created_at, archived_at';

/** SQL of records and of what is worked out about them: parts, effectiveValues, keys. */
export const recordStore = (db: Database) => {
  const add = db.prepare<[string, number]>(
    "insert into controller (public_id, state, created_at) values (?, 'live', ?)",
  );
  const byId = db.prepare<[number], ControllerRow>(`select ${controllerColumns} from controller where id = ?`);
  const byPublicId = db.prepare<[string], ControllerRow>(
    `select ${controllerColumns} from controller where public_id = ?`,
  );
  const ids = db
    .prepare<[number, number], number>('select id from controller where id > ? order by id limit ?')
    .pluck();
  const liveIds = db.prepare<[], number>("select id from controller where state = 'live' order by id").pluck();
  const setState = db.prepare<[string, number | null, number]>(
    'update controller set state = ?, into_controller = ? where id = ?',
  );
  const setArchived = db.prepare<[number | null, number]>('update controller set archived_at = ? where id = ?');
  const remove = db.prepare<[number]>('delete from controller where id = ?');

  const parts = db.prepare<[number], PartRow>(
    'select id, controller, type, key from controller_part where controller = ? order by id',
  );
  const part = db.prepare<[number], PartRow>('select id, controller, type, key from controller_part where id = ?');
  const addPart = db.prepare<[number, string, string]>(
    'insert into controller_part (controller, type, key) values (?, ?, ?)',
  );
  const removePart = db.prepare<[number]>('delete from controller_part where id = ?');

  const countParts = db.prepare<[string], number>('select count(*) from controller_part where type = ?').pluck();

  const effectiveValues = db.prepare<[number], EffectiveRow>(
    `select w.part, w.field, w.side, w.fact, w.value, w.observed_at from controller_part p join controller_effective w on w.part = p.id
     where p.controller = ?`,
  );
  const partEffective = db.prepare<
    [number],
    PartRow & { field: string | null; side: ControllerSide | null; value: string | null }
  >(
    `select p.id, p.controller, p.type, p.key, w.field, w.side, w.value from controller_part p left join controller_effective w on w.part = p.id
     where p.controller = ? order by p.id`,
  );
  const addresses = db
    .prepare<[number], string>(
      `select distinct w.value from controller_part p cross join controller_effective w on w.part = p.id and w.field = 'address'
       where p.controller = ? order by p.id, w.side`,
    )
    .pluck();
  const allAddresses = db
    .prepare<[], string>("select distinct value from controller_effective where field = 'address'")
    .pluck();
  const firmwareMethods = db
    .prepare<[number], string>(
      `select r.method from controller_part p cross join controller_effective w on w.part = p.id and w.field = 'firmware'
       cross join controller_fact f on f.id = w.fact cross join controller_reading r on r.id = f.reading where p.controller = ? and p.type = 'controller'`,
    )
    .pluck();
  const putEffective = db.prepare(
    `insert into controller_effective (part, field, side, fact, value, observed_at)
     values (?, ?, ?, ?, ?, ?)
     on conflict (part, field, side) do update set fact = excluded.fact, value = excluded.value, observed_at = excluded.observed_at`,
  );
  const removeEffective = db.prepare<[number, string, string]>(
    'delete from controller_effective where part = ? and field = ? and side = ?',
  );

  const controllersByKey = db
    .prepare<[string, string], number>(
      'select controller from controller_key where kind = ? and value = ? order by controller',
    )
    .pluck();
  const keys = db.prepare<[number], Key & { strength: number }>(
    'select kind, value, strength from controller_key where controller = ? order by kind, value',
  );
  const addKey = db.prepare<[string, string, number, number]>(
    'insert into controller_key (kind, value, controller, strength) values (?, ?, ?, ?) on conflict do nothing',
  );
  const removeKey = db.prepare<[string, string, number]>(
    'delete from controller_key where kind = ? and value = ? and controller = ?',
  );
  const removeKeys = db.prepare<[number]>('delete from controller_key where controller = ?');
  const sharing = db.prepare<[number, number, number], { controller: number; kind: KeyKind; value: string }>(
    `select o.controller, o.kind, o.value from controller_key k join controller_key o on o.kind = k.kind and o.value = k.value and o.controller <> k.controller
       join controller on controller.id = o.controller and controller.state <> 'merged'
     where k.controller = ? and k.strength >= ? order by o.strength, o.controller limit ?`,
  );

  const agreed = db
    .prepare<[string, string], number>(
      'select controller from controller_agreed where kind = ? and value = ? order by controller',
    )
    .pluck();
  const agreedOf = db.prepare<[number], Key>(
    'select kind, value from controller_agreed where controller = ? order by kind, value',
  );
  const addAgreed = db.prepare<[string, string, number]>(
    'insert into controller_agreed (kind, value, controller) values (?, ?, ?) on conflict do nothing',
  );
  const removeAgreed = db.prepare<[string, string, number]>(
    'delete from controller_agreed where kind = ? and value = ? and controller = ?',
  );
  const span = db.prepare<[number], Span>(
    `select min(observed_at) as firstAny, max(observed_at) as lastAny,
       min(observed_at) filter (where method in ('query', 'passive', 'inferred')) as first,
       max(observed_at) filter (where method in ('query', 'passive', 'inferred')) as last,
       count(*) filter (where method in ('query', 'passive', 'inferred')) as observed,
       count(*) filter (where method in ('manual', 'project', 'nameplate', 'csv')) as meant
     from controller_reading where controller = ? and ended = 0`,
  );

  const addChange = db.prepare(
    `insert into controller_change (controller, at, type, key, field, side, before, after, batch)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const changes = db.prepare<[number, number, number], ChangeRow>(
    'select * from controller_change where controller = ? and id < ? order by id desc limit ?',
  );
  const recentChanges = db.prepare<[number, number], ChangeRow>(
    'select * from controller_change where id < ? order by id desc limit ?',
  );
  const removeChanges = db.prepare<[number]>('delete from controller_change where controller = ?');
  const trimChanges = db.prepare<[number, number]>(
    'delete from controller_change where id in (select id from controller_change where at < ? order by at limit ?)',
  );

  const reached = (controllers: readonly number[], scope: Scope): number[] => {
    const { sql, params } = zonesIn(scope, 'r.zone');
    return db
      .prepare<unknown[], number>(
        `select r.controller from json_each(?) asked cross join controller_row r on r.controller = asked.value
         where ${sql} order by asked.key`,
      )
      .pluck()
      .all(JSON.stringify(controllers), ...params);
  };

  return {
    /** Those of some records that are in reach, in their order. */
    reached: (controllers: readonly number[], scope: Scope): number[] =>
      scope.site ? [...controllers] : reached(controllers, scope),
    add: (publicId: string, at: number): number => Number(add.run(publicId, at).lastInsertRowid),
    byId: (id: number) => byId.get(id),
    byPublicId: (publicId: string) => byPublicId.get(publicId),
    ids: (after: number, limit: number) => ids.all(after, limit),
    liveIds: () => liveIds.all(),
    setState: (id: number, state: ControllerState, into: number | null): void => void setState.run(state, into, id),
    setArchived: (id: number, at: number | null): void => void setArchived.run(at, id),
    remove: (id: number): void => {
      removeKeys.run(id);
      removeChanges.run(id);
      remove.run(id);
    },
    parts: (controller: number) => parts.all(controller),
    part: (id: number) => part.get(id),
    addPart: (controller: number, type: PartType, key: string): number =>
      Number(addPart.run(controller, type, key).lastInsertRowid),
    removePart: (id: number): void => void removePart.run(id),
    countParts: (type: string): number => countParts.get(type) ?? 0,
    effectiveValues: (controller: number) => effectiveValues.all(controller),
    /** Parts with the values that win, part by part. */
    partEffective: (controller: number) => partEffective.all(controller),
    /** Addresses that win, of the controller and its interfaces. */
    addresses: (controller: number): string[] => addresses.all(controller),
    /** The same of all records. */
    allAddresses: (): string[] => allAddresses.all(),
    /** By what methods the firmware is known. */
    firmwareMethods: (controller: number): string[] => firmwareMethods.all(controller),
    putEffective: ({ part, field, side, fact, value, observed_at }: EffectiveRow): void =>
      void putEffective.run(part, field, side, fact, value, observed_at),
    removeEffective: (row: Pick<EffectiveRow, 'part' | 'field' | 'side'>): void =>
      void removeEffective.run(row.part, row.field, row.side),
    controllersByKey: ({ kind, value }: Key) => controllersByKey.all(kind, value),
    keys: (controller: number) => keys.all(controller),
    addKey: ({ kind, value }: Key, controller: number, strength: number): void =>
      void addKey.run(kind, value, controller, strength),
    removeKey: ({ kind, value }: Key, controller: number): void => void removeKey.run(kind, value, controller),
    /** Records that share a key at least so weak, the strongest first. */
    sharing: (controller: number, strength: number, limit: number) => sharing.all(controller, strength, limit),
    agreed: ({ kind, value }: Key) => agreed.all(kind, value),
    agreedOf: (controller: number) => agreedOf.all(controller),
    addAgreed: ({ kind, value }: Key, controller: number): void => void addAgreed.run(kind, value, controller),
    removeAgreed: ({ kind, value }: Key, controller: number): void => void removeAgreed.run(kind, value, controller),
    /** When it was first and last heard, and by how many readings of either side. */
    span: (controller: number): Span => span.get(controller) ?? noSpan,
    addChange: ({ controller, at, type, key, field, side, before, after, batch }: Omit<ChangeRow, 'id'>): void =>
      void addChange.run(controller, at, type, key, field, side, before, after, batch),
    changes: (controller: number | undefined, before: number, limit: number) =>
      controller === undefined ? recentChanges.all(before, limit) : changes.all(controller, before, limit),
    trimChanges: (before: number, most: number): number => trimChanges.run(before, most).changes,
  };
};

export type RecordStore = ReturnType<typeof recordStore>;
