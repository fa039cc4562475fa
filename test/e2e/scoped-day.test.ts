import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenForFaults, startBrowser, type TestBrowser } from '../support/browser.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { linksOf, pressesOf, shapeOf, type Walker, walk, walkerAt } from '../support/link-walk.ts';
import { isLong } from '../support/long.ts';
import { structureFaults } from '../support/page-faults.ts';
import { addScopedPersons, scopedPersons } from '../support/scoped-persons.ts';

// A day of persons who reach a part of the site: every link, suggestion and button that they are shown opens or acts, and every number
// is that of the list behind it.

const password = 'correct horse battery';
const names = Object.keys(scopedPersons);
const langs = ['en', 'ru', 'kk'] as const;
const widths = [1280, 390];

let site: FilledSite;
const walkers = new Map<string, Walker>();
const at = (name: string): Walker => {
  const walker = walkers.get(name);
  if (walker === undefined) throw new Error(`${name} is not signed in`);
  return walker;
};

beforeAll(async () => {
  let tokens: ReadonlyMap<string, string> = new Map();
  site = await startFilledSite((appliance) => {
    tokens = addScopedPersons(appliance);
  });
  for (const [name, token] of tokens) {
    const walker = walkerAt(site.url);
    const fields = [
      ['csrf', ''],
      ['password', password],
      ['repeat', password],
    ] as const;
    expect((await walker.post(`/first/${token}`, fields)).status).toBe(303);
    walkers.set(name, walker);
  }
});
afterAll(async () => {
  for (const walker of walkers.values()) walker.close();
  await site?.close();
});

const speak = async (walker: Walker, lang: string): Promise<void> => {
  const { html } = await walker.get(paths.me());
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const fields = [
    ['csrf', csrf],
    ['lang', lang],
    ['back', '/me'],
  ] as const;
  expect((await walker.post(paths.preferences(), fields)).status).toBe(303);
};

/** What the palette is asked: the beginnings of the navigation's words, and of things of the plant. */
const typed = (lang: (typeof langs)[number]): string[] => {
  const { t } = catalogue(lang);
  const words = [t('nav.devices'), t('nav.settings'), t('nav.exchange'), t('nav.updates')];
  return [...words.map((word) => word.slice(0, 4)), 'eng', 'plc', '10.20', 'openssl'];
};

/** What a list says of its length, in English; and how many rows each table and how many targets each panel has. */
const lengthsOf = (html: string): number[] => {
  const main = html.slice(html.indexOf('<main'));
  const totals = [...main.matchAll(/(?:\d to [\d,]+|Shown: [\d,]+) of ([\d,]+)/g)].map(([, n = '']) =>
    Number(n.replaceAll(',', '')),
  );
  const rows = [...main.matchAll(/<tbody[^>]*>([\s\S]*?)<\/tbody>/g)].map(
    ([, body = '']) => (body.match(/<tr(?![^>]*class="(?:group|open))/g) ?? []).length,
  );
  const targets = [...main.matchAll(/<ul class="targets">([\s\S]*?)<\/ul>/g)].map(
    ([, list = '']) => (list.match(/<li>/g) ?? []).length,
  );
  return [...totals, ...rows, ...targets];
};

/** What each person has met in English: a page of each shape, two in the long form. */
const met = new Map<string, ReadonlyMap<string, string>>();
const metBy = (name: string): ReadonlyMap<string, string> => met.get(name) ?? new Map();

describe.each(names)('%s', (name) => {
  it.each(langs)('is led to no refusal in %s', async (lang) => {
    await speak(at(name), lang);
    const suggestions = typed(lang).map((q) => paths.searchPalette({ q }));
    // Where links lead is the same in every language, but for what the palette is asked; the long form walks all of it.
    const isWhole = isLong || lang === 'en';
    const perShape = isLong && lang === 'en' ? 2 : 1;
    const { pages, dead } = await walk(at(name), ['/', ...suggestions], perShape, isWhole ? undefined : 1);
    expect(dead).toEqual([]);
    expect(pages.size).toBeGreaterThan(isWhole ? 40 : 10);
    if (lang === 'en') met.set(name, pages);
    const [navigation = ''] = /<nav class="nav"[\s\S]*?<\/nav>/.exec(pages.get('/') ?? '') ?? [];
    for (const closed of [paths.exchange(), paths.settings(), paths.baselines(), paths.discovery()])
      expect(navigation).not.toContain(`href="${closed}"`);
    expect(navigation).toContain(`href="${paths.devices()}"`);
  });

  it('meets no number but that of the list behind it', async () => {
    await speak(at(name), 'en');
    const lengths = new Map<string, number[]>();
    const wrong: string[] = [];
    let compared = 0;
    for (const [from, html] of metBy(name))
      for (const { href, text } of linksOf(html)) {
        if (!/^[\d,]+$/.test(text)) continue;
        const found = lengths.get(href) ?? lengthsOf(metBy(name).get(href) ?? (await at(name).get(href)).html);
        lengths.set(href, found);
        compared += 1;
        if (!found.includes(Number(text.replaceAll(',', '')))) wrong.push(`${text} on ${from}: ${found} at ${href}`);
      }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(20);
  });
});

it('the length of a list is read from its page', () => {
  const page = (n: number): string => `<main><tbody><tr></tr><tr class="group"></tr></tbody>1 to 1 of ${n}</main>`;
  expect(lengthsOf(page(1_204))).toEqual([1_204, 1]);
});

describe('the console in a browser', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('is whole for who reaches a part, wide and narrow', async () => {
    const page = await (await browser.context()).newPage();
    await page.goto(`${site.url}${paths.login()}`);
    await page.locator('input[name="name"]').fill('stations');
    await page.locator('input[name="password"]').fill(password);
    await page.locator('main button[type="submit"]').click();
    await page.waitForURL((url) => url.pathname === '/');
    const faults = listenForFaults(page);
    const found: string[] = [];
    for (const path of ['/', paths.devices(), paths.updates(), paths.vulnerabilities(), paths.deployments()])
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        if (width === widths[0]) await page.goto(site.url + path);
        for (const fault of [...(await structureFaults(page, 'en')), ...faults.take()])
          found.push(`${path} at ${width}: ${fault}`);
      }
    expect(found).toEqual([]);
  });
});

// Last: what is pressed changes the site.
describe.each(names)('%s at the end', (name) => {
  it('presses no button that is refused', async () => {
    const walker = at(name);
    const pressed = new Set<string>();
    const refused: string[] = [];
    for (const [href, html] of metBy(name))
      for (const first of pressesOf(html, href)) {
        const key = ({ action, fields }: typeof first): string =>
          `${shapeOf(action)} ${fields.map(([field, value]) => (field === 'action' ? value : field)).join(' ')}`;
        if (first.method === 'get' || /^\/(?:logout|preferences|me)\b/.test(first.action)) continue;
        if (pressed.has(key(first))) continue;
        pressed.add(key(first));
        // What was pressed before may have taken it away.
        const now = pressesOf((await walker.get(href)).html, href).find((one) => key(one) === key(first));
        if (now === undefined) continue;
        const { status, html: answer } = await walker.post(now.action, now.fields);
        // What is grave asks for the password first.
        const isAsked = answer.includes('name="step-up"');
        const isRefused = status === 403 || status === 404 || status >= 500;
        if (isRefused && !isAsked) refused.push(`${status} ${key(now)} on ${href}`);
      }
    expect(refused).toEqual([]);
    if (name !== 'reader') expect(pressed.size).toBeGreaterThan(10);
  });
});
