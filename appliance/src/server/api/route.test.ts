import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { actorWith } from '../../../test/support/engines.ts';
import { toFailure } from '../../platform/errors.ts';
import { operationsOver } from '../operations/operation.ts';
import { toRoute } from '../operations/to-route.ts';
import { openApiDocument, schemaNames } from './openapi.ts';
import { errorResponse } from './refusal.ts';
import type { ApiRoute } from './route.ts';
import { parseQuery } from './wire.ts';

const { operation } = operationsOver<object>({ area: 'devices', bound: 'catalog' });

const routeOf = (path: `/${string}`, right: 'devices:read' | 'devices:write', output: z.ZodType, answer: unknown) =>
  toRoute(
    operation({
      name: 'thing.list',
      http: { method: 'get', path },
      right,
      summary: 'Things',
      input: z.strictObject({}),
      output,
      run: () => answer as never,
    }),
    {},
  ) as ApiRoute;

const route = (answer: unknown, right: 'devices:read' | 'devices:write' = 'devices:read'): ApiRoute =>
  routeOf('/things', right, z.object({ name: z.string() }), answer);
const serve = (made: ApiRoute) =>
  made.serve({ actor: actorWith('devices:read'), params: {}, request: new Request('http://localhost/things') });

describe('an answer', () => {
  it('holds what its schema names and nothing else', async () => {
    expect(await (await serve(route({ name: 'x', passwordHash: 'y' }))).json()).toEqual({ name: 'x' });
  });

  it('against its schema is not sent, and the caller learns nothing of it', async () => {
    const error: unknown = await serve(route({ name: 7 })).catch((thrown: unknown) => thrown);
    expect(toFailure(error)).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(String(error)).toContain('thing.list');
    expect(await errorResponse(error).json()).toEqual({
      error: { code: 'INTERNAL', message: 'internal error', next: expect.stringMatching(/./) },
    });
  });

  it('is not even made for who lacks the right', async () => {
    await expect(serve(route({ name: 'x' }, 'devices:write'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('parameters', () => {
  const schema = z.strictObject({
    n: z.int().max(9).default(3),
    flag: z.boolean().optional(),
    words: z.array(z.enum(['a', 'b'])).optional(),
    numbers: z.array(z.number()).optional(),
  });
  const read = (text: string): unknown => parseQuery(schema, new URLSearchParams(text));
  const faults = (text: string): unknown => {
    try {
      return read(text);
    } catch (error) {
      return toFailure(error).details.fields;
    }
  };

  it('become what the schema says', () => {
    expect(read('')).toEqual({ n: 3 });
    expect(read('n=4&flag=false&words=a&words=b&numbers=1.5')).toEqual({
      n: 4,
      flag: false,
      words: ['a', 'b'],
      numbers: [1.5],
    });
  });

  it.each([
    ['n=10', 'n', 'validation.tooBig'],
    ['n=', 'n', 'validation.type'],
    ['n=1e3', 'n', 'validation.type'],
    ['n=0x10', 'n', 'validation.type'],
    ['n=1&n=2', 'n', 'validation.tooMany'],
    ['flag=yes', 'flag', 'validation.type'],
    ['words=c', 'words.0', 'validation.choice'],
    ['m=1', 'm', 'validation.unknownField'],
    ['toString=1', 'toString', 'validation.unknownField'],
  ])('%s is refused', (text, field, key) => {
    expect(faults(text)).toMatchObject({ [field]: { key } });
  });

  it('in a flood are refused before they are looked at', () => {
    expect(() => read('x=1&'.repeat(1_001))).toThrow('too many');
  });
});

describe('the document', () => {
  it('refuses two calls at one address and two schemas of one name', () => {
    expect(() => openApiDocument([route({}), route({})], schemaNames())).toThrow('two calls');
    const names = schemaNames();
    const schemas = [z.object({ a: z.string() }), z.object({ b: z.string() })] as const;
    for (const schema of schemas) names.add(schema, { id: 'Thing' });
    const routes = schemas.map((output, n) => routeOf(`/${n}`, 'devices:read', output, {}));
    expect(() => openApiDocument(routes, names)).toThrow('Thing');
  });
});
