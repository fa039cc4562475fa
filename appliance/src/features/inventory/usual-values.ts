import type { Database } from '../../platform/database.ts';
import { undoWitness } from '../../platform/undo-witness.ts';
import type { NamedField, Shape, Stored } from './item.ts';
import { tableOf, usualColumn } from './tables.ts';

// What the first device said of an item in a `usual` field: nearly all others say the same (a package's installed size), and
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
  const witness = undoWitness(db, `${table}_usual`);
  const fields = new Map(
    usualFields(shape).map(({ name }) => [
      name,
      {
        known: new Map<number, Stored>(),
        some: db
          .prepare<[string], [number, Stored]>(
            `select id, ${usualColumn(name)} from ${table}
              where id in (select value from json_each(?)) and ${usualColumn(name)} is not null`,
          )
          .raw(),
        set: db.prepare<[Stored, number]>(
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
    if (witness.stands() && size < mostValues) return;
    for (const { known } of fields.values()) known.clear();
    size = 0;
  };

  /** Beside the ids; null where an item has none, and where `isAsked` says no. */
  const of = (name: string, ids: ArrayLike<number>, isAsked: (at: number) => boolean): Stored[] => {
    const field = fields.get(name);
    if (field === undefined) return Array.from(ids, () => null);
    refresh();
    const { known, some } = field;
    const missing = Array.from(ids).filter((id, at) => isAsked(at) && !known.has(id));
    const found = new Map(missing.length === 0 ? [] : some.all(JSON.stringify(missing)));
    for (const [id, value] of found) keep(known, id, value);
    return Array.from(ids, (id, at) => (isAsked(at) ? (known.get(id) ?? found.get(id) ?? null) : null));
  };

  return {
    /** What items usually have of a field, beside their ids. */
    of: (name: string, ids: ArrayLike<number>): Stored[] => of(name, ids, () => true),
    /** The same of all fields, with the values of a device for items that have none so far. */
    settled: (
      ids: ArrayLike<number>,
      columns: Readonly<Record<string, readonly Stored[]>>,
    ): Record<string, readonly Stored[]> => {
      const usual: Record<string, readonly Stored[]> = {};
      for (const [name, { known, set }] of fields) {
        const values = columns[name];
        if (values === undefined || values.every((value) => value === null)) continue;
        const held = of(name, ids, (at) => values[at] !== null);
        let noted = false;
        for (const [at, value] of values.entries()) {
          if (value === null || held[at] !== null) continue;
          if (!noted) witness.note();
          noted = true;
          set.run(value, ids[at] as number);
          keep(known, ids[at] as number, value);
          held[at] = value;
        }
        usual[name] = held;
      }
      return usual;
    },
  };
};
