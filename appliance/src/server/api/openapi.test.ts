import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { describeApi } from './app.ts';
import { apiPrefix } from './types.ts';

const site = await openApiSite();
const line = site.device('line-7');
site.report(line.id, 'accounts', [{ name: 'aigerim' }]);
const viewer = site.tokenOf('viewer');
afterAll(async () => site.close());

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

describe('the document', () => {
  type Json = Record<string, unknown>;
  const load = async (): Promise<Json> => (await site.call('GET', '/openapi.json')).json;

  it('needs no token and says nothing of the site', async () => {
    const answer = await site.call('GET', '/openapi.json');
    expect(answer.status).toBe(200);
    for (const text of ['line-1', 'line-7', 'aigerim', site.appliance.paths.data])
      expect(answer.text).not.toContain(text);
    expect((await site.call('POST', '/openapi.json')).status).toBe(405);
  });

  it('says the bounds of a number that a kind declares', async () => {
    const { components } = (await load()) as { components: { schemas: Record<string, { properties: Json }> } };
    expect(components.schemas['new.address-range']?.properties['ratePerSecond']).toMatchObject({
      anyOf: [{ type: 'integer', minimum: 1, maximum: 50 }, { type: 'null' }],
    });
  });

  it('is OpenAPI 3.1 in structure', async () => {
    const document = await load();
    expect(document['openapi']).toMatch(/^3\.1\.\d$/);
    expect(document['info']).toMatchObject({ title: 'Sallyport', version: '1' });
    expect(document['servers']).toEqual([{ url: apiPrefix }]);
    const paths = document['paths'] as Record<string, Record<string, Json>>;
    const ids = new Set<string>();
    for (const [path, item] of Object.entries(paths)) {
      expect(path).toMatch(/^\/[A-Za-z0-9/{}._-]+$/);
      for (const [method, operation] of Object.entries(item)) {
        expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method);
        const id = String(operation['operationId']);
        expect(ids.has(id), id).toBe(false);
        ids.add(id);
        expect((operation['tags'] as string[]).length).toBe(1);
        expect(operation['summary']).toBeTruthy();
        const parameters = (operation['parameters'] ?? []) as Json[];
        const inPath = parameters.filter((parameter) => parameter['in'] === 'path');
        expect(inPath.map((parameter) => String(parameter['name'])).toSorted(byText)).toEqual(
          [...path.matchAll(/\{(\w+)\}/g)].map((match) => String(match[1])).toSorted(byText),
        );
        for (const parameter of parameters) {
          expect(parameter['schema']).toBeTypeOf('object');
          if (parameter['in'] === 'path') expect(parameter['required']).toBe(true);
        }
        expect(
          new Set(parameters.map((parameter) => `${String(parameter['in'])} ${String(parameter['name'])}`)).size,
        ).toBe(parameters.length);
        const responses = operation['responses'] as Record<string, Json>;
        for (const [status, response] of Object.entries(responses)) {
          expect(status).toMatch(/^[1-5](\d\d|XX)$/);
          expect(response['$ref'] ?? response['description']).toBeTruthy();
        }
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
      }
    }
  });

  it('has no reference that leads nowhere and no name that is not allowed', async () => {
    const document = await load();
    const refs: string[] = [];
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk);
      else if (typeof value === 'object' && value !== null) {
        for (const [name, entry] of Object.entries(value)) {
          if (name === '$ref' && typeof entry === 'string') refs.push(entry);
          else walk(entry);
          expect(['$defs', '$schema']).not.toContain(name);
        }
      }
    };
    walk(document);
    expect(refs.length).toBeGreaterThan(100);
    for (const ref of new Set(refs)) {
      const target = ref
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((at, name) => (at as Json | undefined)?.[name], document);
      expect(target, ref).toBeTypeOf('object');
    }
    const { schemas } = document['components'] as { schemas: Json };
    for (const name of Object.keys(schemas)) expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
    for (const collection of site.appliance.inventory.collections())
      expect(schemas).toHaveProperty([`item.${collection.name}`]);
    expect(JSON.stringify(schemas['item.software'])).toContain('"purl"');
    expect(JSON.stringify(schemas)).not.toContain('passwordHash');
  });

  it('has every route, and no other', async () => {
    const { routes } = describeApi(site.parts);
    const document = await load();
    const listed = Object.entries(document['paths'] as Record<string, Json>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(listed.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    // Each is really routed: without a body or with ids of nothing it is refused by the call itself, never as unknown.
    for (const { method, path } of routes) {
      const answer = await site.call(method.toUpperCase(), path.replace(/\{\w+\}/g, '1'), {
        token: viewer,
      });
      expect(answer.status, `${method} ${path}`).not.toBe(405);
      // NO_ROOT: this site has not been introduced to a host.
      if (answer.status >= 500) expect(answer.json, `${method} ${path}`).toMatchObject({ error: { code: 'NO_ROOT' } });
      if (!path.includes('{')) expect(answer.status, `${method} ${path}`).not.toBe(404);
    }
  });

  it('names a right for every call but six, and no write is open to a reader', async () => {
    const { routes } = describeApi(site.parts);
    // An inbox is its owner's. What waits for a second person, work and trends are looked at row by row: each act, kind and statistic has its own right.
    expect(routes.filter(({ right }) => right === 'any').map(({ path }) => path)).toEqual([
      '/site',
      '/waiting',
      '/work',
      '/trends',
      '/notifications',
      '/notifications/{id}/read',
    ]);
    const none = site.tokenOf('administrator', ['provision:read']);
    for (const { method, path, right } of routes) {
      if (right === 'any' || right.startsWith('provision:')) continue;
      const answer = await site.call(method.toUpperCase(), path.replace(/\{\w+\}/g, '1'), { token: none });
      expect(answer.status, `${method} ${path}`).toBe(403);
    }
  });
});
