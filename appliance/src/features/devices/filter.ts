import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Database } from '../../platform/database.ts';
import { allOf, anyOf, type DeviceSet, setOf, without } from '../../platform/device-set.ts';
import { ofRows } from '../../platform/filter/filter-queries.ts';
import { filterLanguage } from '../../platform/filter/language.ts';
import { asksFor, type Filter, type Vocabulary } from '../../platform/filter/types.ts';
import type { Personal } from '../../platform/personal.ts';
import { devicesReached, groupsReached } from '../../platform/scope.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { filterEvaluator } from './evaluate-queries.ts';
import { deviceVocabulary } from './field-queries.ts';
import { everyDevice, indexedDevices } from './filter-queries.ts';
import { groupTree } from './groups.ts';
import { type DeviceFilters, type GroupTree, listLayer, type Moment } from './types.ts';

const hourMs = 3_600_000;

/** Fields whose sets may still hold what is left of devices that are gone. */
const leftovers: ReadonlySet<string> = new Set(['tag', 'user', 'cve']);

/** Whether only devices can be found, without a look at which there are. */
const isOfDevices = (filter: Filter, { fields, rows }: Vocabulary): boolean => {
  if ('all' in filter) return filter.all.some((part) => isOfDevices(part, { fields, rows }));
  if ('any' in filter) return filter.any.every((part) => isOfDevices(part, { fields, rows }));
  if ('not' in filter) return true;
  if ('some' in filter) return rows.get(filter.some)?.shared !== true;
  return fields.has(filter.field) && !leftovers.has(filter.field);
};

/** Whether a filter over a collection's rows begins with a name, which an index finds. */
const namesOne = (where: Filter): boolean => {
  if ('all' in where) return where.all.some(namesOne);
  if ('any' in where) return where.any.every(namesOne);
  return 'field' in where && where.field === 'name' && where.op === '=';
};

/** The language of filters over devices, and the devices that a filter finds: each part of it is a set, and they are joined. */
export const deviceFilters = (parts: {
  db: Database;
  personal: Personal;
  inventory: Pick<InventoryService, 'filterRows' | 'devicesWith' | 'deviceSetWith' | 'membersAmong'>;
  vulnerabilities: Pick<VulnerabilityService, 'devicesWith'>;
  objects: ObjectService;
  clock?: () => number;
}): DeviceFilters => {
  const { db, personal, inventory, vulnerabilities, objects, clock = nowMs } = parts;
  const vocabulary = deviceVocabulary(inventory.filterRows());
  const evaluator = filterEvaluator(db, inventory, vocabulary);
  const groups: DeviceFilters['groups'] = (scope) =>
    groupTree(objects, scope === undefined ? undefined : groupsReached(db, scope));
  const indexed = indexedDevices({
    db,
    personal,
    groups,
    clock,
    devicesWith: vulnerabilities.devicesWith,
    checkInSeconds: () => objects.setting('devices.check-in-seconds'),
  });
  const all = everyDevice(db);
  const moment = (): Moment => {
    const now = clock();
    return {
      now,
      visibleSince: now - objects.setting('devices.not-visible-hours') * hourMs,
      groupsBelow: (group) => groups().below(group),
      groupsNamed: (text) => groups().named(text),
    };
  };

  const find = (filter: Filter): DeviceSet => {
    if ('all' in filter) return filter.all.length === 0 ? all() : allOf(filter.all.map(find));
    if ('any' in filter) return anyOf(filter.any.map(find));
    if ('not' in filter) return without(all(), find(filter.not));
    if ('some' in filter) {
      const rows = vocabulary.rows.get(filter.some);
      return rows?.shared
        ? evaluator.holding(rows, filter.where, moment())
        : setOf(evaluator.matching(filter, moment()));
    }
    if (!vocabulary.fields.has(filter.field)) {
      const whole = ofRows(filter, vocabulary);
      if (whole !== undefined) return find(whole);
    }
    const found = indexed.find(filter);
    if (found !== undefined) return found;
    if (filter.op === '!=') return without(all(), find({ ...filter, op: '=' }));
    return setOf(evaluator.matching(filter, moment()));
  };

  /** How often every device, or every item of a collection, has to be looked at. */
  const scansOf = (filter: Filter): number => {
    if ('all' in filter) return filter.all.reduce((sum, part) => sum + scansOf(part), 0);
    if ('any' in filter) return filter.any.reduce((sum, part) => sum + scansOf(part), 0);
    if ('not' in filter) return scansOf(filter.not);
    if ('some' in filter) return namesOne(filter.where) ? 0 : 1;
    if (!vocabulary.fields.has(filter.field)) {
      const whole = ofRows(filter, vocabulary);
      if (whole !== undefined) return scansOf(whole);
    }
    const isIndexed = indexed.has(filter) || (filter.op === '!=' && indexed.has({ ...filter, op: '=' }));
    return isIndexed ? 0 : 1;
  };

  /** What a list shows only on request. */
  const hidden = (filter: Filter | undefined): DeviceSet => {
    const directories: Filter = { field: 'kind', op: '=', value: 'directory' };
    const revoked: Filter = { field: 'state', op: '=', value: 'revoked' };
    return find({ any: asksFor('state', filter) ? [directories] : [directories, revoked] });
  };
  const shown = (filter: Filter): DeviceSet => {
    const found = find(filter);
    return without(isOfDevices(filter, vocabulary) ? found : allOf([found, all()]), hidden(filter));
  };

  const language = filterLanguage({
    vocabulary,
    below: listLayer + 1,
    group: (text) => (objects.find('group', text) === undefined ? groups().find(text) : text),
    scansOf,
  });
  /** A part of a group's name is looked for among the groups in reach alone. */
  const byReached = (filter: Filter, named: GroupTree['named']): Filter => {
    if ('all' in filter) return { all: filter.all.map((part) => byReached(part, named)) };
    if ('any' in filter) return { any: filter.any.map((part) => byReached(part, named)) };
    if ('not' in filter) return { not: byReached(filter.not, named) };
    if ('some' in filter) return filter;
    const { field, op, value } = filter;
    return op === 'contains' && vocabulary.fields.get(field)?.type === 'group'
      ? { any: named(String(value)).map((id) => ({ field, op: 'in', value: id })) }
      : filter;
  };

  return {
    ...language,
    within: (scope) => {
      const inReach = groupsReached(db, scope);
      if (inReach === undefined) return language;
      const tree = groupTree(objects, inReach);
      return filterLanguage({ vocabulary, below: listLayer + 1, group: tree.find, scansOf });
    },
    groupsIn: (scope) => groupsReached(db, scope),
    evaluator,
    groups,
    find: shown,
    chosen: (filter, scope) => {
      const reached = devicesReached(db, scope);
      if (reached !== undefined && filter === undefined) return { in: without(reached, hidden(filter)) };
      if (reached !== undefined && filter !== undefined) {
        const { named } = groupTree(objects, groupsReached(db, scope));
        return { in: allOf([shown(byReached(filter, named)), reached]) };
      }
      return filter === undefined ? { notIn: hidden(filter) } : { in: shown(filter) };
    },
  };
};
