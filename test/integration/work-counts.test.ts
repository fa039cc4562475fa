import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../appliance/src/compose.ts';
import { type Actor, type Right, scopeOf, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import { findingGroups } from '../../appliance/src/features/vulnerabilities/finding-groups.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import { type Browser, type Console, consoleOf, password } from '../../appliance/test/support/console.ts';
import { makeFilledSite } from '../support/filled-site.ts';
import { groupNames } from '../support/plant.ts';

// The law of the worklist: an item counts what the page that it leads to lists, for who has the whole site and for who has a part of
// it, on a site with five weeks behind it.

/** Items about one thing or one state, whose page is no list of such things; each leads to a page that is there. */
const ofOneThing = new Set([
  'appliance',
  'clock-doubt',
  'bundle-refused',
  'bundle-volumes',
  'advisories-old',
  'feed-gone',
  'not-delivered',
  'request-overdue',
  'trust-ends',
  'state-older',
  'second-person',
  'first-step',
  'program-changed',
]);

let site: Console;
const people = new Map<string, { browser: Browser; actor: Actor }>();

/** How many rows a page lists: as it announces, else as they stand there. */
const listedOn = (html: string): number => {
  const announced = /data-announce="([\d\s\u00a0\u202f]+) found"/.exec(html)?.[1];
  if (announced !== undefined) return Number(announced.replace(/\D/g, ''));
  const main = html.slice(html.indexOf('<main'));
  return [...main.matchAll(/<tbody[^>]*>(.*?)<\/tbody>/gs)].flatMap(([, body = '']) => [
    ...body.matchAll(/<tr(?! class="(?:group|open)")/g),
  ]).length;
};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-counts-'));
  const made = await makeFilledSite(folder, 0);
  const appliance = await compose({ dataDir: made.dataDir, log: openLog('silent') });
  site = consoleOf(appliance, folder, `/first/${made.token}`);
  const { objects, accounts } = appliance;
  const groups = [groupNames.engineering, groupNames.panel].map(
    (name) => objects.findBy('group', 'name', name)?.id ?? '',
  );
  const rights: Right[] = ['devices:read', 'vulnerabilities:read', 'updates:read', 'deployments:read'];
  const role = objects.create(systemActor, 'role', { name: 'Two groups', rights, groups }).id;
  const { id } = objects.create(systemActor, 'account', { name: 'operators', roles: [role] });
  const browser = site.browser();
  const first = `/first/${accounts.makeLink(systemActor, id).token}`;
  expect((await browser.post(first, { password, repeat: password })).status).toBe(303);
  const grants = rights.map((right) => ({ right, groups, zones: [] }));
  people.set('the whole site', {
    browser: await site.as('administrator'),
    actor: { ...systemActor, rights: new Set(['all'] as const) },
  });
  people.set('two groups', { browser, actor: { ...systemActor, type: 'account', id, rights: new Set(), grants } });
});
afterAll(() => site.close());

const workOf = (who: string) => {
  const person = people.get(who);
  if (person === undefined) throw new Error(`there is no ${who}`);
  return { ...person, items: entryParts(site.appliance).worklist.list(person.actor) };
};

describe.each([
  {
    who: 'the whole site',
    kinds: ['program-changed', 'finding-act', 'deployment-failed', 'device-join', 'update-undecided', 'deviation'],
    groups: ['update', 'advisory'],
  },
  { who: 'two groups', kinds: ['finding-act', 'deployment-failed'], groups: ['update'] },
])('the worklist of who has $who', ({ who, kinds, groups }) => {
  it('counts in each item what its page lists', async () => {
    const { browser, items } = workOf(who);
    const wrong: string[] = [];
    for (const { id, kind, targets, path } of items) {
      const response = await browser.get(path);
      const html = await response.text();
      if (response.status !== 200) wrong.push(`${id}: ${path} is ${response.status}`);
      else if (!ofOneThing.has(kind) && listedOn(html) !== targets)
        wrong.push(`${id}: ${targets}, and ${path} lists ${listedOn(html)}`);
    }
    expect(wrong).toEqual([]);
    expect(items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
  });

  it('counts in each group of findings what its page lists', async () => {
    const { browser, actor } = workOf(who);
    const scope = scopeOf(actor, 'vulnerabilities:read');
    const all = findingGroups(site.appliance, { scope, limit: 100_000 }).rows;
    const wrong: string[] = [];
    for (const by of groups) {
      const own = all.filter((group) => group.by === by);
      expect(own.length, by).toBeGreaterThan(0);
      // The largest, where counts are most, and the smallest.
      for (const { name, of, count, path } of new Set([...own.slice(0, 8), ...own.slice(-4)])) {
        const html = await (await browser.get(path)).text();
        if (listedOn(html) !== count) wrong.push(`${by} ${of} ${name}: ${count}, and ${path} lists ${listedOn(html)}`);
      }
    }
    expect(wrong).toEqual([]);
    // A finding with a fix is in one group: together they have as many as the list.
    const closed = all.filter(({ by }) => by === 'update').reduce((sum, { count }) => sum + count, 0);
    const html = await (await browser.get(paths.vulnerabilities({ fix: 'available', verdict: 'affected' }))).text();
    expect(listedOn(html)).toBe(closed);
  });

  it('names in each panel at most what the item counts', async () => {
    const { browser, items } = workOf(who);
    for (const { id, targets } of items) {
      const html = await (await browser.get(paths.workItem(id))).text();
      const named = /<ul class="targets">(.*?)<\/ul>/s.exec(html)?.[1] ?? '';
      expect([...named.matchAll(/<li>/g)].length, id).toBeLessThanOrEqual(targets);
    }
  });
});
