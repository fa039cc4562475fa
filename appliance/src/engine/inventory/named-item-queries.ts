import type { Database } from '../../platform/database.ts';
import { fold } from '../../platform/sql-functions.ts';
import { statements } from '../../platform/statements.ts';
import type { ReachedCounts } from './reached-count-store.ts';
import { column, countTableOf, isFoundSorted, tableOf } from './table-store.ts';
import type { Collection } from './types.ts';

// Items of a `shared` collection by a part of a name, for the search in everything. A site has a hundred thousand packages and a tenth of
// that in names, so each name is looked at once, in memory. Ids of items only rise: what came since the last search is read then. A
// name stays when its last item goes, and finds none, until there are twice as many as a whole reading had: a device that reports
// other names each time fills no memory. Reads inv_<name> and inv_<name>_count.

type Name = { readonly field: number; readonly text: string; readonly folded: string };

/** Names of one look-up; each further one asks for eight times as many. */
const firstNames = 64;
/** So many more than twice those of a whole reading are kept, whatever they are. */
const spareNames = 20_000;

/** A name that begins with the text stands before one that has it elsewhere; each in the order of the alphabet. */
const holding = function* (names: readonly Name[], text: string): Generator<Name> {
  for (const name of names) if (name.folded.startsWith(text)) yield name;
  // Two letters are in most names, and a few of them are enough.
  for (const name of names) if (name.folded.indexOf(text) > 0) yield name;
};

/** The first items by a part of a text of the fields that the collection is `named` by. */
export const namedItems = (db: Database, collection: Collection, spare = spareNames) => {
  const table = tableOf(collection);
  const sql = statements(db);
  const fields = (collection.named ?? []).map((name) => {
    const text = column(name);
    const distinct = `select distinct ${text} from ${table}`;
    const equal = isFoundSorted(collection, name)
      ? `r.${text} = named.value collate nocase and r.${text} = named.value`
      : `r.${text} = named.value`;
    return {
      all: sql.values<[], string>(`${distinct} where ${text} is not null`),
      newer: sql.values<[after: number], string>(`${distinct} not indexed where id > ? and ${text} is not null`),
      items: db
        .prepare<[string], number>(
          `select r.id from json_each(?) named cross join ${table} r on ${equal}
           cross join ${countTableOf(collection)} amount on amount.id = r.id and amount.devices > 0`,
        )
        .pluck(),
    };
  });
  const lastId = sql.count<[]>(`select max(id) from ${table}`);
  const known = fields.map(() => new Set<string>());
  let names: Name[] = [];
  let lookedAt = 0;
  let most = 0;

  const look = (): readonly Name[] => {
    const last = lastId();
    if (last === lookedAt) return names;
    if (lookedAt > 0 && names.length > most) {
      for (const texts of known) texts.clear();
      [names, lookedAt] = [[], 0];
    }
    const isWhole = lookedAt === 0;
    const came = fields.flatMap(({ all, newer }, field) =>
      (isWhole ? all() : newer(lookedAt))
        .filter((text) => known[field]?.has(text) === false)
        .map((text): Name => ({ field, text, folded: fold(text) })),
    );
    for (const { field, text } of came) known[field]?.add(text);
    if (came.length > 0)
      names = [...names, ...came].sort((a, b) => a.field - b.field || (a.folded < b.folded ? -1 : 1));
    if (isWhole) most = 2 * names.length + spare;
    lookedAt = last;
    return names;
  };

  /** Their ids in the order of their names; `reached`: how many devices in reach have each item, without it the whole site is. */
  return (text: string, limit: number, reached: ReachedCounts | undefined): number[] => {
    const ids = new Set<number>();
    const read = (some: readonly Name[]): void => {
      for (const [field, { items }] of fields.entries()) {
        const texts = some.filter((name) => name.field === field).map((name) => name.text);
        for (const id of items.iterate(JSON.stringify(texts))) {
          if (reached === undefined || (reached[id] ?? 0) > 0) ids.add(id);
          if (ids.size >= limit) return;
        }
      }
    };
    let some: Name[] = [];
    let size = firstNames;
    for (const name of holding(look(), fold(text))) {
      some.push(name);
      if (some.length < size) continue;
      read(some);
      if (ids.size >= limit) return [...ids];
      [some, size] = [[], size * 8];
    }
    read(some);
    return [...ids];
  };
};
