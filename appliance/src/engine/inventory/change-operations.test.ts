import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, openApiSite } from '../../../test/support/api-site.ts';
import { wholeSite } from '../../platform/scope.ts';
import { systemActor } from '../objects/types.ts';

const site = await openApiSite();
const admin = site.tokenOf('administrator');
const operator = site.tokenOf('operator');
const viewer = site.tokenOf('viewer');
afterAll(async () => site.close());

const call = (method: string, path: string, body?: unknown, token = admin): Promise<Answer> =>
  site.call(method, path, { token, ...(body === undefined ? {} : { body }) });
const eventsOf = (type: string) =>
  site.appliance.events.list({ scope: wholeSite('job'), type: [type], limit: 100 }).rows;
const text = (answer: Answer, ...names: string[]): string =>
  String(names.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], answer.json));

describe('objects', () => {
  it('are created, changed, compared, reverted, deleted and restored, each with its revision', async () => {
    const made = await call('POST', '/objects/group', { body: { name: 'Press shop' }, comment: 'by a program' });
    expect(made).toMatchObject({ status: 201, json: { object: { revision: 1, body: { name: 'Press shop' } } } });
    const one = `/objects/group/${text(made, 'object', 'id')}`;
    const changed = await call('PATCH', one, { body: { description: 'hall 2' }, expectedRevision: 1 });
    expect(changed).toMatchObject({ status: 200, json: { revision: 2, body: { description: 'hall 2' } } });
    const late = await call('PATCH', one, { body: { name: 'Other' }, expectedRevision: 1 });
    expect(late).toMatchObject({ status: 409, json: { error: { code: 'CONFLICT' } } });
    expect((await call('PATCH', one, { body: { name: 'Other' } })).status).toBe(422);
    expect((await call('GET', `${one}/diff?from=1&to=2`)).json).toEqual({
      rows: [{ field: 'description', before: null, after: 'hall 2', withheld: false }],
    });
    const reverted = await call('POST', `${one}/revert`, { revision: 1 });
    expect(reverted.json).toMatchObject({ revision: 3, body: { description: null } });
    expect((await call('DELETE', one)).status).toBe(204);
    expect((await call('GET', one)).status).toBe(404);
    expect((await call('GET', '/objects/group?deleted=true')).json).toMatchObject({ total: 1 });
    expect((await call('POST', `${one}/restore`)).json).toMatchObject({ revision: 5, deletedAt: null });
    const revisions = await call('GET', `${one}/revisions`);
    expect(revisions.json['rows']).toHaveLength(5);
    expect(revisions.json['rows']).toContainEqual(
      expect.objectContaining({ revision: 1, operation: 'create', comment: 'by a program' }),
    );
    expect((await call('GET', '/objects/group?search=press')).json).toMatchObject({ total: 1 });
    expect(eventsOf('object-created')[0]?.actor).toMatch(/^token:/);
    expect(site.appliance.events.verifyChain().ok).toBe(true);
  });

  it('show every wrong field at once', async () => {
    const answer = await call('POST', '/objects/group', { body: { name: '', parent: 'nowhere' } });
    expect(answer).toMatchObject({ status: 422, json: { error: { code: 'INVALID' } } });
    expect(answer.text).toContain('validation.');
  });

  it('keep secrets and withhold personal values', async () => {
    const person = { name: 'b.omarov', fullName: 'Bolat Omarov', roles: ['viewer'] };
    const one = `/objects/account/${site.appliance.objects.create(systemActor, 'account', person).id}`;
    expect((await call('GET', one)).json).toMatchObject({ body: { name: null } });
    const before = eventsOf('personal-read').length;
    for (const path of [one, '/objects/account', `${one}/revisions`])
      expect((await call('GET', path)).text).not.toMatch(/omarov|argon2|passwordHash/i);
    expect(eventsOf('personal-read')).toHaveLength(before);
    expect((await call('GET', `${one}?personal=true`)).json).toMatchObject({ body: { fullName: 'Bolat Omarov' } });
    expect(eventsOf('personal-read')).toHaveLength(before + 1);
    await call('PATCH', one, { body: { fullName: 'B. Omarov' }, expectedRevision: 1 });
    const difference = await call('GET', `${one}/diff?from=1&to=2`);
    expect(difference.json).toEqual({ rows: [{ field: 'fullName', before: null, after: null, withheld: true }] });
    expect((await call('GET', `${one}?personal=true`, undefined, operator)).status).toBe(403);
  });

  it('make tokens whose secret is shown once and whose hash never', async () => {
    const { id: account } = site.appliance.objects.create(systemActor, 'account', {
      name: 'robot',
      roles: ['operator'],
    });
    const { secret } = site.appliance.accounts.createApiToken(systemActor, {
      name: 'robot',
      account,
      rights: ['devices:read'],
    });
    expect((await call('GET', '/devices', undefined, secret)).status).toBe(200);
    expect((await call('GET', '/updates', undefined, secret)).status).toBe(403);
    const listed = await call('GET', '/objects/token?where.purpose=api');
    expect(listed.text).not.toContain(secret);
    expect(listed.text).not.toContain('"hash"');
    const agent = await call('POST', '/objects/token', {
      body: { name: 'agents', purpose: 'agent', approve: 'manual' },
    });
    expect(agent).toMatchObject({ status: 201, json: { secret: { kind: 'token' } } });
  });

  it('cannot be used to gain rights', async () => {
    const limited = site.tokenOf('administrator', ['accounts:write']);
    const up = await call('POST', '/objects/role', { body: { name: 'Everything', rights: ['all'] } }, limited);
    expect(up).toMatchObject({ status: 403, json: { error: { code: 'FORBIDDEN' } } });
    const account = site.appliance.objects.findBy('account', 'name', 'administrator')?.id;
    const token = await call('POST', '/objects/token', { body: { name: 't', purpose: 'api', account } }, limited);
    expect(token.status).toBe(403);
    const roles = await call('PATCH', '/objects/role/viewer', { body: { rights: ['all'] }, expectedRevision: 1 });
    expect(roles).toMatchObject({ status: 409, json: { error: { code: 'IN_USE' } } });
  });
});

