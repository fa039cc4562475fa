import { once } from '@sallyport/bundle-tools/platform/once';
import { z } from 'zod';
import { invalid } from '../../platform/errors.ts';
import { timeText, toFieldErrors } from '../../platform/validation.ts';
import type { Collection, Field, Item } from './types.ts';

const defaultMaxItems = 50_000;
const defaultTextLength = 1_024;
const defaultListLength = 256;

const wireSchema = (field: Field): z.ZodType => {
  switch (field.type) {
    case 'text':
      if (field.choices !== undefined) return z.enum(field.choices);
      return z.string().max(field.maxLength ?? defaultTextLength);
    case 'integer':
      return z.int();
    case 'real':
      // Canonical JSON has no fractions, so they travel as text.
      return z.union([z.int(), z.string().regex(/^-?\d{1,15}(\.\d{1,15})?$/)]);
    case 'boolean':
      return z.boolean();
    case 'time':
      return timeText;
    case 'list':
      return z.array(z.string().max(field.maxLength ?? defaultTextLength)).max(field.maxItems ?? defaultListLength);
  }
};

/** The schema of an item on the wire, from the declaration; the API description uses it too. Unknown fields are ignored. */
export const itemSchema = (collection: Collection): z.ZodType<Item> => {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(collection.fields)) {
    if (field.entered) continue;
    const schema = wireSchema(field);
    shape[name] = field.required ? schema : schema.nullish();
  }
  return z.object(shape) as z.ZodType<Item>;
};

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** Whether a value is surely one of a field's; false says nothing for types that only the schema decides on. */
export const fits = (field: Field): ((value: unknown) => boolean) => {
  const most = field.maxLength ?? defaultTextLength;
  switch (field.type) {
    case 'text': {
      const { choices } = field;
      if (choices !== undefined) return (value) => (choices as readonly unknown[]).includes(value);
      return (value) => typeof value === 'string' && value.length <= most;
    }
    case 'integer':
      return Number.isSafeInteger;
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'time':
      return (value) => typeof value === 'string' && timePattern.test(value) && !Number.isNaN(Date.parse(value));
    case 'list':
    case 'real':
      return () => false;
  }
};

/**
 * Whether an item is surely what its schema would give back for it, without running the schema: no field that is not
 * declared, every value as it has to be. False says nothing; the schema decides then.
 */
export const plainItem = (collection: Collection): ((item: unknown) => item is Item) => {
  const checks = new Map(
    Object.entries(collection.fields)
      .filter(([, field]) => !field.entered)
      .map(([name, field]) => [name, { isThere: fits(field), required: field.required === true }]),
  );
  const required = [...checks].filter(([, check]) => check.required).map(([name]) => name);
  return (item): item is Item => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return false;
    for (const name of Object.keys(item)) {
      const check = checks.get(name);
      const value = (item as Item)[name];
      if (check === undefined || !(check.isThere(value) || (value === null && !check.required))) return false;
    }
    return required.every((name) => Object.hasOwn(item, name));
  };
};

/** How many items a section of a collection may have. */
export const mostItemsOf = (collection: Collection): number =>
  collection.single ? 1 : (collection.maxItems ?? defaultMaxItems);

/** Checks the items of a report; throws INVALID with `items.<n>.<field>` for what is wrong. */
export const itemsParser = (collection: Collection): ((items: readonly unknown[]) => Item[]) => {
  const most = mostItemsOf(collection);
  const schema = once(() => z.array(itemSchema(collection)).max(most));
  const isPlain = plainItem(collection);
  return (items) => {
    if (items.length <= most && items.every(isPlain)) return [...items];
    const parsed = schema().safeParse(items, { reportInput: true });
    if (parsed.success) return parsed.data;
    const fields = toFieldErrors(parsed.error);
    throw invalid(
      Object.fromEntries(
        Object.entries(fields).map(([path, fault]) => [path === '' ? 'items' : `items.${path}`, fault]),
      ),
    );
  };
};

/** The items of a report that fit the declaration, as many as it allows; the rest is left out. */
export const itemFilter = (collection: Collection): ((items: readonly Item[]) => Item[]) => {
  const most = mostItemsOf(collection);
  const schema = once(() => itemSchema(collection));
  const isPlain = plainItem(collection);
  return (items) => {
    const valid: Item[] = [];
    for (const item of items) {
      if (valid.length >= most) break;
      if (isPlain(item)) {
        valid.push(item);
        continue;
      }
      const parsed = schema().safeParse(item);
      if (parsed.success) valid.push(parsed.data);
    }
    return valid;
  };
};
