import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

const tokens: Record<string, string> = {};

const site = await openApiSite();
const line = site.device('line-7');
site.report(line.id, 'platform', [debian13]);
site.report(line.id, 'identity', [{ name: 'line-7', dnsName: 'line-7.plant.example', ipv4: ['192.0.2.77'] }]);
site.report(line.id, 'software', [
  deb('bash', '5.2-1', { publisher: 'Debian', installedAt: '2026-01-01T00:00:00Z' }),
  deb('curl', '8.1-1', { publisher: '=cmd()' }),
  deb('zsh', '5.9-1'),
]);
site.report(line.id, 'accounts', [
  { name: 'aigerim', fullName: 'Aigerim Test', isAdmin: true, enabled: true, uid: 1000 },
]);
for (const role of ['viewer', 'operator', 'administrator']) tokens[role] = site.tokenOf(role);
tokens['settings-only'] = site.tokenOf('administrator', ['settings:write']);
tokens['wrong'] = `sallyport-api-${'x'.repeat(43)}`;
afterAll(async () => site.close());

const newest = (type: string) =>
  site.appliance.events.list({ scope: wholeSite('job'), type: [type], limit: 1 }).rows[0];
const countOf = (type: string): number =>
  site.appliance.events.list({ scope: wholeSite('job'), type: [type], limit: 1 }).total;
const get = (path: string, role = 'administrator') => site.call('GET', path, { token: tokens[role] ?? '' });

