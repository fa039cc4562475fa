import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compose } from '../../appliance/src/compose.ts';
import { type Actor, type Right, scopeOf, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import { findingGroups } from '../../appliance/src/features/vulnerabilities/finding-groups.ts';
import { type WorkItem, workNames } from '../../appliance/src/features/worklist/types.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import { type Browser, type Console, consoleOf, password } from '../../appliance/test/support/console.ts';
import { administrator, makeFilledSite } from '../support/filled-site.ts';
import { groupNames } from '../support/plant.ts';
import { bringLackingAnswer, bringTroubles } from '../support/site-troubles.ts';

// The law of the worklist: an item counts what the page that it leads to lists, for who has the whole site and for who has a part of
// it, on a site with five weeks behind it.

const isMarked = (there: string): number => (/class="status" data-l="(?:warning|critical)"/.test(there) ? 1 : 0);
/** Rows of the table with the caption that are marked. */
const markedRows = (html: string, anchors: string): number =>
  [...html.matchAll(new RegExp(`<tr[^>]* id="row-${anchors}[^"]*".*?</tr>`, 'gs'))].filter(
    ([row]) => isMarked(row) === 1,
  ).length;

/** Items about one thing each: there are as many of a kind as the page that lists all of them has. */
const countedTogether: Readonly<Record<string, { path: string; isOnly?: true; listed: (html: string) => number }>> = {
  'second-person': { path: paths.waiting(), isOnly: true, listed: (html) => listedOn(html) },
  'program-changed': {
    path: paths.controllerIntegrity({ state: 'changed' }),
    isOnly: true,
    listed: (html) => listedOn(html),
  },
  'trust-ends': {
    path: paths.exchangeTrust(),
    listed: (html) => markedRows(html, '(?:root|targets|snapshot|timestamp)'),
  },
  'advisories-old feed-gone': { path: paths.exchangeReceive(), listed: (html) => markedRows(html, 'source-') },
  'request-overdue': { path: paths.exchange(), listed: (html) => markedRows(html, 'request-') },
  'not-delivered': { path: paths.exchange(), listed: (html) => listedOn(placeOf(html, '#not-filled')) },
  appliance: {
    path: paths.health(),
    isOnly: true,
    listed: (html) =>
      [...html.slice(html.indexOf('<main')).matchAll(/<td[^>]*><span class="status" data-l="(?:warning|critical)"/g)]
        .length,
  },
};

/** Items whose page has more than one thing on it lead to theirs: how many it shows there. */
const countedThere: Readonly<Record<string, (there: string) => number>> = {
  'clock-doubt': (there) =>
    [...there.matchAll(/<form[^>]* action="([^"]+)"/g)].filter(([, to]) => to === paths.clockAgree()).length,
  'bundle-volumes': (there) => [...there.matchAll(/sallyport-bundle rebuild /g)].length,
  'tokens-wait': (page) => [...page.matchAll(/<input type="checkbox" name="token"/g)].length,
  'state-older': (there) => (/<form|<button/.test(there) ? 1 : 0),
  announcement: (page) => [...page.matchAll(/ action="\/announcements\/[^"/]+\/read"/g)].length,
  'not-delivered': (there) => (there.startsWith('<tr') ? 1 : 0),
  'advisories-old': isMarked,
  'feed-gone': isMarked,
  'request-overdue': isMarked,
  'trust-ends': isMarked,
  // The head of its own page.
  'bundle-refused': (page) => [...(/<h1.*?<\/header>/s.exec(page)?.[0].matchAll(/data-l="critical"/g) ?? [])].length,
};

/** Items whose page is only opened, and why nothing on it is counted. */
const opened: Readonly<Record<string, string>> = {
  'first-step': 'one step: its page is the form that does it, and shows no number of steps',
  'no-window': 'devices of all deployments: its page lists the deployments',
  'window-undecided': 'one window: its page is the form in which it is decided',
  'pair-stuck': 'one group: its page is the form in which it is changed',
  'place-gone': 'one window or measure: its page is the form in which it is corrected',
};

let site: Console;
let made: Awaited<ReturnType<typeof makeFilledSite>>;
/** Kinds of which an item was looked at. */
const met = new Set<string>();
const people = new Map<string, { browser: Browser; actor: Actor }>();

/** The part of a page that an address leads to, or the whole page. */
const placeOf = (html: string, path: string): string => {
  const anchor = new URL(path, 'https://console.invalid').hash.slice(1);
  if (anchor === '') return html;
  const id = decodeURIComponent(anchor).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`<(\\w+)[^>]* id="${id}"`).exec(html);
  if (found === null) return '';
  let depth = 0;
  for (const { 0: tag, index } of html.slice(found.index).matchAll(new RegExp(`</?${found[1]}\\b`, 'g'))) {
    depth += tag.startsWith('</') ? -1 : 1;
    if (depth === 0) return html.slice(found.index, found.index + index);
  }
  return '';
};

/** How many rows a page lists: as it announces, else as they stand there. */
const listedOn = (html: string): number => {
  const announced = /data-announce="([\d\s\u00a0\u202f]+) found"/.exec(html)?.[1];
  if (announced !== undefined) return Number(announced.replace(/\D/g, ''));
  const main = html.slice(Math.max(0, html.indexOf('<main')));
  return [...main.matchAll(/<tbody[^>]*>(.*?)<\/tbody>/gs)].flatMap(([, body = '']) => [
    ...body.matchAll(/<tr(?! class="(?:group|open)")/g),
  ]).length;
};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-counts-'));
  made = await makeFilledSite(folder, 0);
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
afterAll(async () => {
  vi.useRealTimers();
  await site.close();
});

const workOf = (who: string) => {
  const person = people.get(who);
  if (person === undefined) throw new Error(`there is no ${who}`);
  return { ...person, items: entryParts(site.appliance).worklist.list(person.actor) };
};

/** Items of which the page that they lead to says another number. */
const wrongCounts = async (browser: Browser, items: readonly WorkItem[]): Promise<string[]> => {
  const wrong: string[] = [];
  for (const { id, kind, targets, path } of items) {
    met.add(kind);
    const response = await browser.get(path);
    const html = await response.text();
    const there = placeOf(html, path);
    if (response.status !== 200) wrong.push(`${id}: ${path} is ${response.status}`);
    else if (there === '') wrong.push(`${id}: ${path} has no such place`);
    else if (opened[kind] === undefined && countedTogether[kind]?.isOnly !== true) {
      const n = (countedThere[kind] ?? listedOn)(there);
      if (n !== targets) wrong.push(`${id}: ${targets}, and ${path} has ${n}`);
    }
  }
  return wrong;
};

/** Kinds of which there are more or fewer items than the page of all of them lists. */
const wrongTogether = async (browser: Browser, items: readonly WorkItem[]): Promise<string[]> => {
  const wrong: string[] = [];
  for (const [kinds, { path, listed }] of Object.entries(countedTogether)) {
    const own = items.filter(({ kind }) => kinds.split(' ').includes(kind)).length;
    const response = await browser.get(path);
    // Who may not see the page has none of them.
    const n = response.status === 200 ? listed(await response.text()) : 0;
    if (n !== own) wrong.push(`${kinds}: ${own}, and ${path} lists ${n}`);
  }
  return wrong;
};

const unescaped = (text: string): string => text.replaceAll('&amp;', '&');

/** What a panel offers to do at once: a link to a form, or what is sent to one. */
const mainActOf = (
  html: string,
  back: string,
): { href: string } | { post: string; fields: [string, string][] } | undefined => {
  const own = new URL(back, 'https://console.invalid').searchParams.get('open');
  const way = new URLSearchParams({ back }).toString();
  const link = [...html.matchAll(/<a class="btn primary" href="([^"]*)"/g)]
    .map(([, href = '']) => unescaped(href))
    .find((href) => href.endsWith(way));
  if (link !== undefined) return { href: link };
  for (const [form, post = ''] of html.matchAll(/<form method="post" action="([^"]*)".*?<\/form>/gs)) {
    const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, unescaped(value)],
    );
    if (post !== paths.workItem(own ?? '') && fields.some(([name, value]) => name === 'back' && value === back))
      return { post, fields: fields.filter(([name]) => name !== 'csrf') };
  }
  return undefined;
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
    expect(await wrongCounts(browser, items)).toEqual([]);
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
    expect(await wrongTogether(browser, items)).toEqual([]);
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

