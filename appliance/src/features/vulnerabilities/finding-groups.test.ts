import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { seedControllers } from '../../../test/support/controllers/seed.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { findingGroups } from './finding-groups.ts';

// Groups of findings on controllers: one line for a vulnerability and a zone, however many products and versions have it. Those on
// computers are counted against their lists on a filled site (test/integration/work-counts.test.ts).

const scope = wholeSite('job');

const site = await openConsole();
const seeded = await seedControllers(site.appliance);
afterAll(() => site.close());

const groups = () =>
  findingGroups(
    site.appliance,
    scope,
  )({ limit: 100 }).rows.map(({ by, name, of, count, path }) => ({
    by,
    name,
    of,
    count,
    path,
  }));
const namesOn = async (path: string): Promise<string[]> => {
  const html = await (await (await site.as('operator')).get(path)).text();
  return ['PLC-L3-07', 'PLC-L3-08'].filter((name) => html.includes(`>${name}</a>`));
};

describe('grouped findings on controllers', () => {
  it('are one line for two versions of a product, and the line opens both controllers', async () => {
    const found = groups();
    expect(found.map(({ by, name, count }) => [by, name, count])).toEqual([
      ['zone', 'CVE-2024-0001', 2],
      ['zone', 'CVE-2024-0002', 2],
    ]);
    for (const { path } of found) expect(await namesOn(path)).toEqual(['PLC-L3-07', 'PLC-L3-08']);
    expect(site.appliance.controllerFindings.list({ scope, limit: 10 }).total).toBe(4);
    const html = await (await (await site.as('operator')).get(paths.findingGroups())).text();
    expect(html).toContain('2 controllers');
    expect(html).toContain(paths.controllers({ vulnerability: 'CVE-2024-0001' }));
  });

  it('are a line for each zone', async () => {
    const zone = site.appliance.objects.create(systemActor, 'controller-zone', { name: 'Dosing', level: '1' }).id;
    site.appliance.controllers.edit(systemActor, seeded.read, { zone });
    const found = groups().filter(({ name }) => name === 'CVE-2024-0001');
    expect(new Map(found.map(({ of, count }) => [of, count]))).toEqual(
      new Map([
        ['', 1],
        [zone, 1],
      ]),
    );
    for (const { of, path } of found) expect(await namesOn(path)).toEqual([of === zone ? 'PLC-L3-07' : 'PLC-L3-08']);
    const html = await (await (await site.as('operator')).get(paths.findingGroups())).text();
    expect(html).toContain('Dosing');
    expect(html).toContain('in no zone');
  });

  it('have nothing of what is held back', async () => {
    const { objects } = site.appliance;
    const owner = objects.create(systemActor, 'account', { name: 'Owner', roles: ['viewer'] }).id;
    const measure = objects.create(systemActor, 'mitigation', {
      name: 'Wall',
      measure: 'acl',
      controllers: [seeded.read],
      vulnerabilities: ['CVE-2024-0001'],
      owner,
      expiresAt: '2099-01-01T00:00:00Z',
    }).id;
    const found = groups().filter(({ name }) => name === 'CVE-2024-0001');
    expect(found.map(({ count }) => count)).toEqual([1]);
    expect(await namesOn(found[0]?.path ?? '')).toEqual(['PLC-L3-08']);
    objects.remove(systemActor, 'mitigation', measure);
    expect(groups().filter(({ name }) => name === 'CVE-2024-0001')).toHaveLength(2);
  });

  it('are filtered, sorted, and refuse what is no filter', async () => {
    const operator = await site.as('operator');
    const found = async (query: Parameters<typeof paths.findingGroups>[0]): Promise<string[]> => {
      const html = await (await operator.get(paths.findingGroups(query))).text();
      return ['CVE-2024-0001', 'CVE-2024-0002'].filter((name) => html.includes(`>${name}</span>`));
    };
    expect(await found({ q: '0002' })).toEqual(['CVE-2024-0002']);
    expect(await found({ by: 'update' })).toEqual([]);
    expect(await found({ by: 'zone', sort: '-name' })).toEqual(['CVE-2024-0001', 'CVE-2024-0002']);
    expect((await operator.get(paths.findingGroups({ by: 'moon' }))).status).toBe(422);
  });
});

it('no groups where no advisories came say that nothing is known, and of controllers as well', async () => {
  const empty = await openConsole();
  try {
    const html = await (await (await empty.as('operator')).get(paths.findingGroups())).text();
    expect(html).toContain('No advisories yet');
    expect(html).toContain('No advisories about controllers yet');
    expect(html).not.toContain('No open findings');
  } finally {
    await empty.close();
  }
});