describe('settings', () => {
  const path = '/settings/devices.check-in-seconds';

  it('are read, set under a revision, and put back', async () => {
    expect((await call('GET', path)).json).toMatchObject({ value: 60, default: 60, isDefault: true, revision: 0 });
    const set = await call('PUT', path, { value: 90, expectedRevision: 0, comment: 'slower' });
    expect(set.json).toMatchObject({ value: 90, isDefault: false, revision: 1 });
    expect(site.appliance.objects.setting('devices.check-in-seconds')).toBe(90);
    expect((await call('PUT', path, { value: 70, expectedRevision: 0 })).status).toBe(409);
    expect((await call('PUT', path, { value: 1 })).json).toMatchObject({ error: { code: 'INVALID' } });
    expect((await call('PUT', path, { value: 'often' })).status).toBe(422);
    expect((await call('PUT', '/settings/nothing', { value: 1 })).status).toBe(404);
    expect((await call('DELETE', path)).json).toMatchObject({ value: 60, isDefault: true });
    const again = await call('POST', '/objects/setting/devices.check-in-seconds/restore');
    expect(again.status).toBe(200);
    expect((await call('GET', path)).json).toMatchObject({ value: 90 });
    expect((await call('DELETE', path, undefined, operator)).status).toBe(403);
  });
});

