import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Database } from '../../platform/database.ts';
import { allOf, anyOf, type DeviceSet, setOf, without } from '../../platform/device-set.ts';
import { invalid } from '../../platform/errors.ts';
import { ofRows } from '../../platform/filter/filter-queries.ts';
import { filterOf, type Term, termsOf } from '../../platform/filter/parameters.ts';
import { parseFilter } from '../../platform/filter/parse.ts';
import { printFilter } from '../../platform/filter/print.ts';
import { filterOfRow, rowOf } from '../../platform/filter/rows.ts';
import { type Filter, FilterFault, sayFault, type Vocabulary } from '../../platform/filter/types.ts';
import type { Personal } from '../../platform/personal.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { filterEvaluator } from './evaluate-queries.ts';
import { vocabularyOf } from './field-queries.ts';
import { everyDevice, indexedDevices } from './filter-queries.ts';
import { groupTree } from './groups.ts';
import { type DeviceFilters, listLayer, type Moment } from './types.ts';

const hourMs = 3_600_000;

/**
 * So many looks at every device or every package a list may ask for: each takes about 9 ms of the main thread for 10,000
 * devices, and every reader may ask for a list. Rules ask as much as they like, a batch of devices at a time.
 */
const mostScans = 8;

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

const asksFor = (field: string, filter: Filter | undefined): boolean => {
  if (filter === undefined) return false;
  if ('all' in filter) return filter.all.some((part) => asksFor(field, part));
  if ('any' in filter) return filter.any.some((part) => asksFor(field, part));
  if ('not' in filter) return asksFor(field, filter.not);
  return 'field' in filter && filter.field === field;
};

/** The language of filters over devices, and the devices that a filter finds: each part of it is a set, and they are joined. */
export const deviceFilters = (parts: {
  db: Database;
  personal: Personal;
  inventory: Pick<InventoryService, 'collections' | 'devicesWith' | 'deviceSetWith' | 'membersAmong'>;
  vulnerabilities: Pick<VulnerabilityService, 'devicesWith'>;
  objects: ObjectService;
  clock?: () => number;
}): DeviceFilters => {
  const { db, personal, inventory, vulnerabilities, objects, clock = nowMs } = parts;
  const vocabulary = vocabularyOf(inventory.collections());
  const evaluator = filterEvaluator(db, inventory, vocabulary);
  const groups = () => groupTree(objects);
  const indexed = indexedDevices({
    db,
    personal,
    groups,
    clock,
    devicesWith: vulnerabilities.devicesWith,
    checkInSeconds: () => objects.setting('devices.check-in-seconds'),
  });
  const all = everyDevice(db);
  const options = {
    vocabulary,
    below: listLayer + 1,
    group: (text: string): string | undefined =>
      objects.find('group', text) === undefined ? groups().find(text) : text,
  };

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

  const orInvalid = <T>(field: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      throw invalid({ [error.parameter ?? field]: sayFault(error.fault) });
    }
  };

  return {
    vocabulary,
    evaluator,
    groups,
    parameters: [
      // The searched text is no filter of a list but stands beside them.
      ...[...vocabulary.fields.values()].flatMap(({ name, also = [] }) => (name === 'text' ? [] : [name, ...also])),
      ...[...vocabulary.rows.values()].flatMap(({ name, fields }) => [...fields.keys()].map((of) => `${name}.${of}`)),
      'where',
    ],
    read: (terms: readonly Term[]) =>
      orInvalid('where', () => {
        const filter = filterOf(terms, options);
        if (filter !== undefined && scansOf(filter) > mostScans)
          throw new FilterFault('tooManyScans', 1, String(mostScans));
        return filter;
      }),
    parse: (text, field) => orInvalid(field, () => parseFilter(text, options)),
    termsOf: (text) => {
      try {
        return termsOf(parseFilter(text, options), options);
      } catch (error) {
        if (!(error instanceof FilterFault)) throw error;
        // The page of the list reports the fault.
        return [['where', text]];
      }
    },
    rowOf: (term) => {
      try {
        const filter = filterOf([term], options);
        return filter && rowOf(filter, vocabulary);
      } catch (error) {
        if (!(error instanceof FilterFault)) throw error;
        return undefined;
      }
    },
    ofRow: (row) => {
      try {
        return { terms: termsOf(filterOfRow(row, options), options) };
      } catch (error) {
        if (!(error instanceof FilterFault)) throw error;
        return { terms: [], fault: sayFault(error.fault) };
      }
    },
    textOf: (filter) => printFilter(filter, { vocabulary, groupName: groups().name }),
    find: shown,
    chosen: (filter) => (filter === undefined ? { notIn: hidden(filter) } : { in: shown(filter) }),
  };
};
