import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { AskedField } from '@sallyport/ui/components/filter-builder.tsx';
import type { FieldColumn, Value } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type FilterLanguage, filterLanguage } from '../../platform/filter/language.ts';
import { type Comparison, type Filter, FilterFault, vocabularyOf } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { askedFields, type FieldWords } from '../../server/console/asked-list.ts';
import { chosen } from '../../server/console/lists.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import { type Actor, hasRight, holdsAnywhere, type Right, requireRight, scopeOf } from '../objects/types.ts';
import {
  type ChangeAsked,
  type ChangeOperation,
  type Collection,
  enteredFields,
  type Field,
  type FieldValue,
  type InventoryRow,
  partOf,
  readRight,
  type ToldOfItems,
} from './types.ts';

// How pages, of this engine and of features, show collections: their fields, lists of changes, further lines of a list.

const changeOperations: readonly ChangeOperation[] = ['added', 'removed', 'changed', 'first'];

/** What is asked of the log by one field: one value or several, of which one fits. */
const partsOf = (filter: Filter): Comparison[] => {
  const parts = 'any' in filter ? filter.any : [filter];
  const asked = parts.flatMap((part) => ('field' in part ? part : []));
  if (asked.length < parts.length || new Set(asked.map(({ field }) => field)).size !== 1)
    throw new FilterFault('onlyAnd', 1, '');
  return asked;
};

/** What a filter asks of the log, by field. The log walks an index: it finds what fits all of some fields. Throws FilterFault. */
const askedOf = (filter: Filter | undefined): ReadonlyMap<string, readonly string[]> => {
  const parts = filter === undefined ? [] : 'all' in filter ? filter.all : [filter];
  const asked = new Map<string, string[]>();
  for (const [first, ...more] of parts.map(partsOf)) {
    if (first === undefined) continue;
    if (asked.has(first.field)) throw new FilterFault('onlyAnd', 1, '');
    asked.set(
      first.field,
      [first, ...more].map(({ value }) => String(value)),
    );
  }
  return asked;
};

const code = { code: true } as const;

/** The language that lists of changes are asked in. */
export const changeLanguage = (collections: readonly Collection[], ofDevice: boolean): FilterLanguage =>
  filterLanguage({
    vocabulary: vocabularyOf([
      { name: 'collection', type: 'choice', options: collections.map(({ name }) => name), ops: ['='], source: code },
      { name: 'operation', type: 'choice', options: changeOperations, ops: ['='], source: code },
      // The search field has the same.
      { name: 'item', type: 'text', parameter: 'q', ops: ['='], source: code },
      { name: 'from', type: 'time', ops: ['after'], source: code },
      { name: 'to', type: 'time', ops: ['before'], source: code },
      ...(ofDevice ? [] : [{ name: 'device', type: 'text', ops: ['='], source: code } as const]),
    ]),
    check: askedOf,
  });

/** What a builder offers, over the collections that the reader may see. */
export const changeFields = (
  language: FilterLanguage,
  readable: readonly Collection[],
  deviceName?: (text: string) => string,
): AskedField[] =>
  askedFields(language.vocabulary, {
    collection: {
      label: 'changes.collection',
      options: readable.map(({ name }) => ({ value: name, key: `collection.${name}.title` })),
    },
    operation: { label: 'changes.operation', choices: 'changes.operation' },
    item: { label: 'changes.title' },
    from: { label: 'filter.from' },
    to: { label: 'filter.to' },
    device: { label: 'field.device', ...(deviceName === undefined ? {} : { valueName: deviceName }) },
  });

/** Where a person reads a collection. FORBIDDEN where nowhere; what belongs to no device is read by who reaches the whole site. */
export const collectionScope = (actor: Actor, collection: Collection): Scope => {
  if (collection.bound !== 'device') requireRight(actor, readRight(collection));
  return scopeOf(actor, readRight(collection));
};

/** Whether a reach holds all of another. */
export const reachesAll =
  (there: Scope) =>
  (held: Scope): boolean =>
    held.site || (!there.site && there.roots.every((root) => held.roots.includes(root)));

/** The collections that an actor may read where it is asked: `covers` says whether a reach holds all that is shown. */
export const readableCollections = (
  collections: readonly Collection[],
  actor: Actor,
  covers: (held: Scope) => boolean = ({ site }) => site,
): Collection[] => {
  const isRead = new Map<Right, boolean>();
  return collections.filter((collection) => {
    const right = readRight(collection);
    if (collection.bound !== 'device') return hasRight(actor, right);
    const known = isRead.get(right) ?? (holdsAnywhere(actor, right) && covers(scopeOf(actor, right)));
    isRead.set(right, known);
    return known;
  });
};

/** A day or a time in a filter; the end of the day for the upper one. */
export const momentOf = (text: string | undefined, endOfDay: boolean): number | undefined => {
  if (text === undefined) return undefined;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const at = Date.parse(isDay && endOfDay ? `${text}T23:59:59.999Z` : text);
  return Number.isNaN(at) ? undefined : at;
};

