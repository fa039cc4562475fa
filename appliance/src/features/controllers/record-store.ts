import type { Database } from '../../platform/database.ts';
import { type Scope, zonesIn } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
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
  const sql = statements(db);
  const remove = sql.run<[number]>('delete from controller where id = ?');

  const addKey = sql.run<[string, string, number, number]>(
    'insert into controller_key (kind, value, controller, strength) values (?, ?, ?, ?) on conflict do nothing',
  );
  const removeKey = sql.run<[string, string, number]>(
    'delete from controller_key where kind = ? and value = ? and controller = ?',
  );
  const removeKeys = sql.run<[number]>('delete from controller_key where controller = ?');

  const addAgreed = sql.run<[string, string, number]>(
    'insert into controller_agreed (kind, value, controller) values (?, ?, ?) on conflict do nothing',
  );
  const removeAgreed = sql.run<[string, string, number]>(
    'delete from controller_agreed where kind = ? and value = ? and controller = ?',
  );
  const span = sql.get<[number], Span>(
    `select min(observed_at) as firstAny, max(observed_at) as lastAny,
       min(observed_at) filter (where method in ('query', 'passive', 'inferred')) as first,
       max(observed_at) filter (where method in ('query', 'passive', 'inferred')) as last,
       count(*) filter (where method in ('query', 'passive', 'inferred')) as observed,
       count(*) filter (where method in ('manual', 'project', 'nameplate', 'csv')) as meant
     from controller_reading where controller = ? and ended = 0`,
  );

  const changes = sql.all<[number, number, number], ChangeRow>(
    'select * from controller_change where controller = ? and id < ? order by id desc limit ?',
  );
  const recentChanges = sql.all<[number, number], ChangeRow>(
    'select * from controller_change where id < ? order by id desc limit ?',
  );
  const removeChanges = sql.run<[number]>('delete from controller_change where controller = ?');

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

  const isKey = sql.count<[kinds: readonly string[], publicId: string]>(
    'select count(*) from object where kind in (select value from json_each(?1)) and id = ?2 and deleted_at is null',
  );
  const isNamed = sql.count<[kind: string, field: string, publicId: string]>(
    `select count(*) from object where kind = ? and deleted_at is null
       and exists (select 1 from json_each(object.body, '$.' || ?) where value = ?)`,
  );

  return {
    /** Whether an object in force has a record's public id as its key, or in one of these fields. */
    isEntered:
      (keyed: readonly string[], naming: readonly { kind: string; field: string }[]) =>
      (publicId: string): boolean =>
        isKey(keyed, publicId) > 0 || naming.some(({ kind, field }) => isNamed(kind, field, publicId) > 0),
    /** Those of some records that are in reach, in their order. */
    reached: (controllers: readonly number[], scope: Scope): number[] =>
      scope.site ? [...controllers] : reached(controllers, scope),
    add: sql.insert<[publicId: string, at: number]>(
      "insert into controller (public_id, state, created_at) values (?, 'live', ?)",
    ),
    byId: sql.get<[id: number], ControllerRow>(`select ${controllerColumns} from controller where id = ?`),
    byPublicId: sql.get<[publicId: string], ControllerRow>(
      `select ${controllerColumns} from controller where public_id = ?`,
    ),
    ids: sql.values<[after: number, limit: number], number>(
      'select id from controller where id > ? order by id limit ?',
    ),
    liveIds: sql.values<[], number>("select id from controller where state = 'live' order by id"),
    setState: sql.run<[id: number, state: ControllerState, into: number | null]>(
      'update controller set state = ?2, into_controller = ?3 where id = ?1',
    ),
    setArchived: sql.run<[id: number, at: number | null]>('update controller set archived_at = ?2 where id = ?1'),
    remove: (id: number): void => {
      removeKeys(id);
      removeChanges(id);
      remove(id);
    },
    parts: sql.all<[controller: number], PartRow>(
      'select id, controller, type, key from controller_part where controller = ? order by id',
    ),
    part: sql.get<[id: number], PartRow>('select id, controller, type, key from controller_part where id = ?'),
    addPart: sql.insert<[controller: number, type: PartType, key: string]>(
      'insert into controller_part (controller, type, key) values (?, ?, ?)',
    ),
    removePart: sql.run<[id: number]>('delete from controller_part where id = ?'),
    countParts: sql.count<[type: string]>('select count(*) from controller_part where type = ?'),
    effectiveValues: sql.all<[controller: number], EffectiveRow>(
      `select w.part, w.field, w.side, w.fact, w.value, w.observed_at from controller_part p join controller_effective w on w.part = p.id
     where p.controller = ?`,
    ),
    /** Parts with the values that win, part by part. */
    partEffective: sql.all<
      [controller: number],
      PartRow & { field: string | null; side: ControllerSide | null; value: string | null }
    >(
      `select p.id, p.controller, p.type, p.key, w.field, w.side, w.value from controller_part p left join controller_effective w on w.part = p.id
     where p.controller = ? order by p.id`,
    ),
    /** Addresses that win, of the controller and its interfaces. */
    addresses: sql.values<[controller: number], string>(
      `select distinct w.value from controller_part p cross join controller_effective w on w.part = p.id and w.field = 'address'
       where p.controller = ? order by p.id, w.side`,
    ),
    /** Whether some record has this address. */
    hasAddress: sql.has<[address: string]>("select 1 from controller_effective where field = 'address' and value = ?"),
    /** The same of all records. */
    allAddresses: sql.values<[], string>("select distinct value from controller_effective where field = 'address'"),
    /** By what methods the firmware is known. */
    firmwareMethods: sql.values<[controller: number], string>(
      `select r.method from controller_part p cross join controller_effective w on w.part = p.id and w.field = 'firmware'
       cross join controller_fact f on f.id = w.fact cross join controller_reading r on r.id = f.reading where p.controller = ? and p.type = 'controller'`,
    ),
    putEffective: sql.run<[row: EffectiveRow]>(
      `insert into controller_effective (part, field, side, fact, value, observed_at)
     values (:part, :field, :side, :fact, :value, :observed_at)
     on conflict (part, field, side) do update set fact = excluded.fact, value = excluded.value, observed_at = excluded.observed_at`,
    ),
    removeEffective: sql.run<[row: Pick<EffectiveRow, 'part' | 'field' | 'side'>]>(
      'delete from controller_effective where part = :part and field = :field and side = :side',
    ),
    controllersByKey: sql.values<[row: Key], number>(
      'select controller from controller_key where kind = :kind and value = :value order by controller',
    ),
    keys: sql.all<[controller: number], Key & { strength: number }>(
      'select kind, value, strength from controller_key where controller = ? order by kind, value',
    ),
    addKey: ({ kind, value }: Key, controller: number, strength: number): void =>
      addKey(kind, value, controller, strength),
    removeKey: ({ kind, value }: Key, controller: number): void => removeKey(kind, value, controller),
    /** Records that share a key at least so weak, the strongest first. */
    sharing: sql.all<
      [controller: number, strength: number, limit: number],
      { controller: number; kind: KeyKind; value: string }
    >(
      `select o.controller, o.kind, o.value from controller_key k join controller_key o on o.kind = k.kind and o.value = k.value and o.controller <> k.controller
       join controller on controller.id = o.controller and controller.state <> 'merged'
     where k.controller = ? and k.strength >= ? order by o.strength, o.controller limit ?`,
    ),
    agreed: sql.values<[row: Key], number>(
      'select controller from controller_agreed where kind = :kind and value = :value order by controller',
    ),
    agreedOf: sql.all<[controller: number], Key>(
      'select kind, value from controller_agreed where controller = ? order by kind, value',
    ),
    addAgreed: ({ kind, value }: Key, controller: number): void => addAgreed(kind, value, controller),
    removeAgreed: ({ kind, value }: Key, controller: number): void => removeAgreed(kind, value, controller),
    /** When it was first and last heard, and by how many readings of either side. */
    span: (controller: number): Span => span(controller) ?? noSpan,
    addChange: sql.run<[row: Omit<ChangeRow, 'id'>]>(
      `insert into controller_change (controller, at, type, key, field, side, before, after, batch)
     values (:controller, :at, :type, :key, :field, :side, :before, :after, :batch)`,
    ),
    changes: (controller: number | undefined, before: number, limit: number) =>
      controller === undefined ? recentChanges(before, limit) : changes(controller, before, limit),
    trimChanges: sql.changes<[before: number, most: number]>(
      'delete from controller_change where id in (select id from controller_change where at < ? order by at limit ?)',
    ),
  };
};

export type RecordStore = ReturnType<typeof recordStore>;
