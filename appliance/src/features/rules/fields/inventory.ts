import type { Collection, Field as CollectionField } from '../../inventory/types.ts';
import type { Field, Rows, ValueType } from '../condition/types.ts';

/** Whether a device has reported what it runs. */
export const inventoryFields: readonly Field[] = [
  {
    name: 'inventory',
    type: 'yesno',
    layer: 0,
    source: {
      scalar: `exists (select 1 from section s where s.device = d.id and s.collection = 'software' and s.best = 1)`,
    },
  },
];

const typeOf = (field: CollectionField): ValueType => {
  if (field.choices !== undefined) return 'choice';
  return ({ text: 'text', integer: 'number', real: 'number', boolean: 'yesno', time: 'time', list: 'text' } as const)[
    field.type
  ];
};

const fieldOf = (name: string, field: CollectionField): Field => ({
  name,
  type: typeOf(field),
  layer: 0,
  ...(field.choices === undefined ? {} : { options: field.choices }),
  ...(field.unit === 'bytes' ? { bytes: true } : {}),
  source: field.type === 'list' ? { many: `select value from json_each(r."${name}")` } : { scalar: `r."${name}"` },
});

/** The rows of a collection as conditions ask for them. Personal values are encrypted and cannot be asked. */
export const rowsOf = (collection: Collection): Rows => ({
  name: collection.name,
  table: `inv_${collection.name.replaceAll('-', '_')}`,
  shared: collection.mode === 'shared',
  fields: new Map(
    Object.entries(collection.fields)
      .filter(([, field]) => !field.personal && !field.entered && !field.perDevice)
      .map(([name, field]) => [name, fieldOf(name, field)]),
  ),
});
