import type { FieldColumn, FilterField, Value } from '@sallyport/ui/model';
import type { Collection, Field, FieldValue, InventoryRow } from '../inventory/types.ts';

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

/** The indexed fields, as filters. */
export const fieldFilters = (collection: Collection): FilterField[] =>
  Object.entries(collection.fields)
    .filter(([, field]) => field.indexed && !field.perDevice && !field.entered)
    .map(([name, field]) => ({
      name,
      label: `collection.${collection.name}.field.${name}`,
      ...(field.type === 'boolean'
        ? {
            options: [
              { value: 'true', key: 'common.yes' },
              { value: 'false', key: 'common.no' },
            ],
          }
        : {}),
      ...(field.choices === undefined
        ? {}
        : {
            options: field.choices.map((value) => ({
              value,
              key: `collection.${collection.name}.choice.${name}.${value}`,
            })),
          }),
    }));

/** The values of a row by the names of the columns. */
export const rowValues = (row: InventoryRow, columns: readonly FieldColumn[]): Record<string, Value> =>
  Object.fromEntries(columns.map(({ name }) => [name, (row[name] ?? null) as FieldValue]));
