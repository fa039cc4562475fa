import type { Database } from '../../platform/database.ts';
import { idBytes, idsOf, placeOfId } from '../../platform/id-array.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { NamedField, Shape } from './item.ts';
import { arrayTableOf, column } from './table-store.ts';
import type { Members, Stored } from './types.ts';

// What a device has of a `shared` collection, one row for each section of it: the ids of the items as a raw array, and a column
// for each perDevice field. Numbers and times stand in the order of the ids, one more than the value (seconds of a time), so that
// 0 is none. Any other field is JSON by item: the reported values, or, of a field with a usual value, what is not as usual.

type Cell = Buffer | string | null;
type ArrayRow = { items: Buffer } & Record<string, Cell>;

/** A device's values of its items, by field, in the order of the items; a field without values is absent. */
export type ItemValues = Readonly<Record<string, readonly Stored[]>>;

const mostRaw = 0xffff_fffe;

/** What a number of the array counts; undefined for a field that is kept as JSON. */
const unitOf = ({ field }: NamedField): number | undefined => {
  if (field.usual) return undefined;
  return { time: 1_000, integer: 1 }[field.type as string];
};

/** A column as plain numbers; undefined where one of them does not fit. */
const rawColumn = (values: readonly Stored[], unit: number): Buffer | undefined => {
  const numbers = new Uint32Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at];
    if (value === null) continue;
    const number = (value as number) / unit;
    if (!Number.isInteger(number) || number < 0 || number > mostRaw - 1) return undefined;
    numbers[at] = number + 1;
  }
  return idBytes(numbers);
};

/** How the values of a field stand in its column; `usual` has the usual ones beside the ids. */
const encoded = (
  named: NamedField,
  ids: Uint32Array,
  values: readonly Stored[],
  usual: readonly Stored[] | undefined,
): Cell => {
  if (values.every((value) => value === null)) return null;
  const unit = unitOf(named);
  const raw = unit === undefined ? undefined : rawColumn(values, unit);
  if (raw !== undefined) return raw;
  const byField: Record<string, Stored> = {};
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as Stored;
    // An item without a value of a `usual` field is listed, too: another device may set that value later.
    if (usual === undefined ? value !== null : value === null || value !== usual[at]) byField[String(ids[at])] = value;
  }
  return JSON.stringify(byField);
};

const decoded = (
  named: NamedField,
  ids: Uint32Array,
  cell: Buffer | string,
  usualOf: (name: string) => readonly Stored[],
): Stored[] => {
  if (typeof cell !== 'string') {
    const unit = unitOf(named) ?? 1;
    return Array.from(idsOf(cell), (number) => (number === 0 ? null : (number - 1) * unit));
  }
  const values: Stored[] = named.field.usual ? Array.from(usualOf(named.name)) : Array<Stored>(ids.length).fill(null);
  for (const [id, value] of Object.entries(JSON.parse(cell) as Record<string, Stored>))
    values[placeOfId(ids, Number(id))] = value;
  return values;
};

/** SQL of the arrays of a collection. */
export const arrayStore = (db: Database, shape: Shape) => {
  const { name } = shape.collection;
  const table = arrayTableOf(shape.collection);
  const fields = shape.perDevice;
  const columns = ['section', 'items', ...fields.map((field) => column(field.name))];
  const sql = statements(db);
  const put = sql.run(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})
     on conflict (section) do update set ${columns
       .slice(1)
       .map((of) => `${of} = excluded.${of}`)
       .join(', ')}`,
  );
  const whole = sql.get<[section: number], ArrayRow>(`select * from ${table} where section = ?`);
  const ofField = new Map(
    fields.map((field) => [
      field.name,
      sql.get<[section: number], ArrayRow>(`select items, ${column(field.name)} from ${table} where section = ?`),
    ]),
  );
  const items = sql.value<[section: number], Buffer>(`select items from ${table} where section = ?`);
  const OF_BEST = `select s.device, a.items from section s cross join ${table} a on a.section = s.id
    where s.collection = '${name}' and s.best = 1`;
  const bestOf = sql.value<[device: number], Buffer>(`${OF_BEST} and s.device = ?`.replace('s.device, ', ''));
  const every = db.prepare<[], [number, Buffer]>(`${OF_BEST} order by s.device`).raw();
  const some = db
    .prepare<[string], [number, Buffer]>(
      `${OF_BEST} and s.device in (select value from json_each(?)) order by s.device`,
    )
    .raw();
  const outranked = sql.values<[], Buffer>(
    `select a.items from section s cross join ${table} a on a.section = s.id
     where s.collection = '${name}' and s.best = 0`,
  );
  const members = ([device, bytes]: [number, Buffer]): Members => ({ device, items: idsOf(bytes) });
  const valuesIn = (row: ArrayRow, ids: Uint32Array, usualOf: (name: string) => readonly Stored[]) => {
    const byField: Record<string, Stored[]> = {};
    for (const named of fields) {
      const cell = row[named.name] ?? null;
      if (cell !== null) byField[named.name] = decoded(named, ids, cell, usualOf);
    }
    return byField;
  };
  return {
    /** The items of a section; undefined without one. */
    items: (section: number): Uint32Array | undefined => {
      const bytes = items(section);
      return bytes === undefined ? undefined : idsOf(bytes);
    },
    /** The items of a device's best section; undefined without one. */
    itemsOf: (device: number): Uint32Array | undefined => {
      const bytes = bestOf(device);
      return bytes === undefined ? undefined : idsOf(bytes);
    },
    /** Keeps what a section holds. `usual` has columns beside the ids. */
    put: (section: number, ids: Uint32Array, byField: ItemValues, usual: ItemValues): void => {
      const cells = fields.map((named) => encoded(named, ids, byField[named.name] ?? [], usual[named.name]));
      put(section, idBytes(ids), ...cells);
    },
    /** The items of a section with what the device says of them. */
    byField: (
      section: number,
      usualOf: (name: string, ids: Uint32Array) => readonly Stored[],
      only?: string,
    ): { ids: Uint32Array; byField: Record<string, Stored[]> } => {
      const row = (only === undefined ? whole : ofField.get(only))?.(section);
      if (row === undefined) return { ids: new Uint32Array(), byField: {} };
      const ids = idsOf(row.items);
      return { ids, byField: valuesIn(row, ids, (of) => usualOf(of, ids)) };
    },
    /** What every device has, by its best section. No write may happen on this connection while it is read. */
    each: function* (): Generator<Members> {
      for (const row of every.iterate()) yield members(row);
    },
    /** The bytes of the items of each device in reach. */
    reached: (scope: Scope): IterableIterator<Buffer> => {
      const { sql: reach, params } = devicesIn(scope, 's.device');
      return db
        .prepare<unknown[], Buffer>(`${OF_BEST} and ${reach}`.replace('s.device, ', ''))
        .pluck()
        .iterate(...params);
    },
    /** The same of some devices. */
    some: (devices: readonly number[]): Members[] => some.all(JSON.stringify(devices)).map(members),
    /** Items of sections that another source outranks. */
    outranked: (): Uint32Array[] => outranked().map(idsOf),
    /** How many sections have no array, or one of another length; for `verify`. */
    missing: sql.count<[]>(
      `select count(*) from section s where s.collection = '${name}' and not exists
         (select 1 from ${table} a where a.section = s.id and length(a.items) = 4 * s.count)`,
    ),
  };
};
