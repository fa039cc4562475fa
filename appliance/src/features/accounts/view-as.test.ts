import { paths } from '@sallyport/ui/paths';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type Browser, openConsole, password } from '../../../test/support/console.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { type Right, scopeOf, systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { needsByRoute } from '../../server/console/route-needs.ts';
import { type Held, heldByBoth, withAbove } from './rights.ts';
import { allRights } from './types.ts';

// A person sees the console as a role alone would see it, writes nothing meanwhile, and never sees more than he may.

const groups: string[] = [];

const site = await openConsole();
const admin = await site.as('administrator');
const { objects, db } = site.appliance;
for (const parent of [undefined, 0, undefined, 2]) {
  const above = parent === undefined ? {} : { parent: groups[parent] ?? '' };
  groups.push(objects.create(systemActor, 'group', { name: `G${groups.length}`, ...above }).id);
}
addDevices(db, [{ hostname: 'host-a' }, { hostname: 'host-b' }]);
for (const [n, id] of db.prepare<[], string>('select public_id from device').pluck().all().entries())
  objects.put(systemActor, 'device-decision', id, { displayName: `Device ${n}`, group: groups[2 * n] ?? '' });
afterAll(() => site.close());

let made = 0;
const role = (rights: readonly Right[], ...of: string[]): string => {
  made += 1;
  return site.appliance.objects.create(systemActor, 'role', {
    name: `Role ${made}`,
    rights: [...rights],
    groups: of,
  }).id;
};
const signIn = async (...roles: string[]): Promise<Browser> => {
  made += 1;
  const { objects, accounts } = site.appliance;
  const { id } = objects.create(systemActor, 'account', { name: `Person ${made}`, roles });
  const browser = site.browser();
  await browser.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
  return browser;
};
const view = (browser: Browser, id: string): Promise<Response> => browser.post(paths.viewAs(), { role: id });
const back = (browser: Browser): Promise<Response> => browser.post(paths.viewAs());
const text = async (browser: Browser, path: string): Promise<string> => {
  const response = await browser.get(path);
  return `${response.status} ${response.headers.get('location') ?? ''} ${await response.text()}`;
};

describe('viewing as a role', () => {
  it('shows what a person with that role alone is shown, with a bar and a way back on every page', async () => {
    const id = role(['devices:read'], groups[0] ?? '');
    const other = await signIn(id);
    expect((await view(admin, id)).headers.get('location')).toBe('/');
    const devices = await text(admin, paths.devices());
    expect(devices).toContain('Device 0');
    expect(devices).not.toContain('Device 1');
    const statusOf = (page: string): string => page.slice(0, 4);
    for (const path of [
      paths.devices(),
      paths.groups(),
      paths.vulnerabilities(),
      paths.settings(),
      paths.sessions(),
      '/',
    ]) {
      const seen = await text(admin, path);
      expect(statusOf(seen), path).toBe(statusOf(await text(other, path)));
      if (!seen.startsWith('303')) expect(seen, path).toContain(`action="${paths.viewAs()}"`);
    }
    expect(devices).toContain('Nothing is written.');
    expect((await back(admin)).headers.get('location')).toBe(paths.object('role', id));
    const after = await text(admin, paths.devices());
    expect(after).toContain('Device 1');
    expect(after).not.toContain(`action="${paths.viewAs()}"`);
  });

  it('refuses every write with words, but the way back, the way out and how pages look', async () => {
    const all = role(['all']);
    const before = site.appliance.db.prepare('select count(*) from object_revision').pluck().get();
    await view(admin, all);
    const open: string[] = [];
    for (const key of needsByRoute().keys()) {
      const [method = '', pattern = ''] = key.split(' ');
      if (method !== 'POST' || /^\/(?:login|logout|preferences|view-as|first)/.test(pattern)) continue;
      const response = await admin.post(pattern.replace(':area', 'devices').replace(/:\w+(?:\{[^}]*\})?\??/g, 'x'));
      if (response.status !== 403 || !(await response.text()).includes('VIEWING'))
        open.push(`${pattern} ${response.status}`);
    }
    expect(open).toEqual([]);
    expect((await view(admin, role(['devices:read']))).status).toBe(403);
    expect((await admin.post(paths.preferences(), { lang: 'en', back: '/devices' })).status).toBe(303);
    // One for the role that was just made.
    expect(site.appliance.db.prepare('select count(*) from object_revision').pluck().get()).toBe(Number(before) + 1);
    await back(admin);
  });

  it('is for who may read accounts, is in the journal, and ends with the log-out', async () => {
    const id = role(['devices:read'], groups[0] ?? '');
    const person = await signIn(role(['devices:read']));
    expect((await view(person, id)).status).toBe(403);
    const reader = await signIn(role(['accounts:read', 'devices:read']));
    expect((await view(reader, 'none')).status).toBe(404);
    await view(reader, id);
    await back(reader);
    await view(reader, id);
    const named = site.appliance.events
      .list({ scope: wholeSite('figures'), type: ['role-view-started', 'role-view-ended'], limit: 3 })
      .rows.map(({ type }) => type);
    expect(named).toEqual(['role-view-started', 'role-view-ended', 'role-view-started']);
    await reader.post(paths.logout());
    expect(site.appliance.db.prepare('select count(*) from session where view_as = ?').pluck().get(id)).toBe(0);
  });

  it('of a role that is gone shows nothing, and the way back', async () => {
    const id = role(['devices:read']);
    await view(admin, id);
    site.appliance.objects.remove(systemActor, 'role', id);
    expect(await text(admin, paths.devices())).toMatch(/^403[\s\S]*action="\/view-as"/);
    expect((await back(admin)).status).toBe(303);
    expect(await text(admin, paths.devices())).toMatch(/^200/);
  });
});

describe('what is in both of two', () => {
  it('is what each of them has, for any rights and groups', () => {
    const some = fc.constantFrom(...allRights);
    const group = fc.nat(3).map((n) => n);
    const held = fc.record({
      rights: fc.array(some, { maxLength: 3 }),
      grants: fc.array(fc.record({ right: some, at: fc.array(group, { minLength: 1, maxLength: 2 }) }), {
        maxLength: 3,
      }),
    });
    type Made = { rights: Right[]; grants: { right: Right; at: number[] }[] };
    const toHeld = ({ rights, grants }: Made) => ({
      rights: new Set(rights),
      grants: grants.map(({ right, at }) => ({ right, groups: at.map((n) => groups[n] ?? ''), zones: [] })),
    });
    const { objects } = site.appliance;
    fc.assert(
      fc.property(held, held, (one, other) => {
        /** Whether a right is held in a group; the site's where there is none. */
        const has = (given: Held, right: Right, at?: string): boolean => {
          try {
            const scope = scopeOf({ ...systemActor, ...given }, right);
            if (scope.site) return true;
            return (
              at !== undefined && [...withAbove(objects, 'group', at)].some((above) => scope.roots.includes(above))
            );
          } catch {
            return false;
          }
        };
        const [a, b] = [toHeld(one), toHeld(other)];
        const both = heldByBoth(objects, a, b);
        for (const right of allRights)
          for (const at of [undefined, ...groups])
            expect([right, at, has(both, right, at)]).toEqual([right, at, has(a, right, at) && has(b, right, at)]);
      }),
      { numRuns: runs(150) },
    );
  });
});
