import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { errorSchema } from './refusal.ts';
import type { ApiRoute, PersonNeed } from './route.ts';
import { apiPrefix } from './types.ts';

export type Json = { [name: string]: unknown };
/** Schemas that stand in the document once, under a name. */
type SchemaNames = z.core.$ZodRegistry<{ id: string }>;

export const schemaNames = (): SchemaNames => z.registry<{ id: string }>();

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Turns `#/$defs/x` into references to the document's own schemas. */
const relinked = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(relinked);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '$defs' && name !== '$schema')
      .map(([name, entry]) =>
        name === '$ref' && typeof entry === 'string'
          ? [name, entry.replace('#/$defs/', '#/components/schemas/')]
          : [name, relinked(entry)],
      ),
  );
};

/** Makes JSON schemas and gathers the named ones. */
const converter = (names: SchemaNames) => {
  const components = new Map<string, Json>();
  const keep = (name: string, schema: Json): void => {
    const held = components.get(name);
    if (held !== undefined && JSON.stringify(held) !== JSON.stringify(schema))
      throw new AppError('DECLARATION', `two schemas of the API are called ${name}`);
    components.set(name, schema);
  };
  const convert = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const made = z.toJSONSchema(schema, {
      metadata: names,
      io,
      override: ({ jsonSchema }) => {
        // Answers may get further fields; who reads them must not refuse what is new.
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    }) as Json;
    const definitions = isObject(made['$defs']) ? made['$defs'] : {};
    for (const [name, definition] of Object.entries(definitions)) keep(name, relinked(definition) as Json);
    const id = names.get(schema)?.id;
    if (id === undefined) return relinked(made) as Json;
    const { id: _own, ...body } = relinked(made) as Json;
    if (body['$ref'] === undefined) keep(id, body);
    return { $ref: `#/components/schemas/${id}` };
  };
  return { convert, components };
};

/** What a call is named by in the document. */
export function operationId({ method, path }: Pick<ApiRoute, 'method' | 'path'>): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

const parametersOf = (convert: (schema: z.ZodType) => Json, schema: z.ZodType | undefined, place: 'path' | 'query') => {
  if (schema === undefined) return [];
  const { properties, required } = convert(schema);
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => {
    const { description, ...rest } = isObject(property) ? property : {};
    return {
      name,
      in: place,
      // A parameter with a default has a value either way.
      required: place === 'path' || (needed.includes(name) && !('default' in rest)),
      ...defined({ description }),
      schema: rest,
    };
  });
};

const binary = { schema: { type: 'string', format: 'binary' } };

const successOf = (convert: (schema: z.ZodType) => Json, { answers }: ApiRoute): Json => {
  if (answers.kind === 'none') return { '204': { description: 'Done' } };
  if (answers.kind === 'file') return { '200': { description: 'The file', content: { [answers.type]: binary } } };
  return {
    [String(answers.status)]: {
      description: answers.status === 201 ? 'Made' : 'Done',
      content: { 'application/json': { schema: convert(answers.schema) } },
    },
  };
};

const personNeeds: Readonly<Record<PersonNeed, string>> = {
  always:
    'Every token is refused (APPROVAL_TOKEN): a person does it on the page, or with the command after sallyport login.',
  'to-agree':
    'A token may say no. To agree it is refused (APPROVAL_TOKEN): a person does that, on the page or with the command after sallyport login.',
};

/** The OpenAPI 3.1 document of a table of routes. */
export const openApiDocument = (routes: readonly ApiRoute[], names: SchemaNames): Json => {
  const { convert, components } = converter(names);
  names.add(errorSchema, { id: 'Error' });
  const input = (schema: z.ZodType): Json => convert(schema, 'input');
  const output = (schema: z.ZodType): Json => convert(schema, 'output');
  const refusal = (description: string): Json => ({
    description,
    content: { 'application/json': { schema: output(errorSchema) } },
  });
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const parameters = [...parametersOf(input, route.params, 'path'), ...parametersOf(input, route.query, 'query')];
    const item = paths[route.path] ?? {};
    paths[route.path] = item;
    if (item[route.method] !== undefined)
      throw new AppError('DECLARATION', `the API has two calls ${route.method} ${route.path}`);
    item[route.method] = {
      operationId: operationId(route),
      tags: [route.tag],
      summary: route.summary,
      description: [
        route.description,
        `Right: ${route.right === 'any' ? 'any valid token' : route.right}.`,
        route.person && personNeeds[route.person],
      ]
        .filter(Boolean)
        .join(' '),
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(route.body === undefined
        ? {}
        : { requestBody: { required: true, content: { 'application/json': { schema: input(route.body) } } } }),
      ...(route.upload === undefined
        ? {}
        : {
            requestBody: {
              required: true,
              content: Object.fromEntries(route.upload.types.map((type) => [type, binary])),
            },
          }),
      responses: {
        ...successOf(output, route),
        '401': { $ref: '#/components/responses/Unauthenticated' },
        '403': { $ref: '#/components/responses/Forbidden' },
        '4XX': { $ref: '#/components/responses/Refused' },
        '5XX': { $ref: '#/components/responses/Failed' },
      },
    };
  }
  const responses = {
    Unauthenticated: refusal('No valid token (TOKEN)'),
    Forbidden: refusal('The token lacks the right (FORBIDDEN)'),
    Refused: refusal('Refused; the code says why'),
    Failed: refusal('Failed; the code says why'),
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version: '1',
      summary: 'The appliance on the isolated network',
      description:
        'Every call needs an API token as a bearer token. Lists are paged by key: pass the `next` of a page as `after` of the following one. Times are UTC, `YYYY-MM-DDThh:mm:ssZ`. Personal values are null unless `personal=true` is asked for, which is recorded.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiPrefix }],
    security: [{ token: [] }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      responses,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token of an account' } },
    },
  };
};
