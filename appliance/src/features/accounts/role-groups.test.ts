import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { allOperations, madeOperations } from '../../all-operations.ts';
import { type Actor, hasRight, type Right, requireRight, scopeOf, systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { apiApp } from '../../server/api/app.ts';
import { needsByRoute } from '../../server/console/route-needs.ts';
import { heldByRole, holdsMore } from './rights.ts';
import { rightsInGroups } from './types.ts';

// A role limited to groups gives rights over these alone, and only those that open something there.

const site = await openConsole();
const admin = await site.as('administrator');
const { accounts, objects } = site.appliance;
const account = objects.findBy('account', 'name', 'admin')?.id ?? '';
const token = accounts.createApiToken(systemActor, { name: 'roles', account }).secret;
afterAll(() => site.close());

let made = 0;
const role = (): string => {
  made += 1;
  return site.appliance.objects.create(systemActor, 'role', { name: `Role ${made}`, rights: ['devices:read'] }).id;
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
const refused = { rights: { key: 'validation.roleGroups' } };
const unknown = { groups: { key: 'validation.reference' } };
let hall = '';
hall = site.appliance.objects.create(systemActor, 'group', { name: 'Hall' }).id;

describe('a role limited to groups', () => {
  it('is offered by the form, with the groups that there are', async () => {
    const form = await (await admin.get(paths.objectNew('role'))).text();
    expect(form).toContain('name="f.groups"');
    const fields = { 'f.name': 'Of the hall', 'f.rights': ['devices:read'], 'f.groups': [hall] };
    expect((await admin.post(paths.objectNew('role'), fields)).status).toBe(303);
    const made = site.appliance.objects.findBy('role', 'name', 'Of the hall');
    expect(made?.body['groups']).toEqual([hall]);
    expect(await (await admin.get(paths.object('role', made?.id ?? ''))).text()).toContain('Hall');
    const wrong = await admin.post(paths.objectNew('role'), {
      ...fields,
      'f.name': 'W',
      'f.rights': ['settings:write'],
    });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('opens nothing in groups or zones');
  });

  it('is narrowed by a token and not widened', async () => {
    const app = apiApp(entryParts(site.appliance));
    const id = role();
    const patch = async (body: object): Promise<{ status: number; text: string }> => {
      const answer = await app.request(`/objects/role/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ body, expectedRevision: site.appliance.objects.get('role', id).revision }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    // A token makes no role more.
    expect(await patch({ rights: ['accounts:read'], groups: [hall] })).toMatchObject({ status: 403 });
    const narrowed = await patch({ groups: [hall], rights: ['devices:read'] });
    expect(narrowed.status).toBe(200);
    expect((await patch({ groups: null })).status).toBe(403);
    expect(fault(() => site.appliance.objects.update(systemActor, 'role', id, { groups: ['a-group'] }))).toEqual(
      unknown,
    );
    expect(groupsOf(id)).toEqual([hall]);
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
    const body = { name: `By engine ${made}`, rights: ['settings:write'], groups: [hall] };
    const ways = (what: typeof body) => ({
      create: () => objects.create(systemActor, 'role', what),
      put: () => objects.put(systemActor, 'role', id, what),
      import: () => objects.importKind(systemActor, [{ kind: 'role', id, revision: 1, body: what }]),
      update: () => objects.update(systemActor, 'role', id, what),
    });
    expect(fault(ways(body)[way])).toEqual(refused);
    expect(fault(ways({ ...body, rights: ['devices:read'], groups: ['a-group'] })[way])).toEqual(unknown);
  });

  it('is more than it was with another group, another right, or no group any more', () => {
    const held = (rights: string[], ...groups: string[]) => heldByRole({ rights, groups });
    const one = held(['devices:read'], hall);
    expect(holdsMore(one, one)).toBe(false);
    expect(holdsMore(one, held(['devices:read'], hall, 'other'))).toBe(true);
    expect(holdsMore(one, held(['devices:read', 'updates:read'], hall))).toBe(true);
    expect(holdsMore(one, held(['devices:read']))).toBe(true);
    expect(holdsMore(held(['devices:read']), one)).toBe(false);
    expect(holdsMore(held(['devices:read'], hall, 'other'), one)).toBe(false);
    expect(holdsMore(held([]), one)).toBe(true);
    const zoned = (...zones: string[]) => heldByRole({ rights: ['devices:read'], groups: [hall], zones });
    expect(holdsMore(one, zoned('zone'))).toBe(true);
    expect(holdsMore(zoned('zone'), zoned('zone', 'other'))).toBe(true);
    expect(holdsMore(zoned('zone', 'other'), zoned('other'))).toBe(false);
    expect(holdsMore(held(['devices:read']), zoned('zone'))).toBe(false);
  });

  it('names zones that are there, and grants nothing over the site by them alone', () => {
    const { objects } = site.appliance;
    const zone = objects.create(systemActor, 'controller-zone', { name: 'Cell 1', level: '1' }).id;
    const id = objects.create(systemActor, 'role', {
      name: 'Cells',
      rights: ['vulnerabilities:read'],
      zones: [zone],
    }).id;
    const { rights, grants } = heldByRole(objects.get('role', id).body);
    expect([...rights]).toEqual([]);
    expect(grants).toEqual([{ right: 'vulnerabilities:read', groups: [], zones: [zone] }]);
    expect(fault(() => objects.update(systemActor, 'role', id, { zones: ['a-zone'] }))).toEqual({
      zones: { key: 'validation.reference' },
    });
    expect(fault(() => objects.update(systemActor, 'role', id, { rights: ['settings:write'] }))).toEqual(refused);
  });

  it('gives nothing over the site, and a token no more than its limits', () => {
    const { accounts, objects } = site.appliance;
    const id = objects.create(systemActor, 'role', {
      name: 'Part',
      rights: ['devices:read', 'updates:read'],
      groups: [hall],
    });
    const account = objects.create(systemActor, 'account', { name: 'part', roles: [id.id] }).id;
    const actorOf = (rights?: Right[]): Actor =>
      accounts.authenticateToken(
        accounts.createApiToken(systemActor, { name: 't', account, ...(rights === undefined ? {} : { rights }) })
          .secret,
        'x',
      );
    const whole = actorOf();
    expect([...whole.rights]).toEqual([]);
    expect(hasRight(whole, 'devices:read')).toBe(false);
    expect(scopeOf(whole, 'updates:read')).toEqual({ site: false, roots: [hall], zones: [] });
    expect(() => scopeOf(whole, 'software:read')).toThrow('needs the right');
    // An act of the whole site says that a part is not enough.
    expect(() => requireRight(whole, 'devices:read')).toThrow('over the whole site, and it is held over a part');
    expect(() => requireRight(whole, 'software:read')).toThrow(/^needs the right software:read$/);
    const limited = actorOf(['devices:read', 'software:read']);
    expect(scopeOf(limited, 'devices:read').roots).toEqual([hall]);
    for (const right of ['updates:read', 'software:read'] as const)
      expect(() => scopeOf(limited, right)).toThrow('needs');
  });

  it('names exactly the rights that a scoped address or operation asks for', () => {
    // Deciding takes either of two rights.
    const both = (right: string, decides: boolean): string[] =>
      decides ? [right, right.replace(/:write$/, ':approve')] : [right];
    const needs = [...needsByRoute().values()].flatMap(({ need, scoped, decides }) =>
      scoped ? both(need, decides) : [],
    );
    const made = madeOperations(entryParts(site.appliance)).operations;
    const asked = [...allOperations, ...made].flatMap(({ right, scoped, decides }) =>
      scoped === true ? both(right, decides === true) : [],
    );
    // The tab of updates of a device asks for its right by itself.
    expect([...new Set([...needs, ...asked, 'updates:read'])].toSorted()).toEqual(rightsInGroups.toSorted());
  });
});
