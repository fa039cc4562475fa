import { type Field, type Rows, type ValueType, type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import { among, type Condition } from '../../platform/list/condition.ts';
import type { Personal } from '../../platform/personal.ts';
import { likePattern } from '../../platform/text.ts';
import { matchingSql } from './match-queries.ts';
import { blindColumn, column } from './table-store.ts';
import type { Collection, Field as CollectionField, ToldOfItems } from './types.ts';

// What filters can ask of a row `r` of a collection: by devices that have it, and by the collection's own list.

const typeOf = (field: CollectionField): ValueType => {
  if (field.choices !== undefined) return 'choice';
  return ({ text: 'text', integer: 'number', real: 'number', boolean: 'yesno', time: 'time', list: 'text' } as const)[
    field.type
  ];
};

const fieldOf = (name: string, field: CollectionField, nocase: boolean): Field => ({
  name,
  type: typeOf(field),
  ...(field.choices === undefined ? {} : { options: field.choices }),
  ...(field.unit === 'bytes' ? { bytes: true } : {}),
  ...(nocase ? { nocase: true } : {}),
  source: field.type === 'list' ? { many: `select value from json_each(r."${name}")` } : { scalar: `r."${name}"` },
});

/** The rows of a collection as filters ask for them. Personal values are encrypted and cannot be asked. */
export const collectionRows = (collection: Collection): Rows => ({
  name: collection.name,
  table: `inv_${collection.name.replaceAll('-', '_')}`,
  shared: collection.mode === 'shared',
  fields: new Map(
    Object.entries(collection.fields)
      .filter(([, field]) => !field.personal && !field.entered && !field.perDevice)
      .map(([name, field]) => [name, fieldOf(name, field, collection.sort === name && field.type === 'text')]),
  ),
});

/** Part of any text field, or the whole of an indexed personal one; or one of some items. */
const searchCondition = (
  personal: Personal,
  collection: Collection,
  text: string,
  items: readonly number[],
): Condition => {
  const parts: string[] = [];
  const params: unknown[] = [];
  for (const [name, field] of Object.entries(collection.fields)) {
    if (field.perDevice || field.entered) continue;
    if (field.personal) {
      if (!field.indexed) continue;
      parts.push(`r.${blindColumn(name)} = ?`);
      params.push(personal.blindIndex(`${collection.name}.${name}`, text));
    } else if (field.type === 'text' || field.type === 'list') {
      parts.push(`r.${column(name)} like ? escape '\\'`);
      params.push(likePattern(text));
    }
  }
  const also = among('r.id', items);
  return { sql: `(${[...parts, also.sql].join(' or ')})`, params: [...params, ...also.params] };
};

/** An indexed text is found as it is written, by its index. */
const asWritten = (field: Field, { indexed, type }: CollectionField): Field =>
  indexed && type === 'text' && !field.nocase && field.type === 'text' ? { ...field, stored: 'exact' } : field;

/** A personal value is found whole, by its blind index. */
const blindField = (personal: Personal, collection: Collection, name: string): Field => ({
  name,
  type: 'text',
  ops: ['=', '!='],
  source: {
    test: (value) => ({
      sql: `r.${blindColumn(name)} = ?`,
      params: [personal.blindIndex(`${collection.name}.${name}`, value)],
    }),
  },
});

/** Everything that the list of a collection can be asked; `told`: what others know of its items. */
export function collectionVocabulary(personal: Personal, collection: Collection, told: ToldOfItems = {}): Vocabulary {
  const { category, items } = told;
  const declared = collectionRows(collection).fields;
  return vocabularyOf([
    ...Object.entries(collection.fields).flatMap(([name, of]): Field[] => {
      const field = declared.get(name);
      if (field !== undefined) return [asWritten(field, of)];
      return of.personal && of.indexed && !of.entered && !of.perDevice ? [blindField(personal, collection, name)] : [];
    }),
    ...(category === undefined
      ? []
      : [
          {
            name: 'category',
            type: 'text',
            ops: ['=', '!='],
            source: { test: (id) => matchingSql(personal, collection, category(id)) },
          } satisfies Field,
        ]),
    {
      name: 'text',
      type: 'text',
      ops: ['contains'],
      parameter: 'q',
      source: { test: (text) => searchCondition(personal, collection, text, items?.(text) ?? []) },
    },
  ]);
}
