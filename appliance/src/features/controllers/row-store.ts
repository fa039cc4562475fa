import type { Database } from '../../platform/database.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { type Scope, zonesIn } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { COVERAGE_STATES } from '../vulnerabilities/types.ts';
import { coverageOf, isJudgedWhole, isNotJudged } from './coverage-queries.ts';
import type { ControllerDecision, ControllerState, ListedController, ListedField, ListedValue } from './types.ts';

/** What lists filter and sort by; made of the rest whenever that changes. */
export type ListRow = {
  controller: number;
  public_id: string;
  state: ControllerState;
  decision: ControllerDecision;
  name_key: string;
  vendor_key: string;
  family_key: string;
  model_key: string;
  order_key: string;
  firmware_key: string;
  address_key: string;
  zone: string;
  role: string;
  method: string;
  missing_firmware: number;
  drift: number;
  proposals: number;
  first_seen: number | null;
  last_seen: number | null;
  seen_key: number;
  search: string;
  label: string;
  shown: string;
  differs: string;
  modules: number;
};

export const rowColumns = [
  'controller',
  'public_id',
  'state',
  'decision',
  'name_key',
  'vendor_key',
  'family_key',
  'model_key',
  'order_key',
  'firmware_key',
  'address_key',
  'zone',
  'role',
  'method',
  'missing_firmware',
  'drift',
  'proposals',
  'first_seen',
  'last_seen',
  'seen_key',
  'search',
  'label',
  'shown',
  'differs',
  'modules',
] as const satisfies readonly (keyof ListRow)[];

/** A row with what is not kept in it. */
type ShownRow = ListRow & { coverage: number };

/** What a list shows of a record. */
export function toListed(row: ShownRow): ListedController {
  return {
    id: row.controller,
    publicId: row.public_id,
    name: row.label,
    state: row.state,
    decision: row.decision,
    fields: JSON.parse(row.shown) as Record<ListedField, ListedValue>,
    drift: row.drift,
    differs: row.differs === '' ? null : (JSON.parse(row.differs) as ListedController['differs']),
    proposals: row.proposals,
    coverage: COVERAGE_STATES[row.coverage] ?? 'not-judged',
    modules: row.modules,
    firstSeenAt: row.first_seen,
    lastSeenAt: row.last_seen,
  };
}

/** SQL of the rows of lists. */
export const rowStore = (db: Database) => {
  const sql = statements(db);
  const rest = rowColumns.slice(1);
  const proposing = (scope: Scope): number[] => {
    const { sql, params } = zonesIn(scope, 'zone');
    return db
      .prepare<unknown[], number>(`select controller from controller_row where proposals > 0 and ${sql}`)
      .pluck()
      .all(...params);
  };
  /** Records in use, in reach, of which what is here does not speak, or not of all of it. */
  const notWhole = (scope: Scope): Condition => {
    const { sql, params } = zonesIn(scope, 'zone');
    return {
      sql: `controller_row where state = 'live' and decision <> 'archived' and ${sql} and not (${isJudgedWhole('controller')})`,
      params,
    };
  };
  return {
    // By number: all of it lies in the index.
    unjudged: (scope: Scope): ReadonlyMap<number, 'not-judged' | 'partly'> => {
      const { sql, params } = notWhole(scope);
      return new Map(
        db
          .prepare<unknown[], [controller: number, coverage: 'not-judged' | 'partly']>(
            `select controller, iif(${isNotJudged('controller')}, 'not-judged', 'partly') from ${sql}`,
          )
          .raw()
          .all(...params),
      );
    },
    /** How many in each zone, as rows have it; `unspoken`: those of which nothing speaks at all. */
    unjudgedZones: (scope: Scope): { zone: string; n: number; unspoken: number }[] => {
      const { sql, params } = notWhole(scope);
      return db
        .prepare<unknown[], { zone: string; n: number; unspoken: number }>(
          `select zone, count(*) as n, sum(${isNotJudged('controller')}) as unspoken from ${sql} group by zone`,
        )
        .all(...params);
    },
    /** Records in reach that may be the same as another, in reach or not. */
    proposing,
    put: sql.run<[row: ListRow]>(
      `insert into controller_row (${rowColumns.join(', ')}) values (${rowColumns.map((name) => `@${name}`).join(', ')})
     on conflict (controller) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}
     where ${rest.map((name) => `controller_row.${name} is not excluded.${name}`).join(' or ')}`,
    ),
    remove: sql.run<[controller: number]>('delete from controller_row where controller = ?'),
    one: sql.get<[controller: number], ListRow>('select * from controller_row where controller = ?'),
    /** In the order of the numbers; what is gone is left out. */
    some: sql.all<[controllers: readonly number[]], ShownRow>(
      `select r.*, ${coverageOf('r.controller')} as coverage
       from json_each(?) asked cross join controller_row r on r.controller = asked.value order by asked.key`,
    ),
    counts: sql.all<
      [],
      {
        state: ControllerState;
        decision: ControllerDecision;
        drift: number;
        missing: number;
        proposals: number;
        controllers: number;
      }
    >(
      `select state, decision, sum(drift > 0) as drift, sum(missing_firmware) as missing, sum(proposals > 0) as proposals,
       count(*) as controllers from controller_row group by state, decision`,
    ),
    /** Records not archived yet that were neither heard nor decided about since. */
    idle: sql.values<[before: number, limit: number], number>(
      `select r.controller from controller_row r join controller on controller.id = r.controller
       where r.state <> 'merged' and controller.archived_at is null and r.last_seen is not null and r.last_seen < ?1
         and not exists (select 1 from object where kind = 'controller-decision' and id = controller.public_id
           and deleted_at is null and updated_at >= ?1)
       order by r.controller limit ?2`,
    ),
  };
};

export type RowStore = ReturnType<typeof rowStore>;
