import { filterValues, type ListState } from '@sallyport/ui/list';
import type { FieldColumn, FilterField, Value } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Collection, enteredFields, type InventoryRow, type ListQuery, partOf } from '../inventory/types.ts';
import { type Actor, hasRight } from '../objects/types.ts';
import type { ConsoleDeps } from './types.ts';

// What people decide about what devices report, beside it in the same lists: the records of parts, the categories of
// executable files. A collection without such a thing has none of it.

type CollectionExtras = {
  filters(collection: Collection): FilterField[];
  query(collection: Collection, list: ListState): Pick<ListQuery, 'matching' | 'searchItems'>;
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
    filters: (collection) =>
      isExecutable(collection)
        ? [
            {
              name: 'category',
              label: 'kind.app-category.title',
              options: categories.all().map(({ id, body }) => ({ value: id, label: String(body['name']) })),
            },
          ]
        : [],
    query: (collection, list) => {
      const [category] = isExecutable(collection) ? filterValues(list, 'category') : [];
      return {
        ...(category === undefined ? {} : { matching: categories.matching(category) }),
        ...(isHardware(collection) && list.q !== '' ? { searchItems: records.search(list.q) } : {}),
      };
    },
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
        record !== undefined
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
