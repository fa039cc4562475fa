import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Members } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import { type FilterSqlOptions, filterSql, type Sql, timesOf } from '../../platform/filter/filter-queries.ts';
import { defineFunctions } from '../../platform/filter/functions.ts';
import type { Filter, Rows, Vocabulary } from '../../platform/filter/types.ts';
import { hasId } from '../../platform/id-array.ts';

export type Moment = {
  now: number;
  /** A device that was heard after this moment is visible. */
  visibleSince: number;
} & Pick<FilterSqlOptions, 'groupsBelow' | 'groupsNamed'>;

export type Evaluator = {
  /** For each device which of the conditions it fits, in their order, and the numbers that were asked for. */
  test(
    conditions: readonly Filter[],
    devices: readonly number[],
    moment: Moment,
    numbers?: readonly string[],
  ): Map<number, { fits: boolean[]; numbers: number[] }>;
  /** The devices that fit, by their ids; those that are revoked or hidden are none. */
  matching(condition: Filter, moment: Moment): number[];
  /** When the first of some ages of a device will have passed: the next moment at which time alone may matter. */
  turns(ages: readonly Age[], devices: readonly number[], now: number): Map<number, number | null>;
};

/** When a device was heard. */
export const heardMoments = 'select d.last_seen_at as value';

export type Age = { /** SQL of moments, as a query of `value` over the device `d`. */ moments: string; ms: number };

/** Conditions over shared items whose answers are kept. */
const maxKnown = 500;

/** Conditions and columns of one statement; SQLite takes 2,000 columns and deep trees cost time to prepare. */
const columnsAtOnce = 60;

const groupsOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));

/** Each age that a condition asks for, once. */
export const ageList = (conditions: readonly Filter[], vocabulary: Vocabulary): Age[] => {
  const ages = conditions
    .flatMap((condition) => timesOf(condition, vocabulary))
    .flatMap((asked) => ('ms' in asked ? [asked] : []))
    // A shared item says no moment of the device: its section comes anew when it changes.
    .filter(({ rows }) => rows?.shared !== true)
    .map(({ field, rows, ms }): Age => {
      // Every moment that is declared is one value.
      const value = 'scalar' in field.source ? field.source.scalar : 'null';
      if (rows === undefined) return { moments: `select (${value}) as value`, ms };
      return {
        moments: `select (${value}) as value from section s
          join ${rows.table} r on r.device = s.device and r.door = s.door
          where s.device = d.id and s.collection = '${rows.name}' and s.best = 1`,
        ms,
      };
    });
  return [...new Map(ages.map((age) => [`${age.ms} ${age.moments}`, age])).values()];
};

/** The fixed moments with which conditions compare the last contact: one may pass between two contacts. */
export const fixedMoments = (conditions: readonly Filter[], vocabulary: Vocabulary): number[] =>
  conditions
    .flatMap((condition) => timesOf(condition, vocabulary))
    .flatMap((asked) =>
      'at' in asked && asked.field.name === 'lastSeen' && asked.rows === undefined ? [asked.at] : [],
    );

/** The best door's rows of a collection that is the device's own. */
const ownRows = (rows: Rows, where: string): string =>
  `exists (select 1 from section s join ${rows.table} r on r.device = s.device and r.door = s.door
     where s.device = d.id and s.collection = '${rows.name}' and s.best = 1 and ${where})`;

/**
 * Conditions over devices in SQL. Reads device and, as the fields say, device_door, device_hint, device_tag, device_findings,
 * object, task, section and the tables of collections.
 */
export const conditionEvaluator = (
  db: Database,
  inventory: Pick<InventoryService, 'holders' | 'membersAmong'>,
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

  // Items never change and ids only rise: what a condition found among them stands, only those that came since are asked.
  const known = new Map<string, { last: number; ids: number[] }>();
  const itemsOf = (rows: Rows, where: Sql): readonly number[] => {
    const key = JSON.stringify([rows.table, where.sql, where.params]);
    const held = known.get(key) ?? { last: 0, ids: [] };
    const last = db.prepare<[], number | null>(`select max(id) from ${rows.table}`).pluck().get() ?? 0;
    // A number may come twice where the newest items went away: then all are asked again.
    if (last < held.last) Object.assign(held, { last: 0, ids: [] });
    if (last > held.last) {
      const sql = `select r.id from ${rows.table} r where r.id > ? and ${where.sql}`;
      held.ids.push(
        ...db
          .prepare<unknown[], number>(sql)
          .pluck()
          .all(held.last, ...where.params),
      );
      held.last = last;
    }
    if (known.size >= maxKnown) known.clear();
    known.set(key, held);
    return held.ids;
  };

  const compiler = (moment: Moment, among: readonly number[] | undefined): ((condition: Filter) => Sql) => {
    const find =
      among === undefined
        ? (collection: string, items: readonly number[]) => inventory.holders(collection, new Set(items))
        : holdersAmong(among);
    const some: FilterSqlOptions['some'] = (rows, where) =>
      rows.shared
        ? {
            sql: 'd.id in (select value from json_each(?))',
            params: [JSON.stringify(find(rows.name, itemsOf(rows, where)))],
          }
        : { sql: ownRows(rows, where.sql), params: where.params };
    const { visibleSince } = moment;
    return (condition) => filterSql(condition, { vocabulary, ...moment, moments: { visibleSince }, some });
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
      const add = (columns: readonly Sql[], take: (device: number, values: number[]) => void): void => {
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
      add(conditions.map(compile), (device, values) => {
        found.get(device)?.fits.push(...values.map((value) => value === 1));
      });
      add(
        numbers.map((name) => ({ sql: numberSql(name), params: [] })),
        (device, values) => {
          found.get(device)?.numbers.push(...values);
        },
      );
      return found;
    },
    matching: (condition, moment) => {
      const { sql, params } = compiler(moment, undefined)(condition);
      return db
        .prepare<unknown[], number>(
          `select d.id from device d where d.state <> 'revoked' and d.kind <> 'directory' and (${sql}) order by d.id`,
        )
        .pluck()
        .all(...params);
    },
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