/** A filter as a query of the log, with the name of the device; collections that the reader may not see are never asked for. */
export const changeQueryOf = (
  filter: Filter | undefined,
  all: readonly Collection[],
  readableOnes: readonly Collection[],
): { asked: Omit<ChangeAsked, 'limit' | 'after'>; device: string | undefined } => {
  const parts = askedOf(filter);
  const readable = readableOnes.map(({ name }) => name);
  const wanted = parts.get('collection');
  const collection = wanted === undefined ? readable : readable.filter((name) => wanted.includes(name));
  const operation = parts.get('operation');
  return {
    asked: {
      ...(collection.length === all.length ? {} : { collection }),
      ...defined({
        operation: operation && chosen(changeOperations, operation),
        title: parts.get('item')?.[0],
        from: momentOf(parts.get('from')?.[0], false),
        to: momentOf(parts.get('to')?.[0], true),
      }),
    },
    device: parts.get('device')?.[0],
  };
};

/** What the numbers of a declared field count. */
const unitOf = (name: string, field: Field): FieldColumn['unit'] =>
  field.identifier ? 'identifier' : (field.unit ?? (name.endsWith('Kb') ? 'kilobytes' : undefined));

/** A declared field as a column. */
export const fieldColumn = (collection: Collection, name: string, field: Field): FieldColumn => {
  const unit = unitOf(name, field);
  return {
    name,
    collection: collection.name,
    type: field.type,
    ...(unit === undefined ? {} : { unit }),
    personal: field.personal ?? false,
    byDefault: field.column !== false && !field.personal,
    ...(field.choices === undefined && field.known === undefined ? {} : { choice: true }),
    sortable: !field.personal && !field.perDevice && field.type !== 'list',
  };
};

/** The reported fields of a collection; those of the link to a device only where there is one. */
export const fieldColumns = (collection: Collection, options: { link: boolean }): FieldColumn[] =>
  Object.entries(collection.fields)
    .filter(([, field]) => !field.entered && (options.link || !field.perDevice))
    .map(([name, field]) => fieldColumn(collection, name, field));

/** The columns that a list shows: those picked, else the default ones. The title is always there. */
export const shownColumns = (
  columns: readonly FieldColumn[],
  picked: readonly string[],
  title: string,
): FieldColumn[] => {
  const wanted = columns.filter((column) =>
    picked.length > 0 ? picked.includes(column.name) : column.byDefault !== false,
  );
  const titleColumn = columns.find((column) => column.name === title);
  return titleColumn === undefined || wanted.includes(titleColumn) ? wanted : [titleColumn, ...wanted];
};

/** What the fields of a collection's list and their values are called. */
export const collectionWords = ({ name, fields }: Collection): Readonly<Record<string, FieldWords>> =>
  Object.fromEntries(
    Object.keys(fields).map((field): [string, FieldWords] => [
      field,
      { label: `collection.${name}.field.${field}`, choices: `collection.${name}.choice.${field}` },
    ]),
  );

/** The values of a row by the names of the columns. */
export const rowValues = (row: InventoryRow, columns: readonly FieldColumn[]): Record<string, Value> =>
  Object.fromEntries(columns.map(({ name }) => [name, (row[name] ?? null) as FieldValue]));

// What people decide about what devices report, beside it in the same lists: the records of parts, the categories of
// executable files. A collection without such a thing has none of it.

type CollectionExtras = {
  /** What the list is asked beside what is reported, and what that is called. */
  told(collection: Collection): ToldOfItems;
  words(collection: Collection): Readonly<Record<string, FieldWords>>;
  columns(collection: Collection): FieldColumn[];
  /** Entered values of a row, and where they are entered. */
  row(
    actor: Actor,
    collection: Collection,
    device: string,
    row: InventoryRow,
  ): { values: Record<string, Value>; href?: string };
};

/** Reads the extras of lists of collections. */
export const collectionExtras = (deps: Pick<ConsoleDeps, 'hardwareRecords' | 'appCategories'>): CollectionExtras => {
  const { hardwareRecords: records, appCategories: categories } = deps;
  const isHardware = ({ name }: Collection): boolean => name === 'hardware';
  const isExecutable = ({ name }: Collection): boolean => name === 'executable';

  return {
    told: (collection) => ({
      ...(isHardware(collection) ? { items: records.search } : {}),
      ...(isExecutable(collection) ? { category: categories.matching } : {}),
    }),
    words: (collection) => ({
      ...collectionWords(collection),
      category: {
        label: 'kind.app-category.title',
        options: isExecutable(collection)
          ? categories.all().map(({ id, body }) => ({ value: id, label: String(body['name']) }))
          : [],
      },
    }),
    columns: (collection) =>
      isHardware(collection)
        ? [
            ...enteredFields.map((name): FieldColumn => {
              const type = collection.fields[name]?.type ?? 'text';
              const byDefault = name === 'inventoryNumber' || name === 'place';
              return { name, collection: collection.name, type, sortable: false, byDefault };
            }),
            ...records.columns().map(
              ({ name }): FieldColumn => ({
                name: `custom.${name}`,
                collection: collection.name,
                type: 'text',
                label: name,
                sortable: false,
                byDefault: false,
              }),
            ),
          ]
        : [],
    row: (actor, collection, device, row) => {
      if (!isHardware(collection)) return { values: {} };
      const record = records.find(device, row);
      const href =
        record !== undefined && hasRight(actor, 'devices:read')
          ? paths.object('hardware-record', record.id)
          : hasRight(actor, 'devices:write')
            ? paths.objectNew('hardware-record', {
                part: partOf(device, row),
                name: [row['type'], row['maker'], row['model']].filter(Boolean).join(' ').slice(0, 256),
              })
            : undefined;
      return { values: records.values(record) as Record<string, Value>, ...(href === undefined ? {} : { href }) };
    },
  };
};
