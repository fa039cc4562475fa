import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import { allOf, type DeviceSet, numbersOf, setOf } from '../../platform/device-set.ts';
import { AppError } from '../../platform/errors.ts';
import { placeOfId } from '../../platform/id-array.ts';
import type { Personal } from '../../platform/personal.ts';
import { devicesReached, type Scope } from '../../platform/scope.ts';
import { fromStored, type NamedField } from './item.ts';
import { readKept } from './kept-lists.ts';
import { listPage } from './list-queries.ts';
import { valuesOf } from './put-shared.ts';
import { reachedItemPage } from './reached-item-queries.ts';
import type { Cell, SectionRow, SectionStore, SharedStore } from './store.ts';
import type {
  FieldValue,
  InventoryRow,
  InventorySource,
  Item,
  ListQuery,
  ListResult,
  Members,
  SectionRow as ReadRow,
  Stored,
} from './types.ts';
import type { CollectionStores } from './writer.ts';

const maxPage = 100_000;

const toWire = ({ field }: NamedField, value: FieldValue): unknown => {
  if (field.type === 'time') return toTime(Number(value));
  return field.type === 'real' && !Number.isInteger(value) ? String(value) : value;
};

/** Reads sections, lists and membership. */
export const inventoryReader = (parts: {
  db: Database;
  personal: Personal;
  sections: SectionStore;
  storesOf(name: string): CollectionStores;
}) => {
  const { db, personal, sections, storesOf } = parts;

  const readCell = ({ field }: NamedField, cell: Cell | undefined, reveal: boolean): FieldValue => {
    if (cell === null || cell === undefined) return null;
    if (!Buffer.isBuffer(cell)) return fromStored(field, cell);
    if (!reveal) return null;
    const plain = personal.decrypt(cell);
    return plain === null ? null : fromStored(field, JSON.parse(plain) as Stored);
  };

  const fieldsOf = (
    fields: readonly NamedField[],
    row: Readonly<Record<string, Cell>>,
    reveal: boolean,
  ): Record<string, FieldValue> =>
    Object.fromEntries(fields.map((named) => [named.name, readCell(named, row[named.name], reveal)]));

  /** The perDevice values of a section's items, by item. */
  const attributesOf = (
    shared: SharedStore,
    fields: readonly NamedField[],
    section: SectionRow,
  ): Map<number, Record<string, FieldValue>> => {
    const { ids, byField } = valuesOf(shared, section.id);
    const values = new Map<number, Record<string, FieldValue>>();
    ids.forEach((id, at) => {
      values.set(
        id,
        Object.fromEntries(fields.map(({ name, field }) => [name, fromStored(field, byField[name]?.[at] ?? null)])),
      );
    });
    return values;
  };

  const rowsOf = (device: number, name: string, held: SectionRow | undefined, reveal: boolean): ReadRow[] => {
    const { shape, shared, own } = storesOf(name);
    if (held === undefined) return [];
    const meta = { _source: held.source as InventorySource, _collectedAt: held.collected_at };
    if (own !== undefined) {
      return own
        .rows(device, held.source)
        .map((row) => ({ id: row.id, ...fieldsOf(shape.own, row, reveal), ...meta }) as ReadRow);
    }
    if (shared === undefined) return [];
    const attributes = attributesOf(shared, shape.perDevice, held);
    return shared
      .byIds([...attributes.keys()])
      .map(
        (row) => ({ id: row.id, ...fieldsOf(shape.own, row, false), ...attributes.get(row.id), ...meta }) as ReadRow,
      );
  };

  const section = (
    device: number,
    name: string,
    options: { personal?: boolean; source?: InventorySource } = {},
  ): ReadRow[] => {
    const { personal: reveal = false, source } = options;
    const row = source === undefined ? sections.best(device, name) : sections.one(device, name, source);
    return rowsOf(device, name, row, reveal);
  };

  /** One item of a device's section of a `shared` collection, as `section` gives it. */
  const sectionItem = (device: number, name: string, id: number): ReadRow | undefined => {
    const { shape, shared } = storesOf(name);
    const held = sections.best(device, name);
    if (shared === undefined || held === undefined) return undefined;
    const { ids, byField } = valuesOf(shared, held.id);
    const at = placeOfId(ids, id);
    const [row] = at < 0 ? [] : shared.byIds([id]);
    if (row === undefined) return undefined;
    const values = shape.perDevice.map(({ name: of, field }) => [of, fromStored(field, byField[of]?.[at] ?? null)]);
    const meta = { _source: held.source as InventorySource, _collectedAt: held.collected_at };
    return { id, ...fieldsOf(shape.own, row, false), ...Object.fromEntries(values), ...meta } as ReadRow;
  };

  /** The items of a section as they were reported; the same items have the same hash again. */
  const held = (device: number, name: string, source: InventorySource): Item[] => {
    const { shape } = storesOf(name);
    const row = sections.one(device, name, source);
    const { lists } = shape.collection;
    const kept = readKept(row?.kept_lists ?? null);
    const isOwn = (of: ReadRow): boolean => lists === undefined || kept[String(of[lists.field])] === undefined;
    const reported = rowsOf(device, name, row, true).filter(isOwn);
    return reported.map((row) =>
      Object.fromEntries(
        [...shape.own, ...shape.perDevice].flatMap((named) => {
          const value = row[named.name] ?? null;
          return value === null ? [] : [[named.name, toWire(named, value)]];
        }),
      ),
    );
  };

  const list = (query: ListQuery): ListResult => {
    const { shape, shared } = storesOf(query.collection);
    const isShared = shared !== undefined;
    const held = isShared && query.device !== undefined ? sections.best(query.device, query.collection) : undefined;
    const attributes =
      held === undefined || shared === undefined ? undefined : attributesOf(shared, shape.perDevice, held);
    const ids = isShared && query.device !== undefined ? Uint32Array.from(attributes?.keys() ?? []) : undefined;
    const limit = Math.min(Math.max(1, query.limit), maxPage);
    const asked = { ...query, limit };
    const { rows, ...page } =
      shared === undefined || query.scope === undefined || query.scope.site
        ? listPage({ db, personal }, shape.collection, asked, ids)
        : reachedItemPage({ db, personal }, shape.collection, asked, shared.reachedCounts(query.scope), ids);
    const columns = Object.entries(shape.collection.fields)
      .filter(
        ([, field]) => field.column !== false && !field.entered && (!field.perDevice || query.device !== undefined),
      )
      .map(([name]) => name);
    return {
      ...page,
      rows: rows.map(
        (row) =>
          ({
            id: row.id,
            ...fieldsOf(shape.own, row, query.personal ?? false),
            ...attributes?.get(row.id),
            ...(isShared ? { _devices: row['_devices'] } : { _device: row['device'] }),
          }) as InventoryRow,
      ),
      columns,
    };
  };

  const sharedOf = (name: string): SharedStore => {
    const { shared } = storesOf(name);
    if (shared === undefined) throw new AppError('INTERNAL', `${name} is not shared`);
    return shared;
  };

  const members = (name: string): Iterable<Members> => sharedOf(name).arrays.each();

  const tally = (name: string, field: string): Map<number, Record<string, number>> => {
    // A number for each value: a site has millions of packages on devices, and a look at a text for each takes seconds.
    const { texts, places } = sharedOf(name).coded(field);
    const tallies = new Map<number, Record<string, number>>();
    for (const { device, items } of members(name)) {
      const counts = new Uint32Array(texts.length);
      for (const item of items) counts[places[item] ?? 0] = (counts[places[item] ?? 0] as number) + 1;
      tallies.set(
        device,
        Object.fromEntries(texts.flatMap((text, at) => (counts[at] === 0 ? [] : [[text, counts[at] as number]]))),
      );
    }
    return tallies;
  };

  const deviceSetWith = (name: string, items: ReadonlySet<number>): DeviceSet =>
    setOf(sharedOf(name).devicesByItem.of([...items]));

  const itemDevices = (name: string, item: number, scope: Scope): number[] => {
    const all = deviceSetWith(name, new Set([item]));
    const reached = devicesReached(db, scope);
    return numbersOf(reached === undefined ? all : allOf([all, reached]));
  };

  const devicesWith = (name: string, items: ReadonlySet<number>): number[] => numbersOf(deviceSetWith(name, items));

  const membersAmong = (name: string, devices: readonly number[]): Members[] => sharedOf(name).arrays.some(devices);

  const memberIds = (device: number, name: string): Uint32Array =>
    storesOf(name).shared?.arrays.itemsOf(device) ?? new Uint32Array();

  const attributeOf = (device: number, name: string, field: string): readonly Stored[] => {
    const { shared } = storesOf(name);
    const row = sections.best(device, name);
    return row === undefined || shared === undefined ? [] : (valuesOf(shared, row.id, field).byField[field] ?? []);
  };

  const items = (name: string, ids: readonly number[]): InventoryRow[] => {
    const { shape, shared } = storesOf(name);
    return (shared?.byIds(ids) ?? []).map(
      (row) => ({ id: row.id, ...fieldsOf(shape.own, row, false) }) as InventoryRow,
    );
  };

  const named = (name: string, text: string, limit: number, scope: Scope): InventoryRow[] => {
    const shared = sharedOf(name);
    const ids = shared.named(text, limit, scope.site ? undefined : shared.reachedCounts(scope));
    const rows = new Map(items(name, ids).map((row) => [row.id, row]));
    return ids.flatMap((id) => rows.get(id) ?? []);
  };

  return {
    section,
    sectionItem,
    held,
    list,
    named,
    members,
    tally,
    itemDevices,
    memberIds,
    attributeOf,
    items,
    readCell,
    devicesWith,
    deviceSetWith,
    membersAmong,
  };
};
