import { z } from 'zod';
import { invalid } from '../../platform/errors.ts';
import { timeText, toFieldErrors } from '../../platform/validation.ts';
import type { Collection, Field, Item } from './types.ts';

export const defaultMaxItems = 50_000;
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

/** Checks the items of a report; throws INVALID with `items.<n>.<field>` for what is wrong. */
export const itemsParser = (collection: Collection): ((items: readonly unknown[]) => Item[]) => {
  const most = collection.single ? 1 : (collection.maxItems ?? defaultMaxItems);
  const schema = z.array(itemSchema(collection)).max(most);
  return (items) => {
    const parsed = schema.safeParse(items, { reportInput: true });
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
  const most = collection.single ? 1 : (collection.maxItems ?? defaultMaxItems);
  const schema = itemSchema(collection);
  return (items) => {
    const valid: Item[] = [];
    for (const item of items) {
      if (valid.length >= most) break;
      const parsed = schema.safeParse(item);
      if (parsed.success) valid.push(parsed.data);
    }
    return valid;
  };
};
