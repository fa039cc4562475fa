import { canBeTried, readApiDocument, schemasOf } from '@sallyport/ui/api/document';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { type Browser, openConsole } from '../../../test/support/console.ts';

const site = await openConsole();
const admin = await site.as('administrator');
site.device('pump-01');
const document = readApiDocument((await (await site.app.request('/api/v1/openapi.json')).json()) as never);
afterAll(() => site.close());

const areas = (): string[] => [...new Set(document.calls.map(({ area }) => area))];
const idOf = (method: string, path: string): string =>
  document.calls.find((call) => call.method === method && call.path === path)?.id ?? '';

describe('the reference of the API', () => {
  it('has every call once: in the page of its area, which the contents lead to', async () => {
    const contents = await admin.html(paths.api());
    const counted = new Map<string, number>();
    for (const area of areas()) {
      expect(contents).toContain(`href="${paths.apiArea(area)}"`);
      const html = await admin.html(paths.apiArea(area));
      for (const { id } of document.calls) if (html.includes(`id="${id}"`)) counted.set(id, (counted.get(id) ?? 0) + 1);
    }
    expect(document.calls.filter(({ id }) => counted.get(id) !== 1)).toEqual([]);
  });

  it('shows the schemas that the calls of an area use, also through others', () => {
    const used = areas().flatMap((area) =>
      schemasOf(
        document,
        document.calls.filter((call) => call.area === area),
      ).map(([name]) => name),
    );
    // All but the body of refusals, which the contents show.
    expect(Object.keys(document.schemas).filter((name) => !used.includes(name))).toEqual(['Error']);
  });

  it('shows parameters, answers and schemas of the one call that is open, and the others as lines', async () => {
    const [closed, open] = [
      await admin.html(paths.apiArea('devices')),
      await admin.html(paths.apiArea('devices', { call: idOf('GET', '/devices') })),
    ];
    const bytesOfCall = closed.length / document.calls.filter(({ area }) => area === 'devices').length;
    expect(bytesOfCall).toBeLessThan(1_000);
    expect(closed).not.toMatch(/<pre|<table/);
    expect(open).toMatch(/<table/);
    for (const [name] of schemasOf(
      document,
      document.calls.filter(({ id }) => id === idOf('GET', '/devices')),
    ))
      expect(open).toContain(`<code class="link">${name}</code>`);
  });

  it('finds calls by their address and by their summary', async () => {
    const html = await admin.html(paths.api({ q: 'get /devices' }));
    expect(html).toContain(idOf('GET', '/devices'));
    const other = document.calls.find(({ method }) => method === 'POST');
    expect(html).not.toContain(other?.id);
    expect(await admin.html(paths.api({ q: 'nothing like this' }))).toContain('nothing like this');
  });

  it('is no page for an area that there is none of, and answers programs with JSON', async () => {
    for (const path of [paths.apiArea('none'), paths.apiArea('v1')]) {
      const response = await admin.get(path);
      expect([401, 404]).toContain(response.status);
      expect(response.headers.get('content-type')).toContain('application/json');
    }
  });
});

describe('trying a call', () => {
  const ask = (browser: Browser, call: string, fields: Readonly<Record<string, string>> = {}) =>
    browser.post(paths.apiArea('devices'), { call, ...fields });

  it('asks with the reader’s own session', async () => {
    const html = await (await ask(admin, idOf('GET', '/devices'), { 'with-limit': '5' })).text();
    expect(html).toContain('pump-01');
    expect(html).toContain('value="5"');
  });

  it('refuses as the API does, with the code in sight', async () => {
    const html = await (await ask(admin, idOf('GET', '/devices'), { 'with-limit': 'many' })).text();
    expect(html).toContain('INVALID');
    const { area, id } = document.calls.find(
      (call) => canBeTried(call) && call.description.includes('accounts:read') && !call.path.includes('{'),
    ) ?? { area: '', id: '' };
    const viewer = await site.as('viewer');
    const refused = await viewer.post(paths.apiArea(area), { call: id });
    expect(await refused.text()).toContain('FORBIDDEN');
  });

  it('tries nothing that writes, and no call that is not there', async () => {
    const writing = document.calls.filter(({ method }) => method !== 'GET');
    expect(writing.length).toBeGreaterThan(20);
    for (const { id } of [...writing.slice(0, 20), { id: 'none' }]) expect((await ask(admin, id)).status).toBe(404);
  });
});
