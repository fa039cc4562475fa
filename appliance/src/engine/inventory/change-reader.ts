import type { Database } from '../../platform/database.ts';
import type { Scope } from '../../platform/scope.ts';
import { type ChangeRow, changeStore, type IdRange } from './change-store.ts';
import type { NamedField } from './item.ts';
import type { Cell } from './store.ts';
import type { Change, ChangeOperation, ChangeQuery, FieldValue, InventorySource, Item, Stored } from './types.ts';
import type { CollectionStores } from './writer.ts';

const operations: readonly ChangeOperation[] = ['first', 'added', 'removed', 'changed'];
/** Versions of one package that a site has seen; older ones are left out of its history. */
const maxItemsOfTitle = 500;

/** A row of the log as it names its items, for readers of several rows at once. */
type Items = ReadonlyMap<string, ReadonlyMap<number, Readonly<Record<string, Cell>>>>;

const asList = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof value === 'string' ? [value] : value;

/** Reads the change log: each filter is one or more index ranges, merged the newest first. */
export const changeReader = (parts: {
  db: Database;
  storesByName: ReadonlyMap<string, CollectionStores>;
  storesOf(name: string): CollectionStores;
  readCell(named: NamedField, cell: Cell | undefined, reveal: boolean): FieldValue;
}) => {
  const { storesByName, storesOf, readCell } = parts;
  const store = changeStore(parts.db);

  const fieldsOf = (fields: readonly NamedField[], row: Readonly<Record<string, Cell>>, reveal: boolean): Item =>
    Object.fromEntries(fields.map((named) => [named.name, readCell(named, row[named.name], reveal)]));

  const logged = (fields: readonly NamedField[], row: string | null, reveal: boolean): Item | null => {
    if (row === null) return null;
    const cells = JSON.parse(row) as Record<string, Stored | { $enc: string }>;
    return Object.fromEntries(
      fields.map((named) => {
        const cell = cells[named.name] ?? null;
        const bytes = typeof cell === 'object' && cell !== null ? Buffer.from(cell.$enc, 'base64') : cell;
        return [named.name, readCell(named, bytes, reveal)];
      }),
    );
  };

  const itemsOf = (rows: readonly ChangeRow[]): Items => {
    const wanted = new Map<string, Set<number>>();
    for (const { collection, before_item, after_item } of rows) {
      for (const id of [before_item, after_item]) {
        if (id !== null) wanted.set(collection, (wanted.get(collection) ?? new Set()).add(id));
      }
    }
    return new Map(
      [...wanted].map(([collection, ids]) => [
        collection,
        new Map((storesOf(collection).shared?.byIds([...ids]) ?? []).map((row) => [row.id, row])),
      ]),
    );
  };

  const toChange = (row: ChangeRow, items: Items, reveal: boolean): Change => {
    const { shape } = storesOf(row.collection);
    const side = (item: number | null, text: string | null): Item | null => {
      if (item === null) return logged(shape.own, text, reveal);
      const found = items.get(row.collection)?.get(item);
      return found === undefined ? null : fieldsOf(shape.own, found, reveal);
    };
    const before = side(row.before_item, row.before_row);
    const after = side(row.after_item, row.after_row);
    const title = (after ?? before)?.[shape.collection.title];
    return {
      id: row.id,
      device: row.device,
      collection: row.collection,
      source: row.source as InventorySource,
      at: row.at,
      operation: row.operation as ChangeOperation,
      title: typeof title === 'string' ? title : null,
      before,
      after,
      count: row.count,
      closed: row.closing ? (JSON.parse(row.closing) as Change['closed']) : null,
    };
  };

  const idsOf = (query: ChangeQuery, range: IdRange): number[] => {
    const collections = asList(query.collection);
    const { title } = query;
    // A title is looked up where items are kept once per site.
    const titled =
      title === undefined
        ? undefined
        : [...storesByName.values()]
            .map(({ shape }) => shape.collection)
            .filter(({ name, mode }) => mode === 'shared' && (collections?.includes(name) ?? true))
            .map((collection) => ({
              name: collection.name,
              items: store.itemsTitled(collection, title, maxItemsOfTitle),
            }));
    const { operation } = query;
    const ofDevices = (devices: readonly number[]): number[] => {
      const narrows =
        titled === undefined
          ? [{ collections, operations: operation, items: undefined }]
          : titled.map(({ name, items }) => ({ collections: [name], operations: operation, items }));
      return devices.flatMap((device) => narrows.flatMap((narrow) => store.ofDevice({ device, ...narrow, ...range })));
    };
    if (query.scope === undefined) return ofDevices([query.device]);
    const few = store.fewReached(query.scope);
    if (few !== undefined) return ofDevices(few);
    const log = store.reached(query.scope);
    if (titled !== undefined) {
      const ids = titled.flatMap(({ name, items }) => items.flatMap((item) => log.ofItem(name, item, range)));
      return operation === undefined
        ? ids
        : ids.filter((id) => operation.includes(store.kindOf(id)?.operation as ChangeOperation));
    }
    if (collections === undefined && operation === undefined) return log.newest(range);
    return (collections ?? [...storesByName.keys()]).flatMap((collection) =>
      (operation ?? operations).flatMap((kind) => log.ofKind(collection, kind, range)),
    );
  };

  const read = (rows: readonly ChangeRow[], reveal: boolean): Change[] => {
    const items = itemsOf(rows);
    return rows.map((row) => toChange(row, items, reveal));
  };

  return {
    /** The newest first. Throws UNKNOWN_COLLECTION. */
    changes: (query: ChangeQuery): Change[] => {
      for (const name of asList(query.collection) ?? []) storesOf(name);
      const from = query.from === undefined ? 0 : store.firstAt(query.from);
      if (from === undefined) return [];
      const end = query.to === undefined ? undefined : store.firstAt(query.to + 1);
      const before = Math.min(query.after ?? Number.MAX_SAFE_INTEGER, end ?? Number.MAX_SAFE_INTEGER);
      const found = [...new Set(idsOf(query, { before, from, limit: query.limit }))]
        .sort((a, b) => b - a)
        .slice(0, query.limit);
      return read(store.rows(found), query.personal ?? false);
    },
    read,
    firstAt: store.firstAt,
    /** How many changes the log holds; of the whole site about, because it has gaps where old ones were dropped. */
    about: (scope: Scope): number => {
      if (!scope.site) return store.count(scope);
      const { first, last } = store.bounds();
      return Math.max(0, last - first + 1);
    },
  };
};
