import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Members } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import { type FilterSqlOptions, filterSql } from '../../platform/filter/filter-queries.ts';
import { defineFunctions } from '../../platform/filter/functions.ts';
import type { Filter, Rows, Vocabulary } from '../../platform/filter/types.ts';
import { hasId } from '../../platform/id-array.ts';
import type { Condition } from '../../platform/list/condition.ts';
import type { Evaluator, Moment } from './types.ts';

/** Ids of items that are kept of what filters found, over all filters; a filter itself counts as some. */
const maxKept = 1_000_000;
const idsOfFilter = 100;

/** Conditions and columns of one statement; SQLite takes 2,000 columns and deep trees cost time to prepare. */
const columnsAtOnce = 60;

const groupsOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));

/** The best source's rows of a collection that is the device's own. */
const ownRows = (rows: Rows, where: string): string =>
  `exists (select 1 from section s join ${rows.table} r on r.device = s.device and r.section_source = s.source
     where s.device = d.id and s.collection = '${rows.name}' and s.best = 1 and ${where})`;

/**
 * Filters over devices in SQL. Reads device and, as the fields say, device_source, device_hint, device_tag, device_findings,
 * object, task, section and the tables of collections.
 */
export const filterEvaluator = (
  db: Database,
  inventory: Pick<InventoryService, 'devicesWith' | 'deviceSetWith' | 'membersAmong'>,
  vocabulary: Vocabulary,
): Evaluator => {
  defineFunctions(db);

  /** Of some devices, what they have is unpacked once for all conditions; of all devices, the inventory knows who has it. */
  const holdersAmong = (devices: readonly number[]): ((collection: string, items: readonly number[]) => number[]) => {
    const held = new Map<string, Members[]>();
    return (collection, items) => {
      const members = held.get(collection) ?? inventory.membersAmong(collection, devices);
      held.set(collection, members);
      return members.filter((one) => items.some((item) => hasId(one.items, item))).map(({ device }) => device);
    };
  };

  // Items never change and ids only rise: what a filter found among them stands, only those that came since are asked.
  const known = new Map<string, { last: number; ids: number[] }>();
  const kept = { ids: 0 };
  const itemsOf = (rows: Rows, where: Condition): readonly number[] => {
    const key = JSON.stringify([rows.table, where.sql, where.params]);
    const held = known.get(key) ?? { last: 0, ids: [] };
    const last = db.prepare<[], number | null>(`select max(id) from ${rows.table}`).pluck().get() ?? 0;
    // A number may come twice where the newest items went away: then all are asked again.
    if (last < held.last) Object.assign(held, { last: 0, ids: [] });
    if (last > held.last) {
      const newer = db
        .prepare<unknown[], number>(`select r.id from ${rows.table} r where r.id > ? and ${where.sql}`)
        .pluck()
        .all(held.last, ...where.params);
      held.ids = held.ids.concat(newer);
      held.last = last;
      kept.ids += newer.length;
    }
    if (!known.has(key)) kept.ids += idsOfFilter;
    known.set(key, held);
    if (kept.ids > maxKept) {
      known.clear();
      kept.ids = 0;
    }
    return held.ids;
  };

  const compiler = (
    moment: Moment,
    among: readonly number[] | undefined,
  ): ((filter: Filter, of?: Rows) => Condition) => {
    const find =
      among === undefined
        ? (collection: string, items: readonly number[]) => inventory.devicesWith(collection, new Set(items))
        : holdersAmong(among);
    const some: NonNullable<FilterSqlOptions['some']> = (rows, where) =>
      rows.shared
        ? {
            sql: 'd.id in (select value from json_each(?))',
            params: [JSON.stringify(find(rows.name, itemsOf(rows, where)))],
          }
        : { sql: ownRows(rows, where.sql), params: where.params };
    const { visibleSince } = moment;
    return (filter, of) => filterSql(filter, { vocabulary, ...moment, moments: { visibleSince }, some }, of);
  };

  const numberSql = (name: string): string => {
    const source = vocabulary.fields.get(name)?.source;
    return source !== undefined && 'scalar' in source ? `(${source.scalar})` : '0';
  };

  return {
    test: (conditions, devices, moment, numbers = []) => {
      const found = new Map<number, { fits: boolean[]; numbers: number[] }>(
        devices.map((device) => [device, { fits: [], numbers: [] }]),
      );
      const compile = compiler(moment, devices);
      const ids = JSON.stringify(devices);
      const add = (columns: readonly Condition[], take: (device: number, values: number[]) => void): void => {
        for (const group of groupsOf(columns, columnsAtOnce)) {
          const list = group.map(({ sql }, n) => `(${sql}) as c${n}`).join(', ');
          const rows = db
            .prepare<unknown[], number[]>(
              `select d.id, ${list} from device d where d.id in (select value from json_each(?))`,
            )
            .raw()
            .all(...group.flatMap(({ params }) => params), ids);
          for (const [device = 0, ...values] of rows) take(device, values);
        }
      };
      add(
        conditions.map((condition) => compile(condition)),
        (device, values) => {
          found.get(device)?.fits.push(...values.map((value) => value === 1));
        },
      );
      add(
        numbers.map((name) => ({ sql: numberSql(name), params: [] })),
        (device, values) => {
          found.get(device)?.numbers.push(...values);
        },
      );
      return found;
    },
    matching: (filter, moment) => {
      const { sql, params } = compiler(moment, undefined)(filter);
      return db
        .prepare<unknown[], number>(`select d.id from device d where ${sql} order by d.id`)
        .pluck()
        .all(...params);
    },
    holding: (rows, where, moment) =>
      inventory.deviceSetWith(rows.name, new Set(itemsOf(rows, compiler(moment, undefined)(where, rows)))),
    turns: (ages, devices, now) => {
      if (ages.length === 0) return new Map();
      const parts = ages.map(({ moments }) => `select value + ? as at from (${moments})`);
      return new Map(
        db
          .prepare<unknown[], [number, number | null]>(
            `select d.id, (select min(at) from (${parts.join(' union all ')}) where at > ?)
             from device d where d.id in (select value from json_each(?))`,
          )
          .raw()
          .all(...ages.map(({ ms }) => ms), now, JSON.stringify(devices)),
      );
    },
  };
};
