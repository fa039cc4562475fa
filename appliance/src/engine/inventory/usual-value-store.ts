import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { undoDetector } from '../../platform/undo-detector.ts';
import { type NamedField, type Shape, toStored } from './item.ts';
import { tableOf, usualColumn } from './table-store.ts';
import type { Item, Stored } from './types.ts';

// The first device's value of an item in a `usual` field: nearly all others have the same (a package's installed size), and
// a device then keeps only where its own differs. Set once and never changed, so no device alters what another one reported.
// Only values are kept in memory, never that there is none: another process may set it.

/** Values of all fields that are kept at most. */
const mostValues = 200_000;
/** A longer one is looked up each time. */
const longestText = 200;

/** The fields of a collection whose usual value is kept with the item. */
export const usualFields = (shape: Shape): readonly NamedField[] => shape.perDevice.filter(({ field }) => field.usual);

/** The usual values of items, of one connection. */
export const usualValues = (db: Database, shape: Shape) => {
  const table = tableOf(shape.collection);
  const sql = statements(db);
  const detector = undoDetector(db, `${table}_usual`);
  const named = usualFields(shape);
  const fields = new Map(
    named.map(({ name }) => [
      name,
      {
        known: new Map<number, Stored>(),
        some: db
          .prepare<[string], [number, Stored]>(
            `select id, ${usualColumn(name)} from ${table}
              where id in (select value from json_each(?)) and ${usualColumn(name)} is not null`,
          )
          .raw(),
        set: sql.run<[value: Stored, id: number]>(
          `update ${table} set ${usualColumn(name)} = ? where id = ? and ${usualColumn(name)} is null`,
        ),
      },
    ]),
  );
  let size = 0;

  const keep = (known: Map<number, Stored>, id: number, value: Stored): void => {
    if (typeof value === 'string' && value.length > longestText) return;
    known.set(id, value);
    size += 1;
  };

  const refresh = (): void => {
    if (detector.stands() && size < mostValues) return;
    for (const { known } of fields.values()) known.clear();
    size = 0;
  };

  /** Beside the ids; null where an item has none, and where none was reported. */
  const of = (name: string, ids: ArrayLike<number>, given?: readonly Stored[]): Stored[] => {
    const field = fields.get(name);
    if (field === undefined) return Array.from(ids, () => null);
    refresh();
    const { known, some } = field;
    const usual: Stored[] = [];
    const missing: number[] = [];
    for (let at = 0; at < ids.length; at += 1) {
      const isAsked = given === undefined || given[at] !== null;
      const value = isAsked ? known.get(ids[at] as number) : null;
      if (value === undefined) missing.push(at);
      usual.push(value ?? null);
    }
    if (missing.length === 0) return usual;
    const found = new Map(some.all(JSON.stringify(missing.map((at) => ids[at]))));
    for (const [id, value] of found) keep(known, id, value);
    for (const at of missing) usual[at] = found.get(ids[at] as number) ?? null;
    return usual;
  };

  return {
    /** Call before items are made: should the transaction be taken back, so is what is kept of them. */
    noteMaking: (): void => {
      if (fields.size > 0) detector.note();
    },
    /** What the first device says of an item, as it is stored with it. */
    ofFirst: (item: Item): Stored[] => named.map(({ name, field }) => toStored(field, item[name])),
    /** An item that was made with these values. */
    made: (id: number, values: readonly Stored[]): void => {
      for (const [n, { name }] of named.entries()) {
        const known = fields.get(name)?.known;
        const value = values[n] ?? null;
        if (known !== undefined && value !== null) keep(known, id, value);
      }
    },
    /** What items usually have of a field, beside their ids. */
    of: (name: string, ids: ArrayLike<number>): Stored[] => of(name, ids),
    /** The same of all fields, with the values of a device for items that have none so far. */
    completed: (
      ids: ArrayLike<number>,
      columns: Readonly<Record<string, readonly Stored[]>>,
    ): Record<string, readonly Stored[]> => {
      const usual: Record<string, readonly Stored[]> = {};
      for (const [name, { known, set }] of fields) {
        const values = columns[name];
        if (values === undefined || values.every((value) => value === null)) continue;
        const held = of(name, ids, values);
        let noted = false;
        for (const [at, value] of values.entries()) {
          if (value === null || held[at] !== null) continue;
          if (!noted) detector.note();
          noted = true;
          set(value, ids[at] as number);
          keep(known, ids[at] as number, value);
          held[at] = value;
        }
        usual[name] = held;
      }
      return usual;
    },
  };
};