describe('devices', () => {
  it('are approved, named, put in a group and revoked', async () => {
    const line = site.device('line-9', 'manual');
    const path = `/devices/${line.publicId}`;
    expect((await call('GET', path)).json).toMatchObject({ state: 'pending', status: 'waiting' });
    expect((await call('POST', `${path}/approve`, undefined, viewer)).status).toBe(403);
    expect((await call('GET', path)).json).toMatchObject({ state: 'pending' });
    // What a caller names in a body that does not say what it is must not be passed over.
    const untyped = await site.call('POST', `${path}/approve`, { token: operator, body: Buffer.from('{"key":"x"}') });
    expect(untyped).toMatchObject({ status: 415, json: { error: { code: 'UNSUPPORTED_TYPE' } } });
    expect((await call('GET', path)).json).toMatchObject({ state: 'pending' });
    expect((await call('POST', `${path}/approve`, undefined, operator)).json).toMatchObject({ state: 'managed' });
    expect(eventsOf('device-approved')[0]).toMatchObject({ device: line.id });
    const group = text(await call('POST', '/objects/group', { body: { name: 'Mixers' } }), 'object', 'id');
    const named = await call('PATCH', `${path}/decision`, { displayName: 'Mixer 9', group, expectedRevision: 0 });
    expect(named.json).toMatchObject({
      name: 'Mixer 9',
      group: { id: group, name: 'Mixers' },
      decision: { revision: 1 },
    });
    expect((await call('PATCH', `${path}/decision`, { displayName: 'x', expectedRevision: 0 })).status).toBe(409);
    expect((await call('PATCH', `${path}/decision`, { group: 'nowhere', expectedRevision: 1 })).status).toBe(422);
    expect((await call('GET', `/devices?group=${group}`)).json).toMatchObject({
      total: 1,
      rows: [{ name: 'Mixer 9' }],
    });
    expect((await call('GET', '/devices?search=MIXER&state=managed&sort=name')).json).toMatchObject({ total: 1 });
    expect((await call('POST', `${path}/revoke`)).json).toMatchObject({ state: 'revoked' });
    expect((await call('POST', `${path}/approve`)).json).toMatchObject({ error: { code: 'CONFLICT' } });
    expect((await call('GET', '/devices?search=mixer')).json).toMatchObject({ total: 0 });
    expect((await call('GET', '/devices?search=mixer&state=revoked')).json).toMatchObject({ total: 1 });
  });

  it('are paged without gaps and without doubles', async () => {
    for (let n = 0; n < 7; n += 1) site.device(`cell-${n}`);
    const names: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page: Answer = await call(
        'GET',
        `/devices?search=cell-&limit=3&sort=name${next === '' ? '' : `&after=${next}`}`,
      );
      names.push(...(page.json['rows'] as { name: string }[]).map(({ name }) => name));
      next = page.json['next'] as string | null;
    }
    expect(names).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `cell-${n}`));
  });

  it('tell what changed, section by section', async () => {
    const line = site.device('line-10');
    site.report(line.id, 'software', [{ name: 'bash', version: '1' }]);
    site.report(line.id, 'software', [{ name: 'bash', version: '2' }]);
    const path = `/devices/${line.publicId}`;
    expect((await call('GET', `${path}/sections`)).json).toMatchObject({ rows: [{ collection: 'software' }] });
    const changes = await call('GET', `${path}/changes?collection=software&limit=1`);
    expect(changes.json).toMatchObject({
      rows: [{ operation: 'changed', title: 'bash', before: { version: '1' }, after: { version: '2' } }],
    });
    const older = await call('GET', `${path}/changes?after=${String(changes.json['next'])}`);
    expect(older.json).toMatchObject({ rows: [{ operation: 'first', count: 1 }], next: null });
    expect((await call('GET', `${path}/changes?collection=nothing`)).status).toBe(404);
  });
});

describe('events and the register', () => {
  it('are filtered and paged', async () => {
    const page = await call('GET', '/events?type=object-created&limit=2');
    expect(page.json['rows']).toHaveLength(2);
    const next = await call('GET', `/events?type=object-created&limit=2&after=${String(page.json['next'])}`);
    const ids = [page, next].flatMap((answer) => (answer.json['rows'] as { id: number }[]).map(({ id }) => id));
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(new Set(ids).size).toBe(4);
    expect((await call('GET', '/events?to=2001-01-01T00:00:00Z')).json).toMatchObject({ total: 0 });
    expect((await call('GET', '/events?from=yesterday')).status).toBe(422);
    expect((await call('GET', '/events?severity=loud')).status).toBe(422);
    expect((await call('GET', '/events/types')).text).toContain('personal-read');
  });

  it('prove the audit chain', async () => {
    expect((await call('POST', '/audit/verify')).json).toMatchObject({ ok: true });
    const page = await call('GET', '/audit?kind=group&limit=3');
    expect(page.json['rows']).toHaveLength(3);
  });

  it('name every collection and kind', async () => {
    const register = await call('GET', '/provision');
    const rows = (register.json['rows'] as { name: string }[]).map(({ name }) => name);
    expect(rows).toEqual(expect.arrayContaining(['software', 'accounts', 'account', 'events', 'requests']));
    expect(register.json['undeclared']).toEqual([]);
  });
});
