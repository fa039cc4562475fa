import { z } from 'zod';
import type { Body, Kind, KindField } from '../../engine/objects/types.ts';

/** What the API tells of an object: no secrets, and no texts that only services use, such as the hash of a token. */
export const isReadable = (field: KindField): boolean =>
  field.type !== 'secret' && !(field.internal === true && field.type === 'text');

const typeSchema = (field: KindField): z.ZodType => {
  switch (field.type) {
    case 'text':
      return z.string().max(field.max ?? 200);
    case 'multiline':
      return z.string().max(field.max ?? 10_000);
    case 'secret':
      return z.string().max(field.max ?? 8_192);
    case 'time':
      return z.string().max(20).describe('YYYY-MM-DDThh:mm:ssZ');
    case 'reference':
      return z
        .string()
        .max(512)
        .describe(`Id of a ${field.kind ?? 'object'}`);
    case 'integer':
      return z
        .int()
        .min(field.min ?? Number.MIN_SAFE_INTEGER)
        .max(field.max ?? Number.MAX_SAFE_INTEGER);
    case 'boolean':
      return z.boolean();
    case 'choice':
      return z.enum((field.options ?? []) as [string, ...string[]]);
    case 'list':
      return z
        .array(field.options === undefined ? z.string().max(1_000) : z.enum(field.options as [string, ...string[]]))
        .max(field.max ?? 1_000);
    case 'json':
      return z.unknown();
  }
};

const readSchema = (field: KindField): z.ZodType => {
  // What is stored was checked when it was written, perhaps by an older declaration.
  const plain: Partial<Record<KindField['type'], z.ZodType>> = {
    integer: z.int(),
    boolean: z.boolean(),
    list: z.array(z.string()),
    json: z.unknown(),
  };
  const schema = (plain[field.type] ?? z.string()).nullable();
  return field.personal ? schema.describe('personal: null unless asked for') : schema;
};

/** The fields of an object as they are read, from its kind's declaration. */
export const readBody = (kind: Kind): z.ZodType<Body> =>
  z.object(
    Object.fromEntries(
      Object.entries(kind.fields)
        .filter(([, field]) => isReadable(field))
        .map(([name, field]) => [name, readSchema(field)]),
    ),
  ) as z.ZodType<Body>;

/** The fields that may be written. The engine checks them once more; null clears a field. */
export const writtenBody = (kind: Kind, options: { isPatch: boolean }): z.ZodType<Body> =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(kind.fields)
        .filter(([, field]) => !field.internal)
        .map(([name, field]) => {
          const schema = typeSchema(field);
          const isNeeded = field.required === true && field.default === undefined && !options.isPatch;
          return [name, isNeeded ? schema : schema.nullable().optional()];
        }),
    ),
  ) as z.ZodType<Body>;

/** The readable values of a body; personal ones only where they were asked for. */
export const shownBody = (kind: Kind, body: Body, personal: boolean): Body =>
  Object.fromEntries(
    Object.entries(kind.fields)
      .filter(([, field]) => isReadable(field))
      .map(([name, field]) => [name, field.personal && !personal ? null : (body[name] ?? null)]),
  );