describe('the panel of an item', () => {
  it('has its main act as a form with its fields filled, which asks first and leads back', async () => {
    const { browser, items } = workOf('the whole site');
    const acted = new Set<string>();
    for (const { id, kind } of items) {
      const back = paths.work({ open: id });
      const act = mainActOf(await (await browser.get(paths.workItem(id))).text(), back);
      if (act === undefined) continue;
      acted.add(kind);
      const response =
        'href' in act ? await browser.get(act.href) : await browser.post(act.post, Object.fromEntries(act.fields));
      const html = await response.text();
      expect(`${id} ${response.status}`).toBe(`${id} 200`);
      const isAsked = 'post' in act || act.href.startsWith(paths.deploymentNew());
      if (isAsked) {
        expect(unescaped(html).includes(`href="${back}"`), `${id}: the way back`).toBe(true);
        expect(/<button type="submit" class="btn (?:primary|danger)"/.test(html), `${id}: the button`).toBe(true);
      }
    }
    expect([...acted]).toEqual(
      expect.arrayContaining(['finding-act', 'update-undecided', 'deployment-failed', 'deviation']),
    );
    // Nothing was done by opening them.
    expect(workOf('the whole site').items.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
  });
});

describe('the worklist of a site in trouble', () => {
  const isRight = async (): Promise<void> => {
    const { browser, items } = workOf('the whole site');
    expect(await wrongCounts(browser, items)).toEqual([]);
    expect(await wrongTogether(browser, items)).toEqual([]);
  };

  it('counts what an answer did not bring', async () => {
    await bringLackingAnswer(site.appliance, made);
    await isRight();
  });

  it('counts what is silent, old, copied, refused, half there or in doubt', async () => {
    await bringTroubles(site.appliance, made);
    // The clock is another: who was logged in is no more.
    const browser = site.browser();
    expect((await browser.post(paths.login(), { name: administrator, password })).status).toBe(303);
    people.set('the whole site', { ...workOf('the whole site'), browser });
    await isRight();
  });

  it('has had an item of every kind', () => {
    expect(workNames.filter((kind) => !met.has(kind))).toEqual([]);
  });
});
