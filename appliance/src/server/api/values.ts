import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { EventService } from '../../engine/events/service.ts';
import type { Collection, Field, FieldValue } from '../../engine/inventory/types.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';

export type Value = string | number | boolean | string[] | null;

const describeField = (field: Field): string | undefined =>
  [
    field.type === 'time' ? 'YYYY-MM-DDThh:mm:ssZ' : '',
    field.unit ?? '',
    field.personal ? 'personal: null unless asked for' : '',
    field.perDevice ? "of the device's link to the item: null without a device" : '',
  ]
    .filter((part) => part !== '')
    .join('; ') || undefined;

const typeSchema = (field: Field): z.ZodType => {
  switch (field.type) {
    case 'text':
    case 'time':
      return z.string();
    case 'integer':
      return z.int();
    case 'real':
      return z.number();
    case 'boolean':
      return z.boolean();
    case 'list':
      return z.array(z.string());
  }
};

/** What a collection's items look like when they are read, from its declaration. */
export const valuesSchema = (collection: Collection): z.ZodType<Record<string, Value>> => {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(collection.fields)) {
    if (field.entered) continue;
    const schema = typeSchema(field).nullable();
    const description = describeField(field);
    shape[name] = description === undefined ? schema : schema.describe(description);
  }
  return z.object(shape) as z.ZodType<Record<string, Value>>;
};

/** A stored value as it is sent. */
const toWire = (field: Field | undefined, value: unknown): Value => {
  if (value === null || value === undefined) return null;
  if (field?.type === 'time') return typeof value === 'number' ? toTime(value) : null;
  return value as Exclude<FieldValue, null>;
};

/** The values of an item as they are sent; null for none. */
export const itemToWire = (
  fields: Collection['fields'],
  item: Readonly<Record<string, unknown>> | null,
): Record<string, Value> | null =>
  item && Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toWire(fields[name], value)]));

/** The reported values of a row, all of them, in the order of the declaration. */
export const rowValues = (collection: Collection, row: Readonly<Record<string, unknown>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(collection.fields)
      .filter(([, field]) => !field.entered)
      .map(([name, field]) => [name, toWire(field, row[name])]),
  );

/** Whether personal values are asked for, of a collection or a kind that has some. */
export const hasPersonal = (declaration: { fields: Readonly<Record<string, { personal?: boolean }>> }): boolean =>
  Object.values(declaration.fields).some((field) => field.personal === true);

export const personalParameter = z
  .boolean()
  .default(false)
  .describe('Returns personal values; who read them is recorded');

/** Records the reading of personal values, before the first is shown. */
export const recordPersonal = (
  events: EventService,
  call: { actor: Actor; what: string; device?: number | undefined },
): void => {
  const { actor, what, device } = call;
  events.record('personal-read', {
    actor: actorRef(actor),
    ...defined({ device, from: actor.from }),
    params: { collection: what },
  });
};
