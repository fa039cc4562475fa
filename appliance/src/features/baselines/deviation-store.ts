import type { Changed } from '../../engine/changes/types.ts';
import type { Database } from '../../platform/database.ts';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import { asksFor, type Vocabulary } from '../../platform/filter/types.ts';
import { allTrue, among } from '../../platform/list/condition.ts';
import { listBuilder } from '../../platform/list/list-queries.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { SidesRow } from './store.ts';
import type { DeviationQuery, Outcome } from './types.ts';

export type DeviationRow = SidesRow & {
  id: number;
  baseline: string;
  device: number;
  collection: string;
  operation: 'added' | 'removed' | 'changed';
  identity: string;
  title: string | null;
  since: number;
  until: number | null;
  outcome: Outcome | null;
  acceptance: number | null;
  work_order: string | null;
  work_order_actor: string | null;
  work_order_at: number | null;
};

export type NewDeviation = Omit<
  DeviationRow,
  'id' | 'until' | 'outcome' | 'acceptance' | 'work_order' | 'work_order_actor' | 'work_order_at'
>;

/** SQL of deviations; what opens or closes one makes its device pending for the rules. */
export const deviationStore = (db: Database, changed: Changed) => {
  const sql = statements(db);
  const insert = sql.run<[NewDeviation]>(
    `insert into deviation (baseline, device, collection, operation, identity, title, before_item, after_item, before_row,
       after_row, before_key, after_key, since)
     values (@baseline, @device, @collection, @operation, @identity, @title, @before_item, @after_item, @before_row,
       @after_row, @before_key, @after_key, @since)`,
  );
  const replace = sql.run<[NewDeviation & { id: number }]>(
    `update deviation set baseline = @baseline, operation = @operation, title = @title, before_item = @before_item,
       after_item = @after_item, before_row = @before_row, after_row = @after_row, before_key = @before_key,
       after_key = @after_key where id = @id`,
  );
  const close = sql.run<[number, Outcome, number | null, number]>(
    'update deviation set until = ?, outcome = ?, acceptance = ? where id = ? and until is null',
  );
  const byIds = (ids: readonly number[], scope: Scope): DeviationRow[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], DeviationRow>(
        `select * from deviation where id in (select value from json_each(?)) and ${sql} order by id`,
      )
      .all(JSON.stringify(ids), ...params);
  };
  /** Open ones of each baseline; of some collections alone where those are given. */
  const counts = (
    scope: Scope,
    collection?: readonly string[],
  ): { baseline: string; deviations: number; devices: number }[] => {
    const { sql, params } = allTrue([
      devicesIn(scope, 'device'),
      ...(collection === undefined
        ? []
        : [{ sql: 'collection in (select value from json_each(?))', params: [JSON.stringify(collection)] }]),
    ]);
    return db
      .prepare<unknown[], { baseline: string; deviations: number; devices: number }>(
        `select baseline, count(*) as deviations, count(distinct device) as devices from deviation
         where until is null and ${sql} group by baseline`,
      )
      .all(...params);
  };
  const list = listBuilder<DeviationRow, 'id'>(db, {
    from: 'deviation',
    id: 'id',
    select: '*',
    orders: { id: { keys: ['id'] } },
  });
  /** The newest first. */
  const page = (query: DeviationQuery, vocabulary: Vocabulary, now: number) => {
    const { scope, filter, ids, device, collection, after, limit } = query;
    const where = [
      devicesIn(scope, 'device'),
      ...(asksFor('state', filter) ? [] : [{ sql: 'until is null', params: [] }]),
      ...conditionsOf(filter, { vocabulary, now, moments: { now } }),
      ...(ids === undefined ? [] : [among('id', ids)]),
      ...(device === undefined ? [] : [{ sql: 'device = ?', params: [device] }]),
      ...(collection === undefined ? [] : [among('collection', collection)]),
    ];
    const found = list.page({
      sort: 'id',
      descending: true,
      where,
      after: after === undefined ? after : [after],
      limit,
    });
    return { ...found, next: found.next === undefined ? undefined : found.rows.at(-1)?.id };
  };

  return {
    openOf: sql.all<[device: number, collection: string], DeviationRow>(
      'select * from deviation where device = +? and collection = +? and until is null order by id',
    ),
    /** Collections in which a device deviates. */
    collectionsOf: sql.values<[device: number], string>(
      'select distinct collection from deviation where device = ? and until is null',
    ),
    countOf: sql.count<[device: number]>('select count(*) from deviation where device = ? and until is null'),
    insert: (row: NewDeviation): void => {
      insert(row);
      changed('deviation', [row.device]);
    },
    replace: (id: number, row: NewDeviation): void => replace({ ...row, id }),
    close: (row: { id: number; device: number }, at: number, outcome: Outcome, acceptance: number | null): void => {
      close(at, outcome, acceptance, row.id);
      changed('deviation', [row.device]);
    },
    /** Of devices in reach. */
    byIds,
    counts,
    page,
    setWorkOrder: sql.did<[id: number, order: string | null, actor: string, at: number]>(
      'update deviation set work_order = ?2, work_order_actor = ?3, work_order_at = ?4 where id = ?1 and until is null',
    ),
    trim: sql.changes<[before: number, most: number]>(
      'delete from deviation where id in (select id from deviation where until is not null and until < ? limit ?)',
    ),
  };
};

export type DeviationStore = ReturnType<typeof deviationStore>;
