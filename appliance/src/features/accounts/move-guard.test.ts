import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import { type Actor, type Right, systemActor } from '../../engine/objects/types.ts';
import { managedObjects } from './managed-objects.ts';
import { withAbove } from './rights.ts';

// A group or zone that moves takes no role along to more than was given with it; and no role is given that is more than its giver holds.

const site = await openApiSite();
afterAll(() => site.close());

let made = 0;
const name = (): string => {
  made += 1;
  return `n-${made}`;
};
const group = (parent?: string): string =>
  site.appliance.objects.create(systemActor, 'group', { name: name(), ...(parent === undefined ? {} : { parent }) }).id;
const zone = (parent?: string): string =>
  site.appliance.objects.create(systemActor, 'controller-zone', {
    name: name(),
    level: '1',
    ...(parent === undefined ? {} : { parent }),
  }).id;
const role = (rights: Right[], groups: string[], zones: string[] = []): string =>
  site.appliance.objects.create(systemActor, 'role', { name: name(), rights, groups, zones }).id;
const holding = (...rights: Right[]): Actor => ({ ...systemActor, type: 'cli', id: 'test', rights: new Set(rights) });
const attempt = (work: () => unknown): unknown => {
  try {
    work();
    return 'done';
  } catch (error) {
    const { code, details } = error as { code?: string; details?: { right?: string; fields?: object; kind?: string } };
    return [code, details?.right ?? details?.kind ?? details?.fields];
  }
};

describe.each([
  ['group', group, 'devices'],
  ['controller-zone', zone, 'controllers'],
] as const)('a %s', (kind, make, area) => {
  const roleOver = (id: string): string =>
    kind === 'group' ? role(['devices:read'], [id]) : role(['devices:read'], [], [id]);
  const move = (actor: Actor, id: string, parent: string | null): unknown =>
    attempt(() => site.appliance.objects.ofAnyKind.update(actor, kind, id, { parent }));

  it('moves below one that a role names by who may give the role, and by no other', () => {
    const [hall, other, line] = [make(), make(), make()];
    roleOver(hall);
    const write: Right = `${area}:write`;
    expect(move(holding(write), line, other)).toBe('done');
    expect(move(holding(write), line, hall)).toEqual(['FORBIDDEN', 'accounts:write']);
    expect(move(holding(write, 'accounts:write', 'software:read'), line, hall)).toEqual(
      area === 'devices' ? 'done' : ['FORBIDDEN', 'devices:read'],
    );
    expect(move(holding(write, 'accounts:write', 'devices:read'), line, hall)).toBe('done');
    // Inside what the role reaches, and out of it, it goes on by the right to write alone.
    const below = make(hall);
    expect(move(holding(write), line, below)).toBe('done');
    expect(move(holding(write), line, null)).toBe('done');
    // One that the role names itself takes its own along.
    expect(move(holding(write), hall, other)).toBe('done');
  });

  it('that a role names is in use', () => {
    const hall = make();
    const id = roleOver(hall);
    const { objects } = site.appliance;
    expect(attempt(() => objects.remove(systemActor, kind, hall))).toEqual(['IN_USE', 'role']);
    objects.remove(systemActor, 'role', id);
    expect(attempt(() => objects.remove(systemActor, kind, hall))).toBe('done');
    expect(attempt(() => objects.restore(systemActor, 'role', id))).toEqual([
      'INVALID',
      { [kind === 'group' ? 'groups' : 'zones']: { key: 'validation.reference' } },
    ]);
  });
});

describe('moves by who may write devices and nothing else', () => {
  it('let no role reach a group that it did not reach, in whatever order they come', () => {
    const at = fc.nat(7);
    fc.assert(
      fc.property(
        fc.array(fc.option(at, { nil: undefined }), { minLength: 8, maxLength: 8 }),
        fc.array(fc.array(at, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.record({ which: at, to: fc.option(at, { nil: undefined }) }), { maxLength: 12 }),
        (parents, named, moves) => {
          const { objects } = site.appliance;
          const ids: string[] = [];
          for (const [n, parent] of parents.entries())
            ids.push(group(parent === undefined || parent >= n ? undefined : ids[parent]));
          const roles = named.map((some) => some.map((n) => ids[n] ?? ''));
          const roleIds = roles.map((groups) => role(['devices:read'], [...new Set(groups)]));
          const reached = (): string[] =>
            roles.flatMap((groups, n) =>
              ids
                .filter((id) => [...withAbove(objects, 'group', id)].some((above) => groups.includes(above)))
                .map((id) => `${n} ${id}`),
            );
          let before = reached();
          for (const { which, to } of moves) {
            attempt(() =>
              objects.update(holding('devices:write'), 'group', ids[which] ?? '', {
                parent: to === undefined ? null : (ids[to] ?? null),
              }),
            );
            const after = reached();
            expect(before).toEqual(expect.arrayContaining(after));
            before = after;
          }
          for (const id of roleIds) objects.remove(systemActor, 'role', id);
        },
      ),
      { numRuns: runs(60) },
    );
  });
});

describe('what is wrong with a role', () => {
  it.each(['create', 'put', 'import'] as const)('is told by the engine’s %s', (way) => {
    const { objects } = site.appliance;
    const write = (body: object) =>
      attempt(() => {
        const whole = { name: name(), ...body };
        if (way === 'create') objects.ofAnyKind.create(systemActor, 'role', whole);
        else if (way === 'put') objects.ofAnyKind.put(systemActor, 'role', name(), whole);
        else objects.importKind(systemActor, [{ kind: 'role', id: name(), revision: 1, body: whole }]);
      });
    expect(write({ rights: ['devices:read'] })).toBe('done');
    for (const rights of [['plants:read'], ['devices:own'], ['devices:read', 'everything']])
      expect(write({ rights })).toEqual(['INVALID', { rights: { key: 'validation.choice' } }]);
    expect(write({ rights: ['devices:read'], groups: ['none'] })).toEqual([
      'INVALID',
      { groups: { key: 'validation.reference' } },
    ]);
    const [one, two] = [group(), group()];
    objects.update(systemActor, 'group', two, { parent: one });
    expect(attempt(() => objects.update(systemActor, 'group', one, { parent: two }))).toEqual([
      'INVALID',
      { parent: { key: 'validation.cycle' } },
    ]);
  });

  it('is the right that its giver has not over as much of the site', () => {
    const managed = managedObjects(site.appliance);
    const hall = group();
    const [line, other] = [group(hall), group()];
    const right: Right = 'devices:read';
    // Known as one who proved himself: that is asked for beside the right.
    const giver: Actor = {
      ...holding('accounts:write'),
      grants: [{ right, groups: [hall], zones: [] }],
    };
    const give = (body: object) =>
      attempt(() => managed.create(giver, 'role', { name: name(), rights: [right], ...body }));
    for (const groups of [[hall], [line], [line, hall]]) expect(give({ groups })).toBe('done');
    for (const groups of [[other], [hall, other], []]) expect(give({ groups })).toEqual(['FORBIDDEN', right]);
    expect(give({ groups: [hall], rights: ['updates:read'] })).toEqual(['FORBIDDEN', 'updates:read']);
    const given = role([right], [other]);
    const account = { name: name(), roles: [given] };
    expect(attempt(() => managed.create(giver, 'account', account))).toEqual(['FORBIDDEN', right]);
    expect(attempt(() => managed.create(giver, 'account', { ...account, roles: [role([right], [line])] }))).toBe(
      'done',
    );
  });
});