describe('a call', () => {
  type Scenario = {
    name: string;
    as?: string;
    method?: string;
    path: string;
    body?: unknown;
    type?: string;
    status: number;
    code?: string;
    has?: readonly string[];
    hasNot?: readonly string[];
  };
  const scenarios: readonly Scenario[] = [
    { name: 'without a token is refused', path: '/site', status: 401, code: 'TOKEN', hasNot: ['line-1'] },
    { name: 'with an unknown token is refused', as: 'wrong', path: '/site', status: 401, code: 'TOKEN' },
    { name: 'without a token learns no address', path: '/no-such-thing', status: 401, code: 'TOKEN' },
    { name: 'says who asks', as: 'viewer', path: '/site', status: 200, has: ['line-1', 'devices:read'] },
    { name: 'to nowhere is 404 as JSON', as: 'viewer', path: '/no-such-thing', status: 404, code: 'NOT_FOUND' },
    { name: 'to the root is 404 as JSON', as: 'viewer', path: '/', status: 404, code: 'NOT_FOUND' },
    {
      name: 'with a wrong method is 405',
      as: 'viewer',
      method: 'DELETE',
      path: '/devices',
      status: 405,
      code: 'METHOD',
    },
    {
      name: 'with an unknown parameter is refused',
      as: 'viewer',
      path: '/devices?serch=x',
      status: 422,
      code: 'INVALID',
      has: ['serch'],
    },
    {
      name: 'with a parameter where none is taken is refused',
      as: 'viewer',
      path: '/site?x=1',
      status: 400,
      code: 'MALFORMED',
    },
    {
      name: 'with a limit beyond the largest is refused',
      as: 'viewer',
      path: '/devices?limit=1001',
      status: 422,
      has: ['"limit"'],
    },
    {
      name: 'with a limit that is no number is refused',
      as: 'viewer',
      path: '/devices?limit=ten',
      status: 422,
      has: ['"limit"'],
    },
    {
      name: 'with a wrong cursor is refused',
      as: 'viewer',
      path: '/inventory/software?after=zzz',
      status: 400,
      code: 'MALFORMED',
    },
    { name: 'lists devices', as: 'viewer', path: '/devices', status: 200, has: ['line-7', '192.0.2.77'] },
    {
      name: 'finds no device by another text',
      as: 'viewer',
      path: '/devices?search=line-8',
      status: 200,
      hasNot: ['line-7'],
    },
    { name: 'for an unknown device is 404', as: 'viewer', path: '/devices/nobody', status: 404, code: 'NOT_FOUND' },
    {
      name: 'for an unknown collection is 404',
      as: 'viewer',
      path: '/inventory/nothing',
      status: 404,
      code: 'NOT_FOUND',
    },
    {
      name: 'of a viewer cannot write a setting',
      as: 'viewer',
      method: 'PUT',
      path: '/settings/devices.check-in-seconds',
      body: { value: 90 },
      status: 403,
      code: 'FORBIDDEN',
    },
    {
      name: 'of a viewer cannot read accounts',
      as: 'viewer',
      path: '/objects/account',
      status: 403,
      code: 'FORBIDDEN',
    },
    {
      name: 'of a limited token cannot read beyond its limit',
      as: 'settings-only',
      path: '/devices',
      status: 403,
      code: 'FORBIDDEN',
    },
    {
      name: 'of a limited token can do what it is for',
      as: 'settings-only',
      path: '/settings',
      status: 200,
      has: ['devices.check-in-seconds'],
    },
    {
      name: 'of an operator cannot create an account',
      as: 'operator',
      method: 'POST',
      path: '/objects/account',
      body: { body: { name: 'x', roles: ['administrator'] } },
      status: 403,
      code: 'FORBIDDEN',
    },
    {
      name: 'with garbage is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: '{"body": {',
      type: 'application/json',
      status: 400,
      code: 'MALFORMED',
    },
    {
      name: 'with a name twice is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: '{"body":{"name":"a","name":"b"}}',
      type: 'application/json',
      status: 400,
      code: 'MALFORMED',
    },
    {
      name: 'with invalid UTF-8 is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
      type: 'application/json',
      status: 400,
      code: 'MALFORMED',
    },
    {
      name: 'nested deep is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
      type: 'application/json',
      status: 400,
      code: 'MALFORMED',
    },
    {
      name: 'with an empty body is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      type: 'application/json',
      body: '',
      status: 400,
      code: 'MALFORMED',
    },
    {
      name: 'with a list for a body is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: [],
      status: 422,
      code: 'INVALID',
    },
    {
      name: 'with another type of body is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: 'name=x',
      type: 'application/x-www-form-urlencoded',
      status: 415,
      code: 'UNSUPPORTED_TYPE',
    },
    {
      name: 'without a type of body is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: new TextEncoder().encode('{}'),
      status: 415,
      code: 'UNSUPPORTED_TYPE',
    },
    {
      name: 'with a body that is too large is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: JSON.stringify({ body: { name: 'x'.repeat(1_100_000) } }),
      type: 'application/json',
      status: 413,
      code: 'TOO_LARGE',
    },
    {
      name: 'with unknown fields is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: { body: { name: 'g', color: 'red' } },
      status: 422,
      has: ['body.color'],
    },
    {
      name: 'with a prototype for a field is refused',
      as: 'administrator',
      method: 'POST',
      path: '/objects/group',
      body: '{"body":{"name":"g","__proto__":{"x":1}}}',
      type: 'application/json',
      status: 400,
      code: 'MALFORMED',
    },
    {
      name: 'cannot set what only services set',
      as: 'administrator',
      method: 'POST',
      path: '/objects/account',
      body: { body: { name: 'x', roles: ['viewer'], passwordHash: 'y' } },
      status: 422,
      has: ['body.passwordHash'],
    },
    {
      name: 'cannot make a deployment past its service',
      as: 'administrator',
      method: 'POST',
      path: '/objects/deployment',
      body: { body: {} },
      status: 405,
      code: 'METHOD',
    },
  ];

  it.each(scenarios)('$name', async ({ as, method = 'GET', path, body, type, status, code, has = [], hasNot = [] }) => {
    const answer = await site.call(method, path, {
      ...(as === undefined ? {} : { token: tokens[as] ?? '' }),
      ...(body === undefined ? {} : { body }),
      ...(type === undefined ? {} : { type }),
    });
    expect({ status: answer.status, text: answer.text.slice(0, 400) }).toMatchObject({ status });
    if (code !== undefined) expect(answer.json).toMatchObject({ error: { code } });
    for (const text of has) expect(answer.text).toContain(text);
    for (const text of hasNot) expect(answer.text).not.toContain(text);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    if (status >= 400) expect(Object.keys(answer.json)).toEqual(['error']);
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET/);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('changes nothing when it is refused', () => {
    expect(site.appliance.objects.list({ kind: 'group', limit: 5 }).total).toBe(0);
    expect(site.appliance.objects.setting('devices.check-in-seconds')).toBe(60);
  });
});

describe('wrong tokens', () => {
  it('are refused without end and recorded once, then by their number, and a right one still works', async () => {
    const before = countOf('token-refused');
    for (let n = 0; n < 40; n += 1) expect((await get('/site', 'wrong')).status).toBe(401);
    expect(countOf('token-refused') - before).toBeLessThanOrEqual(1);
    expect((await get('/site')).status).toBe(200);
  });

  it('of a disabled token are refused at once', async () => {
    const secret = site.tokenOf('viewer');
    expect((await site.call('GET', '/site', { token: secret })).status).toBe(200);
    const [token] = site.appliance.objects.list({
      kind: 'token',
      where: { purpose: 'api' },
      sort: 'createdAt',
      descending: true,
      limit: 1,
    }).rows;
    const done = await site.call('DELETE', `/objects/token/${token?.id}`, { token: tokens['administrator'] ?? '' });
    expect(done.status).toBe(204);
    expect((await site.call('GET', '/site', { token: secret })).status).toBe(401);
  });
});

describe('inventory', () => {
  it('is listed, narrowed, sorted and paged by key', async () => {
    const first = await get('/inventory/software?limit=2&sort=name');
    expect(first.json).toMatchObject({
      total: 3,
      rows: [
        { devices: 1, values: { name: 'bash', version: '5.2-1', installedAt: null } },
        { values: { name: 'curl' } },
      ],
    });
    const second = await get(`/inventory/software?limit=2&sort=name&after=${String(first.json['next'])}`);
    expect(second.json).toMatchObject({ rows: [{ values: { name: 'zsh' } }], next: null });
    const back = await get('/inventory/software?sort=name&descending=true&limit=1');
    expect(back.json).toMatchObject({ rows: [{ values: { name: 'zsh' } }] });
    const some = await get('/inventory/software?where.name=bash&where.name=zsh&where.arch=amd64');
    expect(some.json).toMatchObject({ total: 2 });
    expect((await get('/inventory/software?search=ur')).json).toMatchObject({ total: 1 });
    expect((await get('/inventory/software?where.colour=red')).status).toBe(422);
    expect((await get('/inventory/software?sort=installedAt')).status).toBe(422);
  });

  it('of one device has what belongs to the link, with times as text', async () => {
    const of = await get(`/inventory/software?device=${line.publicId}&where.name=bash`);
    expect(of.json).toMatchObject({ total: 1, rows: [{ values: { installedAt: '2026-01-01T00:00:00Z' } }] });
    const section = await get(`/devices/${line.publicId}/sections/software`);
    expect(section.json).toMatchObject({
      collection: 'software',
      door: 'native',
      collectedAt: '2026-01-02T03:04:05Z',
    });
    expect((section.json['rows'] as unknown[]).length).toBe(3);
    const item = (of.json['rows'] as { id: number }[])[0]?.id;
    expect((await get(`/inventory/software/${item}/devices`)).json).toMatchObject({ rows: [{ id: line.publicId }] });
    expect((await get('/inventory/software/999999/devices')).status).toBe(404);
    expect((await get('/inventory/software/x/devices')).status).toBe(404);
  });

  it('goes out as CSV without formulas, and that is recorded', async () => {
    const before = countOf('data-exported');
    const csv = await get('/inventory/software.csv?where.name=curl', 'viewer');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.headers.get('content-disposition')).toContain('software.csv');
    const lines = csv.text.split('\r\n');
    expect(lines[0]).toContain('purl,type,name,version,arch,publisher');
    expect(lines[0]?.endsWith('devices')).toBe(true);
    expect(lines[1]).toContain("'=cmd()");
    expect(lines[1]).toContain('curl');
    expect(csv.text).not.toContain('bash');
    expect(countOf('data-exported')).toBe(before + 1);
    expect(newest('data-exported')).toMatchObject({ params: { what: 'software', rows: 1 } });
    expect((await get('/inventory/software.csv?limit=1')).status).toBe(422);
    expect((await site.call('GET', '/inventory/software.csv', {})).status).toBeGreaterThanOrEqual(401);
  });

  it('withholds personal values until they are asked for, and records who did', async () => {
    const before = countOf('personal-read');
    const withheld = await get(`/devices/${line.publicId}/sections/accounts`, 'viewer');
    expect(withheld.json).toMatchObject({ rows: [{ values: { name: null, fullName: null, isAdmin: true } }] });
    for (const path of ['/inventory/accounts', '/inventory/accounts.csv', `/devices/${line.publicId}/changes`])
      expect((await get(path, 'viewer')).text).not.toContain('igerim');
    expect(countOf('personal-read')).toBe(before);
    const shown = await get(`/devices/${line.publicId}/sections/accounts?personal=true`, 'viewer');
    expect(shown.json).toMatchObject({ rows: [{ values: { name: 'aigerim' } }] });
    expect(newest('personal-read')).toMatchObject({ device: line.id, params: { collection: 'accounts' } });
    expect(newest('personal-read')?.actor).toMatch(/^token:/);
    expect((await get('/inventory/accounts?personal=true')).text).toContain('Aigerim');
    expect((await get('/inventory/accounts.csv?personal=true')).text).toContain('Aigerim');
    expect(countOf('personal-read')).toBe(before + 3);
    // Found by its whole value, shown to nobody who did not ask.
    const found = await get('/inventory/accounts?where.name=aigerim');
    expect(found.json).toMatchObject({ total: 1, rows: [{ device: { id: line.publicId }, values: { name: null } }] });
    expect((await get('/inventory/software?personal=true')).status).toBe(422);
  });
});
