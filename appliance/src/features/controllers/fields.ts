import type { FactCollection } from '../../engine/inventory/types.ts';
import type { FieldTable, PartType } from './types.ts';

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
  const byType = new Map(collections.map((collection) => [collection.part, collection]));
  const fields = (type: PartType) => byType.get(type)?.fields ?? {};
  const compared = new Map(
    collections.map(({ part, fields: own }) => [
      part,
      Object.entries(own).flatMap(([name, field]) => (field.compared === true ? [[name, field.form] as const] : [])),
    ]),
  );
  return {
    nameOf: (type, alias) => {
      const name = Object.hasOwn(aliases, alias) ? (aliases[alias] ?? alias) : alias;
      return Object.hasOwn(fields(type), name) ? name : undefined;
    },
    field: (type, name) => (Object.hasOwn(fields(type), name) ? fields(type)[name] : undefined),
    fields,
    compared: (type) => compared.get(type) ?? [],
    collection: (type) => byType.get(type),
  };
};
