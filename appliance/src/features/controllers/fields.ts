import type { FactCollection } from '../../engine/inventory/types.ts';
import type { FieldTable, PartSort } from './types.ts';

/** Names under which sources say what the record has on two sides: which side it is, the method says. */
const aliases: Readonly<Record<string, string>> = {
  firmwareObserved: 'firmware',
  firmwareConfigured: 'firmware',
  firmwareVersion: 'firmware',
  ip: 'address',
  protection: 'protectionLevel',
};

/** The declared fields of controllers and their parts. */
export const fieldTable = (collections: readonly FactCollection[]): FieldTable => {
  const bySort = new Map(collections.map((collection) => [collection.part, collection]));
  const fields = (sort: PartSort) => bySort.get(sort)?.fields ?? {};
  const compared = new Map(
    collections.map(({ part, fields: own }) => [
      part,
      Object.entries(own).flatMap(([name, field]) => (field.compared === true ? [[name, field.form] as const] : [])),
    ]),
  );
  return {
    nameOf: (sort, alias) => {
      const name = Object.hasOwn(aliases, alias) ? (aliases[alias] ?? alias) : alias;
      return Object.hasOwn(fields(sort), name) ? name : undefined;
    },
    field: (sort, name) => (Object.hasOwn(fields(sort), name) ? fields(sort)[name] : undefined),
    fields,
    compared: (sort) => compared.get(sort) ?? [],
    collection: (sort) => bySort.get(sort),
  };
};
