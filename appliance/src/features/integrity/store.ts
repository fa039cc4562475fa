import type { Database } from '../../platform/database.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';

export type StateRow = {
  controller: number;
  state: string;
  why: string | null;
  since: number;
  checked_at: number;
  read_at: number | null;
  reference: string | null;
  differences: string;
  public_id: string;
  name: string;
  zone: string | null;
  health: string;
  reasons: string;
  found: number;
  unknown: number;
};

type ChangeRow = {
  id: number;
  controller: number;
  at: number;
  before: string | null;
  after: string;
  differences: string;
};

export type SnapshotRow = {
  id: number;
  controller: number;
  at: number;
  actor: string;
  moment: string;
  work_order: string;
  content: string;
  content_hash: string;
};

const rest = [
  'state',
  'why',
  'since',
  'checked_at',
  'read_at',
  'reference',
  'differences',
  'public_id',
  'name',
  'zone',
  'health',
  'reasons',
  'found',
  'unknown',
] as const satisfies readonly (keyof StateRow)[];

/** SQL of the results of comparing programs. */
export const integrityStore = (db: Database) => {
  const sql = statements(db);
  const all = (scope: Scope, states?: readonly string[]): StateRow[] => {
    const { sql, params } = controllersIn(scope, 'controller');
    const among = states === undefined ? '' : 'and state in (select value from json_each(?))';
    return db
      .prepare<unknown[], StateRow>(`select * from controller_program_state where ${sql} ${among}`)
      .all(...params, ...(states === undefined ? [] : [JSON.stringify(states)]));
  };
  const healths = (scope: Scope) => {
    const { sql, params } = controllersIn(scope, 'controller');
    return db
      .prepare<unknown[], Pick<StateRow, 'controller' | 'public_id' | 'name' | 'zone' | 'health' | 'reasons'>>(
        `select controller, public_id, name, zone, health, reasons from controller_program_state where ${sql}`,
      )
      .all(...params);
  };
  const stateCounts = (scope: Scope) => {
    const { sql, params } = controllersIn(scope, 'controller');
    return db
      .prepare<unknown[], { state: string; n: number }>(
        `select state, count(*) as n from controller_program_state where ${sql} group by state`,
      )
      .all(...params);
  };
  /** `first`: the controller that came first of those with a health in a zone as sources name it. */
  const zoneHealths = (scope: Scope) => {
    const { sql, params } = controllersIn(scope, 'controller');
    return db
      .prepare<unknown[], { zone: string | null; health: string; n: number; first: number }>(
        `select zone, health, count(*) as n, min(controller) as first from controller_program_state where ${sql}
         group by health, zone`,
      )
      .all(...params);
  };
  return {
    healths,
    stateCounts,
    zoneHealths,
    byController: sql.get<[controller: number], StateRow>(
      'select * from controller_program_state where controller = ?',
    ),
    all,
    put: sql.run<[row: StateRow]>(
      `insert into controller_program_state (controller, ${rest.join(', ')}) values (@controller, ${rest.map((name) => `@${name}`).join(', ')})
     on conflict (controller) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    ),
    remove: sql.run<[controller: number]>('delete from controller_program_state where controller = ?'),
    addChange: sql.run<[row: Omit<ChangeRow, 'id'>]>(
      `insert into controller_program_change (controller, at, before, after, differences)
     values (@controller, @at, @before, @after, @differences)`,
    ),
    changes: sql.all<[controller: number, limit: number], ChangeRow>(
      'select * from controller_program_change where controller = ? order by id desc limit ?',
    ),
    addSnapshot: sql.insert<[row: Omit<SnapshotRow, 'id'>]>(
      `insert into controller_program_snapshot (controller, at, actor, moment, work_order, content, content_hash)
     values (@controller, @at, @actor, @moment, @work_order, @content, @content_hash)`,
    ),
    snapshots: sql.all<[controller: number, limit: number], SnapshotRow>(
      'select * from controller_program_snapshot where controller = ? order by id desc limit ?',
    ),
    newestSnapshot: sql.get<[controller: number, workOrder: string, moment: 'before' | 'after'], SnapshotRow>(
      'select * from controller_program_snapshot where controller = ? and work_order = ? and moment = ? order by id desc limit 1',
    ),
  };
};
