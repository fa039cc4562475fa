import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { z } from 'zod';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { readBytes } from '../../platform/http/read-bytes.ts';
import { toFieldErrors } from '../../platform/validation.ts';
import { namingWanted } from '../operations/not-found.ts';

// What comes in as text and bytes, under bounds.

/** Largest JSON body. */
const maxBodyBytes = 1024 * 1024;
const maxDepth = 20;
const maxValues = 1_000;

/** Throws INVALID with every wrong field. */
export const parse = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw invalid(toFieldErrors(parsed.error));
};

/** A schema without what makes it optional. */
export const inner = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable
    ? inner(schema.unwrap() as z.ZodType)
    : schema;

const entryOf = (schema: z.ZodArray): z.ZodType => inner(schema.element as z.ZodType);

/** Text as the type that the schema asks for; what does not fit stays text and is refused by the schema. */
export const fromText = (schema: z.ZodType, text: string): unknown => {
  if (schema instanceof z.ZodNumber) return /^-?\d{1,16}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
  if (schema instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text;
  return text;
};

/** The parameters of an address by their schema; repeated ones are lists. Unknown ones are refused: a filter with a typing error must not return everything. */
export const parseQuery = <T>(schema: z.ZodType<T>, query: URLSearchParams): T => {
  const shape = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
  const values: Record<string, unknown> = {};
  const faults: FieldErrors = {};
  if ([...query.keys()].length > maxValues) throw new AppError('TOO_LARGE', 'too many parameters');
  for (const name of new Set(query.keys())) {
    const field = Object.hasOwn(shape, name) ? inner(shape[name] as z.ZodType) : undefined;
    const texts = query.getAll(name);
    if (field === undefined) faults[name.slice(0, 64)] = { key: 'validation.unknownField' };
    else if (field instanceof z.ZodArray) values[name] = texts.map((text) => fromText(entryOf(field), text));
    else if (texts.length > 1) faults[name] = { key: 'validation.tooMany', params: { max: 1 } };
    else values[name] = fromText(field, texts[0] ?? '');
  }
  if (Object.keys(faults).length > 0) throw invalid(Object.fromEntries(Object.entries(faults).slice(0, 50)));
  return parse(schema, values);
};

/** The parts of a path. A value that cannot be one is an address where nothing is. */
export const parseParams = <T>(schema: z.ZodType<T>, params: Readonly<Record<string, string>>): T => {
  const shape = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
  const values = Object.fromEntries(
    Object.entries(params).map(([name, text]) => [name, fromText(inner(shape[name] ?? z.string()), text)]),
  );
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw namingWanted(new AppError('NOT_FOUND', 'no object has such an id'), Object.values(params));
  return parsed.data;
};

const typeOf = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** UNSUPPORTED_TYPE unless the body says that it is one of these. */
export const requireType = (request: Request, types: readonly string[]): void => {
  if (!types.includes(typeOf(request))) throw new AppError('UNSUPPORTED_TYPE', `this call takes ${types.join(' or ')}`);
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    throw new AppError('UNSUPPORTED_TYPE', 'the body must not be compressed');
};

/** The JSON of a body: bounded, no name twice, not nested deep. */
export const readJson = async (request: Request, maxBytes = maxBodyBytes): Promise<unknown> => {
  requireType(request, ['application/json']);
  const bytes = await readBytes(request, maxBytes);
  try {
    return parseStrictJson(bytes, { maxBytes, maxDepth, allowFractions: true });
  } catch (cause) {
    if (cause instanceof BundleError)
      throw new AppError('MALFORMED', `the body is not JSON: ${cause.message}`, {}, { cause });
    throw cause;
  }
};

/** The same, `{}` where there is no body. A body that does not say what it is is refused, not passed over. */
export const readOptionalJson = async (request: Request): Promise<unknown> =>
  !request.headers.has('content-type') && (await readBytes(request, maxBodyBytes)).length === 0
    ? {}
    : readJson(request);
