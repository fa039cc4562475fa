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

/** Items about one thing each: there are as many of a kind as the page that lists all of them has. */
const countedTogether: Readonly<Record<string, { path: string; listed: (html: string) => number }>> = {
  'second-person': { path: paths.waiting(), listed: (html) => listedOn(html) },
  'program-changed': { path: paths.controllerIntegrity({ state: 'changed' }), listed: (html) => listedOn(html) },
  appliance: {
    path: paths.health(),
    listed: (html) =>
      [...html.slice(html.indexOf('<main')).matchAll(/<td[^>]*><span class="status" data-l="(?:warning|critical)"/g)]
        .length,
  },
};

/** Items whose page is only opened, and why nothing on it is counted. */
const opened: Readonly<Record<string, string>> = {
  'clock-doubt': 'one state of the site: its page has the one notice',
  'bundle-refused': 'the last bundle: its page is the receipt, or the round that it was of',
  'bundle-volumes': 'one bundle: its page is the round, which draws what is missing and lists nothing',
  'advisories-old': 'one source: its page is the form that brings a newer bundle',
  'feed-gone': 'one source: its page is the form that brings a newer bundle',
  'not-delivered': 'one want: its page is the round, where wants stand with their reasons',
  'request-overdue': 'one request: its page is the round, where requests stand by number',
  'trust-ends': 'one role: its page is the trust, where each role has its end, near or not',
  'state-older': 'one return: its page is the decision about it',
  'first-step': 'one step: its page is the form that does it',
};

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
      else if (opened[kind] === undefined && countedTogether[kind] === undefined && listedOn(html) !== targets)
        wrong.push(`${id}: ${targets}, and ${path} lists ${listedOn(html)}`);
    }
    expect(wrong).toEqual([]);
    expect(items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
  });

  it('counts in each group of findings what its page lists', async () => {
    const { browser, actor } = workOf(who);
    const scope = scopeOf(actor, 'vulnerabilities:read');
    const all = findingGroups(site.appliance, scope)({ limit: 100_000 }).rows;
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

  it('has as many items of one thing each as the page of all of them lists', async () => {
    const { browser, items } = workOf(who);
    for (const [kind, { path, listed }] of Object.entries(countedTogether)) {
      const own = items.filter((item) => item.kind === kind).length;
      const response = await browser.get(path);
      // Who may not see the page has none of them.
      expect(response.status === 200 ? listed(await response.text()) : 0, kind).toBe(own);
    }
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
