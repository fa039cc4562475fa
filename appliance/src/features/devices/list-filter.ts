import type { Personal } from '../../platform/personal.ts';
import { fold } from '../../platform/sql-functions.ts';
import { anyCondition, type Condition, inAll, inDevices } from './device-set.ts';
import type { DeviceKind, DeviceState } from './types.ts';

// The WHERE of a list of devices, over device_row r and device d. Values are always bound.

/** Values of one name are alternatives; several names hold at once. */
export type DeviceFilter = {
  /** Without it, all but directories, which are devices only for the engines. */
  kind?: readonly DeviceKind[];
  /** Part of a name, address, system or id. */
  search?: string;
  /** Without it, devices that were revoked are left out. */
  state?: readonly DeviceState[];
  /** Ranks of levels. */
  levels?: readonly number[];
  /** Ranks of the worst decision about the device's findings. */
  worst?: readonly number[];
  /** Id of a group, or part of its name; the groups below it count. */
  group?: readonly string[];
  os?: readonly string[];
  /** The beginning of any of its addresses. */
  address?: readonly string[];
  tag?: readonly string[];
  /** `name` or `name/version`. */
  software?: readonly string[];
  /** The whole name of an account on it or of somebody who worked on it. */
  user?: readonly string[];
  /** An advisory's id or alias that an open finding of the device has. */
  cve?: readonly string[];
};

/** What other features know about a filter's value. */
export type FilterSources = {
  personal: Personal;
  /** Devices with a tag. */
  byTag(tag: string): ArrayLike<number>;
  /** Devices with an item of software. */
  bySoftware(name: string): ArrayLike<number>;
  /** Devices with an open finding by the name of an advisory. */
  byAdvisory(name: string): ArrayLike<number>;
};

const groupCondition = (values: readonly string[]): Condition => ({
  // Groups are few; a circle among them ends, since a union keeps no row twice.
  sql: `r.group_id in (with recursive below (id) as (
      select o.id from object o, json_each(?) as asked where o.kind = 'group' and o.deleted_at is null
        and (o.id = asked.value or instr(fold(json_extract(o.body, '$.name')), fold(asked.value)) > 0)
      union select o.id from below join object o on json_extract(o.body, '$.parent') = below.id
        where o.kind = 'group' and o.deleted_at is null)
    select id from below)`,
  params: [JSON.stringify(values)],
});

const userCondition = (personal: Personal, value: string): Condition => ({
  sql: `r.device in (select device from inv_accounts where "name_bx" = ?
    union select device from inv_sessions where "account_bx" = ?)`,
  params: [personal.blindIndex('accounts.name', value), personal.blindIndex('sessions.account', value)],
});

/** `reads` has to look into the row of every device that an index lets through, so the rows are better read in turn. */
export type ListCondition = Condition & { reads: boolean };

/** The conditions of a filter. */
export const filterSql = (filter: DeviceFilter, sources: FilterSources): ListCondition => {
  const parts: Condition[] = [];
  /** Looked at last: each costs more than finding a device in a set. */
  const texts: Condition[] = [];
  const sets: ArrayLike<number>[][] = [];
  let reads = false;
  const oneOf = (values: readonly unknown[] | undefined, sql: string): void => {
    if (values !== undefined && values.length > 0) parts.push({ sql, params: [JSON.stringify(values)] });
  };
  const anyOf = (
    to: Condition[],
    values: readonly string[] | undefined,
    condition: (value: string) => Condition,
  ): void => {
    if (values !== undefined && values.length > 0) to.push(anyCondition(values.map(condition)));
  };
  const ofSets = (values: readonly string[] | undefined, find: (value: string) => ArrayLike<number>): void => {
    if (values !== undefined && values.length > 0) sets.push(values.map(find));
  };
  const holds = (column: string, text: string): Condition => {
    reads = true;
    return { sql: `instr(${column}, ?) > 0`, params: [text] };
  };

  if (filter.kind === undefined || filter.kind.length === 0) parts.push({ sql: `r.kind <> 'directory'`, params: [] });
  oneOf(filter.kind, 'r.kind in (select value from json_each(?))');
  if (filter.state === undefined || filter.state.length === 0)
    parts.push({ sql: `r.state in (select value from json_each(?))`, params: [JSON.stringify(shownStates)] });
  oneOf(filter.state, 'r.state in (select value from json_each(?))');
  oneOf(filter.levels, 'r.level in (select value from json_each(?))');
  oneOf(filter.worst, 'r.worst in (select value from json_each(?))');
  if (filter.group !== undefined && filter.group.length > 0) parts.push(groupCondition(filter.group));
  anyOf(texts, filter.os, (value) => holds('r.os_search', fold(value)));
  anyOf(texts, filter.address, (value) => holds('r.addresses', ` ${fold(value)}`));
  anyOf(parts, filter.user, (value) => userCondition(sources.personal, value));
  ofSets(filter.tag, sources.byTag);
  ofSets(filter.software, sources.bySoftware);
  ofSets(filter.cve, sources.byAdvisory);
  if (sets.length > 0) parts.push(inDevices('r.device', inAll(sets)));
  const text = fold(filter.search?.trim() ?? '');
  if (text !== '') texts.push(holds('r.search', text));
  parts.push(...texts);
  return {
    sql: parts.map(({ sql }) => sql).join(' and '),
    params: parts.flatMap(({ params }) => params),
    reads,
  };
};

/** What a list shows when nobody asks for a state. */
const shownStates: readonly string[] = ['pending', 'managed', 'held', 'discovered'];
