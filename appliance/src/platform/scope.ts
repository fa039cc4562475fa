import type { Database } from './database.ts';
import { type DeviceSet, setOf } from './device-set.ts';
import type { Condition } from './list/condition.ts';
import { fold } from './sql-functions.ts';

// What one request may reach. A function of a store that reads rows of devices or controllers takes a Scope; only `scopeOf` (engine/objects/types.ts),
// which asks what a person's roles grant, and `wholeSite`, which says why no person is asked, make one.

declare const made: unique symbol;

export type Scope = {
  readonly site: boolean;
  /** Groups; what lies below them is reached, too. Nothing where there are none. */
  readonly roots: readonly string[];
  /** Zones of controllers, in the same way. */
  readonly zones: readonly string[];
  readonly [made]: true;
};

/** For `scopeOf` alone: test/architecture/scope.test.ts. */
export function reaching(reach: { site: boolean; roots: readonly string[]; zones: readonly string[] }): Scope {
  return reach as Scope;
}

const site = reaching({ site: true, roots: [], zones: [] });

/**
 * Why a read is of the whole site: an agent's own call, work that no person waits for, figures without things, a command as root, a
 * call that asked for a right over the whole site before.
 */
type Reason = 'agent' | 'job' | 'figures' | 'console-root' | 'site-right';

export function wholeSite(_reason: Reason): Scope {
  return site;
}

const groupsIn = `select grp from group_path where ancestor in (select value from json_each(?))`;

/** Of rows of device_row, which have the group themselves. */
export function deviceRowsIn(scope: Scope): Condition {
  if (scope.site) return { sql: 'true', params: [] };
  return { sql: `group_id in (${groupsIn})`, params: [JSON.stringify(scope.roots)] };
}

/** The expression is the number of a device in reach. A device without a group, or without a row yet, is in reach of the site alone. */
export function devicesIn(scope: Scope, device: string): Condition {
  if (scope.site) return { sql: 'true', params: [] };
  const { sql, params } = deviceRowsIn(scope);
  return { sql: `${device} in (select device from device_row where ${sql})`, params };
}

/**
 * The column `device` is of one by its number or, whatever the case, its whole name where one device in reach alone has it; with the
 * records that became part of it.
 */
export const deviceNamed =
  (scope: Scope) =>
  (text: string): Condition => {
    const [byNumber, byName] = [devicesIn(scope, 'id'), devicesIn(scope, 'device')];
    return {
      sql: `device in (with recursive part (id) as (select id from device where public_id = ? and ${byNumber.sql}
        union select max(device) from device_row where name_key = ? and ${byName.sql} having count(*) = 1
        union select m.other from device_merge m join part on m.keep = part.id where m.undone_at is null) select id from part)`,
      params: [text, ...byNumber.params, fold(text), ...byName.params],
    };
  };

/** The same, asked of each row that an order or another condition picks: where they are few, the devices in reach are not gathered. */
export function isDeviceIn(scope: Scope, device: string): Condition {
  if (scope.site) return { sql: 'true', params: [] };
  return {
    sql: `(select group_id from device_row where device = ${device}) in (${groupsIn})`,
    params: [JSON.stringify(scope.roots)],
  };
}

/** The ids of the groups in reach; undefined: all there are. */
export function groupsReached(db: Database, scope: Scope): ReadonlySet<string> | undefined {
  if (scope.site) return undefined;
  return new Set(db.prepare<[string], string>(groupsIn).pluck().all(JSON.stringify(scope.roots)));
}

/** What a lasting thing may act on, whatever its writer comes to reach later: JSON of the groups of then; null: the whole site. */
export type Limit = string | null;

export function limitOf(scope: Scope): Limit {
  return scope.site ? null : JSON.stringify(scope.roots);
}

/** Whether a device is, in the tree of today, where a lasting thing may act. */
export function isWithin(db: Database, limit: Limit, device: number): boolean {
  if (limit === null) return true;
  const sql = `select 1 from device_row where device = ? and group_id in (${groupsIn})`;
  return db.prepare<[number, string]>(sql).get(device, limit) !== undefined;
}

/** Whether a device is in reach. */
export function isReached(db: Database, scope: Scope, device: number): boolean {
  return isWithin(db, limitOf(scope), device);
}

/** The devices in reach, a byte for each; undefined: all there are. */
export function devicesReached(db: Database, scope: Scope): DeviceSet | undefined {
  if (scope.site) return undefined;
  const { sql, params } = deviceRowsIn(scope);
  return setOf(
    db
      .prepare<unknown[], number>(`select device from device_row where ${sql}`)
      .pluck()
      .all(...params),
  );
}

/** Of a zone that was removed nothing is reached, nor of one below it. */
const zonesBelow = `with recursive below (id) as (
    select id from object where kind = 'controller-zone' and deleted_at is null and id in (select value from json_each(?))
    union select i.id from below cross join object_index i
      on i.kind = 'controller-zone' and i.field = 'parent' and i.value = below.id)
  select id from below`;

/** The expression is the id of a zone in reach. */
export function zonesIn(scope: Scope, zone: string): Condition {
  if (scope.site) return { sql: 'true', params: [] };
  return { sql: `${zone} in (${zonesBelow})`, params: [JSON.stringify(scope.zones)] };
}

/**
 * The expression is the number of a controller in reach, or its public id. A controller is in the zone whose id its row has: one
 * without, or with the name of a zone alone, is in reach of the site.
 */
export function controllersIn(
  scope: Scope,
  controller: string,
  column: 'controller' | 'public_id' = 'controller',
): Condition {
  if (scope.site) return { sql: 'true', params: [] };
  const { sql, params } = zonesIn(scope, 'zone');
  return { sql: `${controller} in (select ${column} from controller_row where ${sql})`, params };
}

/** The ids of the zones in reach; undefined: all there are. */
export function zonesReached(db: Database, scope: Scope): ReadonlySet<string> | undefined {
  if (scope.site) return undefined;
  return new Set(db.prepare<[string], string>(zonesBelow).pluck().all(JSON.stringify(scope.zones)));
}
