import type { Database } from '../../platform/database.ts';
import { allTrue, among, type Condition } from '../../platform/list/condition.ts';
import { deviceRowsIn, devicesIn, type Scope } from '../../platform/scope.ts';

// What somebody reads of the events who does not reach the whole site: those of devices in reach, as these are grouped now, with the
// records that became part of them; and, of what names no device, what they did themselves. Reads event, device_row, device_merge.

/** So few devices are read one by one and merged: going back through all events for them reads every one. */
const mostOneByOne = 500;

/** The conditions of a reach; no event fits two of `each`, which count what is found, narrowed by a filter or not. */
export function reachedEvents(db: Database, scope: Scope, reader: string) {
  const [rows, keeps] = [deviceRowsIn(scope), devicesIn(scope, 'keep')];
  const numbers = (text: string, params: readonly unknown[]): number[] =>
    db
      .prepare<unknown[], number>(text)
      .pluck()
      .all(...params);
  // Records that became part of another are few: the devices are not gathered to look for theirs.
  const devices = [
    ...new Set([
      ...numbers(`select device from device_row where ${rows.sql}`, rows.params),
      ...numbers(
        `with recursive part (id) as (select other from device_merge where undone_at is null and ${keeps.sql}
           union select m.other from device_merge m join part on m.keep = part.id where m.undone_at is null) select id from part`,
        keeps.params,
      ),
    ]),
  ];
  const own: Condition = { sql: 'device is null and actor = ?', params: [reader] };
  const isSmall = devices.length < mostOneByOne;
  const of = among('device', devices);
  // The plus keeps the way by what a filter names: it is shorter than that by many devices.
  const ofMany = { sql: `+${of.sql}`, params: of.params };
  const newestOf = (where: Condition): string => `select id from event where ${where.sql} order by id desc limit ?`;
  return {
    each: (isNarrowed: boolean): readonly Condition[] => [isNarrowed && !isSmall ? ofMany : of, own],
    isSmall,
    /** What is read to find the newest of many: all that may be among so many, or each event that is looked at on the way back. */
    among: (where: Condition, limit: number): Condition => {
      if (!isSmall)
        return allTrue([
          where,
          { sql: `(${ofMany.sql} or (+device is null and +actor = ?))`, params: [...of.params, reader] },
        ]);
      const [ofOne, ofOwn] = [allTrue([{ sql: 'device = one.value', params: [] }, where]), allTrue([own, where])];
      return {
        sql: `id in (select e.id from json_each(?) as one cross join event as e on e.id in (${newestOf(ofOne)})
          union all select id from (${newestOf(ofOwn)}))`,
        params: [JSON.stringify(devices), ...ofOne.params, limit, ...ofOwn.params, limit],
      };
    },
  };
}
