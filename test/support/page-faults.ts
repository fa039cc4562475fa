import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import type { CDPSession, Page } from 'playwright-core';
import { repositoryRoot } from './sources.ts';

// What every page must keep to, whatever it shows.

const { has } = catalogue('en');
const axeSource = readFileSync(join(repositoryRoot, 'node_modules/axe-core/axe.min.js'), 'utf8');

type Facts = {
  headings: number;
  overflowPx: number;
  rowPx: number;
  cutColumnsPx: number;
  words: string[];
  names: string[];
  unfilled: string[];
  doubleIds: string[];
  lostIds: string[];
  openForms: number;
  lang: string;
  title: string;
};

/** CONSOLE 6: a row of a list is one line, 32 px. A half pixel is rounding. */
const mostRowPx = 32.5;

/** Runs in the page. */
const facts = (): Facts => {
  const { documentElement: html, body } = document;
  const texts: string[] = [];
  const said: string[] = [];
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { nodeValue, parentElement } = walker.currentNode;
    texts.push(nodeValue ?? '');
    if (parentElement?.closest('[translate="no"], code, pre, textarea, script') === null) said.push(nodeValue ?? '');
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  const named = [...document.querySelectorAll('[aria-describedby], [for]')].flatMap((one) =>
    `${one.getAttribute('aria-describedby') ?? ''} ${one.getAttribute('for') ?? ''}`.trim().split(/\s+/),
  );
  const forms = [...document.querySelectorAll('form[method="post"]')];
  const wide = innerWidth > 640;
  const lists = wide ? [...document.querySelectorAll('.list')] : [];
  const rows = lists.flatMap((list) => [...list.querySelectorAll('tbody tr:not(.open, .group)')]);
  return {
    rowPx: Math.max(0, ...rows.map((row) => row.getBoundingClientRect().height)),
    // What a reader picked may be more than there is room for.
    cutColumnsPx: Math.max(
      0,
      ...lists.map((list) => (list.classList.contains('picked') ? 0 : list.scrollWidth - list.clientWidth)),
    ),
    headings: document.querySelectorAll('h1').length,
    overflowPx: html.scrollWidth - html.clientWidth,
    words: texts.flatMap((text) => text.match(/[a-z][\w-]*(?:\.[\w-]+)+/g) ?? []),
    names: said.flatMap((text) => text.match(/(?<![\p{L}\d.])[a-z]+[A-Z][A-Za-z]*(?![\p{L}\d])/gu) ?? []),
    // No placeholder is left, and nothing of the program shows.
    unfilled: said.flatMap((text) => text.match(/\{\w+\}|\bundefined\b|\[object|\bNaN\b/g) ?? []),
    doubleIds: ids.filter((id, at) => ids.indexOf(id) !== at),
    lostIds: named.filter((id) => !ids.includes(id)),
    openForms: forms.filter((form) => !form.querySelector('input[name="csrf"]:not([value=""])')).length,
    lang: html.lang,
    title: document.title,
  };
};

/** Words that are written like the name of a field, and are none. */
const ordinary: ReadonlySet<string> = new Set(['kB', 'macOS']);

/** Structure and words of the page that is shown, as sentences; none when all is well. */
export const structureFaults = async (page: Page, lang: string): Promise<string[]> => {
  const found = await page.evaluate(facts);
  const { headings, overflowPx, rowPx, cutColumnsPx, words, names, lang: said, title } = found;
  const keys = [...new Set(words)].filter(has);
  const raw = [...new Set(names)].filter((name) => !ordinary.has(name));
  return [
    ...(headings === 1 ? [] : [`${headings} h1`]),
    ...(overflowPx <= 0 ? [] : [`scrolls sideways by ${overflowPx} px`]),
    ...(rowPx <= mostRowPx ? [] : [`has a row of ${rowPx} px`]),
    ...(cutColumnsPx <= 0 ? [] : [`has columns for ${cutColumnsPx} px more than there are`]),
    ...(keys.length === 0 ? [] : [`shows keys: ${keys.join(', ')}`]),
    ...(raw.length === 0 ? [] : [`shows names of fields: ${raw.join(', ')}`]),
    ...(found.unfilled.length === 0 ? [] : [`shows what was not filled in: ${found.unfilled.join(', ')}`]),
    ...(found.doubleIds.length === 0 ? [] : [`has an id twice: ${found.doubleIds.join(', ')}`]),
    ...(found.lostIds.length === 0 ? [] : [`names ids that are not there: ${found.lostIds.join(', ')}`]),
    ...(found.openForms === 0 ? [] : [`has ${found.openForms} forms without a token`]),
    ...(said === lang ? [] : [`is in ${said}, not in ${lang}`]),
    ...(title.trim() === '' ? ['has no title'] : []),
  ];
};

type AxeNode = { target: unknown[]; html: string };
type AxeViolation = { id: string; impact: string; nodes: AxeNode[] };
type AxeWindow = { axe: { run(root: Document, options: object): Promise<{ violations: AxeViolation[] }> } };

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Once for each page that was loaded, through the browser's own protocol: the page's policy would not let it in. */
const loadAxe = async (page: Page): Promise<void> => {
  if (await page.evaluate(() => 'axe' in window)) return;
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, session);
  // What `page.evaluate` is given is compiled anew on each page; this is compiled once.
  await (await session).send('Runtime.evaluate', { expression: axeSource });
};

export type AxeRules = { only?: readonly string[]; without?: readonly string[] };

/** Everything that axe finds on the page that is shown, or what it finds of some rules. */
export const axeFaults = async (page: Page, { only, without = [] }: AxeRules = {}): Promise<string[]> => {
  await loadAxe(page);
  // WCAG 2.2, 2.5.8: axe leaves `target-size` out unless it is asked.
  const rules = {
    'target-size': { enabled: true },
    ...Object.fromEntries(without.map((id) => [id, { enabled: false }])),
  };
  const violations = await page.evaluate(
    async (options) => {
      const { axe } = window as unknown as AxeWindow;
      return (await axe.run(document, options)).violations;
    },
    { resultTypes: ['violations'], rules, ...(only === undefined ? {} : { runOnly: [...only] }) },
  );
  return violations.map(
    ({ id, impact, nodes }) =>
      `axe ${impact}: ${id}, ${nodes.length} times, first ${nodes[0]?.target.join(' ')} ${nodes[0]?.html.slice(0, 120)}`,
  );
};

const mostStops = 60;

/**
 * Stops of the Tab key from the skip link to the content to the first row of the page that is shown, by the skip link to the rows
 * where there is one; undefined: it has no list.
 */
export const stopsToRows = async (page: Page): Promise<number | undefined> => {
  const rows = page.locator('main :is(.list tbody, .items) > *');
  if ((await rows.locator(':is(a, button, input, summary)').count()) === 0) return undefined;
  await page.locator('.skip').first().focus();
  await page.keyboard.press('Enter');
  for (let stops = 1; stops <= mostStops; stops += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => ({
      isRow: document.activeElement?.closest('main :is(tbody, .items) > *') != null,
      isSkip: document.activeElement?.classList.contains('to-rows') === true,
    }));
    if (at.isRow) return stops;
    if (at.isSkip) await page.keyboard.press('Enter');
  }
  return mostStops;
};
