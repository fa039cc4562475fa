import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Console, openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { apiApp } from '../../server/api/app.ts';

// Rights within groups are not told apart yet: a role that is limited to some would grant nothing, so none is made.

let site: Console;
let admin: Browser;
let token: string;
beforeAll(async () => {
  site = await openConsole();
  admin = await site.as('administrator');
  const { accounts, objects } = site.appliance;
  const account = objects.findBy('account', 'name', 'admin')?.id ?? '';
  token = accounts.createApiToken(systemActor, { name: 'roles', account }).secret;
});
afterAll(() => site.close());

let made = 0;
const role = (): string => {
  made += 1;
  return site.appliance.objects.create(systemActor, 'role', { name: `Role ${made}`, rights: ['devices:read'] }).id;
};
/** A stored role with groups, which none of the calls makes. */
const limited = (): string => {
  const id = role();
  site.appliance.db
    .prepare(`update object set body = json_set(body, '$.groups', json('["a-group"]')) where kind = 'role' and id = ?`)
    .run(id);
  return id;
};
const groupsOf = (id: string): unknown => site.appliance.objects.get('role', id).body['groups'] ?? [];
const fault = (work: () => unknown): unknown => {
  try {
    work();
    return 'done';
  } catch (error) {
    return (error as { details?: { fields?: unknown } }).details?.fields;
  }
};
const refused = { groups: { key: 'validation.roleGroups' } };

describe('a role limited to groups', () => {
  it('is not offered by the form, and refused where one is sent all the same', async () => {
    const form = await (await admin.get(paths.objectNew('role'))).text();
    expect(form).toContain('name="f.rights"');
    expect(form).not.toContain('f.groups');
    const fields = { 'f.name': 'Forged', 'f.rights': ['devices:read'], 'f.groups': ['a-group'] };
    const made = await admin.post(paths.objectNew('role'), fields);
    expect(made.status).toBe(422);
    expect(await made.text()).toContain('cannot be limited to groups');
    const id = role();
    expect((await admin.post(paths.object('role', id), { ...fields, revision: '1' })).status).toBe(422);
    expect(groupsOf(id)).toEqual([]);
  });

  it('is refused by the API, made and changed', async () => {
    const app = apiApp(entryParts(site.appliance));
    const call = async (method: string, path: string, body: unknown): Promise<{ status: number; text: string }> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await app.request(path, { method, headers, body: JSON.stringify(body) });
      return { status: answer.status, text: await answer.text() };
    };
    const id = role();
    const calls = [
      await call('POST', '/objects/role', { body: { name: 'By call', rights: ['devices:read'], groups: ['a-group'] } }),
      await call('PATCH', `/objects/role/${id}`, { body: { groups: ['a-group'] }, expectedRevision: 1 }),
    ];
    // A token makes no role at all.
    expect(calls.map(({ status }) => status)).toEqual([403, 422]);
    expect(calls[1]?.text).toContain('validation.roleGroups');
    expect(groupsOf(id)).toEqual([]);
    expect(site.appliance.objects.findBy('role', 'name', 'By call')).toBeUndefined();
  });

  it.each([
    ['create', () => ['create', 'x'] as const],
    ['put', () => ['put', 'put-role'] as const],
    ['import', () => ['import', 'import-role'] as const],
    ['update', () => ['update', role()] as const],
  ])('is refused by the engine’s %s', (_name, given) => {
    const { objects } = site.appliance;
    const [way, id] = given();
    made += 1;
    const body = { name: `By engine ${made}`, rights: ['devices:read'], groups: ['a-group'] };
    const ways = {
      create: () => objects.create(systemActor, 'role', body),
      put: () => objects.put(systemActor, 'role', id, body),
      import: () => objects.importKind(systemActor, [{ kind: 'role', id, revision: 1, body }]),
      update: () => objects.update(systemActor, 'role', id, body),
    };
    expect(fault(ways[way])).toEqual(refused);
  });

  it('does not come back by a revision or from the tombstones', () => {
    const { objects, db } = site.appliance;
    const [id, gone] = [limited(), limited()];
    db.prepare(
      `update object_revision set body = json_set(body, '$.groups', json('["a-group"]')) where kind = 'role' and id = ?`,
    ).run(id);
    objects.update(systemActor, 'role', id, { groups: null });
    expect(fault(() => objects.revert(systemActor, 'role', id, 1))).toEqual(refused);
    objects.remove(systemActor, 'role', gone);
    expect(fault(() => objects.restore(systemActor, 'role', gone))).toEqual(refused);
  });

  it('that is there already is shown as granting nothing, and saving its form does not widen it', async () => {
    const id = limited();
    const page = await (await admin.get(paths.object('role', id))).text();
    expect(page).toContain('grants nothing');
    const fields = { revision: '1', 'f.name': 'Renamed', 'f.rights': ['devices:read'] };
    expect((await admin.post(paths.object('role', id), fields)).status).toBe(422);
    expect(groupsOf(id)).toEqual(['a-group']);
  });
});
