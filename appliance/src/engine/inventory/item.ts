import { hash } from 'node:crypto';
import { withoutHome } from '@sallyport/bundle-tools/protocol/home-path';
import { normalName, type Personal } from '../../platform/personal.ts';
import { cleanLine } from '../../platform/text.ts';
import type { Collection, Field, FieldValue, Item, Stored } from './types.ts';

export type NamedField = { name: string; field: Field };

/** What the engine derives from a declaration once. */
export type Shape = {
  collection: Collection;
  /** Reported fields that are the item's own. */
  own: readonly NamedField[];
  perDevice: readonly NamedField[];
  /** Of its own and not volatile. */
  steady: readonly NamedField[];
  identity: readonly NamedField[];
};

/** Splits a declaration's fields by role. */
export const shapeOf = (collection: Collection): Shape => {
  const reported = Object.entries(collection.fields)
    .filter(([, field]) => !field.entered)
    .map(([name, field]) => ({ name, field }));
  return {
    collection,
    own: reported.filter(({ field }) => !field.perDevice),
    perDevice: reported.filter(({ field }) => field.perDevice),
    steady: reported.filter(({ field }) => !field.perDevice && !field.volatile),
    identity: reported.filter(({ field }) => field.identity),
  };
};

/** A validated wire value as it is stored, control characters removed. */
export const toStored = (field: Field, value: unknown): Stored => {
  if (value === null || value === undefined) return null;
  switch (field.type) {
    case 'text': {
      const line = cleanLine(value as string);
      return (field.hidesHome ? withoutHome(line) : line) || null;
    }
    case 'boolean':
      return value === true ? 1 : 0;
    case 'time':
      return Date.parse(value as string);
    case 'integer':
    case 'real':
      return Number(value);
    case 'list': {
      const entries = (value as string[]).map(cleanLine).filter((entry) => entry !== '');
      return entries.length === 0 ? null : JSON.stringify(entries);
    }
  }
};

/** A stored value as it is read. */
export const fromStored = (field: Field, stored: Stored): FieldValue => {
  if (stored === null) return null;
  if (field.type === 'boolean') return stored === 1;
  if (field.type === 'list') return JSON.parse(String(stored)) as string[];
  return stored;
};

/** The stored values of an item by field name. */
export const storedItem = (fields: readonly NamedField[], item: Item): Record<string, Stored> => {
  const stored: Record<string, Stored> = {};
  for (const { name, field } of fields) stored[name] = toStored(field, item[name]);
  return stored;
};

/** Names and values that are there: a field that a later version adds leaves the keys of old items as they were. */
const keyText = (fields: readonly NamedField[], stored: Readonly<Record<string, Stored>>): string => {
  const parts: Array<string | number> = [];
  for (const { name } of fields) {
    const value = stored[name] ?? null;
    if (value !== null) parts.push(name, value);
  }
  return JSON.stringify(parts);
};

const keyBytes = 16;

/** The key of a shared item: 16 bytes of SHA-256 over every field of its own. */
export const sharedKey = (shape: Shape, stored: Readonly<Record<string, Stored>>): Buffer =>
  hash('sha256', keyText(shape.own, stored), 'buffer').subarray(0, keyBytes);

/** Whether rows of an own collection hold all that says what they are: nothing in them is encrypted. */
export const isOpen = (shape: Shape): boolean => shape.own.every(({ field }) => !field.personal);

/** What says which row it is among a device's rows, as a text; not its place among several that say the same. */
export const openKey = (shape: Shape, stored: Readonly<Record<string, Stored>>): string =>
  shape.collection.single ? '' : keyText(shape.identity, stored);

/** Changes when any value does, volatile ones apart. */
export const openDigest = (shape: Shape, stored: Readonly<Record<string, Stored>>): string =>
  keyText(shape.steady, stored);

/** Under the site's key, since the fields may be personal. */
export const ownKey = (
  personal: Personal,
  shape: Shape,
  stored: Readonly<Record<string, Stored>>,
  ordinal: number,
): Buffer => personal.keyed(`${shape.collection.name}\0${ordinal}\0${openKey(shape, stored)}`);

/** Changes when any value does, volatile ones apart. */
export const ownDigest = (personal: Personal, shape: Shape, stored: Readonly<Record<string, Stored>>): Buffer =>
  personal.keyed(`${shape.collection.name}\0digest\0${openDigest(shape, stored)}`);

/** What pairs an item that went with one that came. */
export const identityText = (shape: Shape, stored: Readonly<Record<string, Stored>>): string =>
  keyText(shape.identity, stored);

/** Whose key encrypts the personal values of an item. */
export const personOf = (shape: Shape, stored: Readonly<Record<string, Stored>>, device: number): string => {
  const field = shape.collection.person;
  const value = field === undefined ? null : (stored[field] ?? null);
  return value === null ? `device:${device}` : `person:${normalName(String(value))}`;
};
