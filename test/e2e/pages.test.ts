import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Faults,
  type Lang,
  listenForFaults,
  logInByLink,
  prefer,
  startBrowser,
  type TestBrowser,
  type Theme,
} from '../support/browser.ts';
import { seed } from '../support/chance.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { isLong } from '../support/long.ts';
import { type AxeRules, axeFaults, stopsToRows, structureFaults } from '../support/page-faults.ts';
import { allKeys, type ConsolePage, consolePages, notWalked } from './console-pages.ts';
import { uploadAndCheck } from './import-wizard.ts';

const langs: readonly Lang[] = ['kk', 'ru', 'en'];
/** A page is loaded wide, and made narrow: 1280 px at 400 % (WCAG 1.4.10). Only a table or a map may be wider, in a box of its own. */
const widths = isLong ? [1280, 390, 320] : [1280, 320];
const walkTimeoutMs = 900_000;

// What axe judges takes longer than all the rest: each page once, wide. Colours and sizes, which take most of that, come from the one
// style sheet: one page of four, every other one in the dark theme (ui/test/contrast.test.ts compares each pair of colours in both).
// The long form judges all of every page, and the colours of each in both themes.
const styleEvery = isLong ? 1 : 4;
const colourRules = ['color-contrast', 'link-in-text-block'];
const styleRules = [...colourRules, 'target-size'];
/** What only shows on a narrow page. */
const narrowRules = ['scrollable-region-focusable', 'target-size'];
/** The stops of the Tab key are those of every language and theme, and of a builder that lists share. */
const stopsEvery = isLong ? 1 : 3;

/** Each page in one language, more often in Kazakh and Russian, whose words are the longer ones: the seed says which. The long form has all. */
const turns: readonly Lang[] = ['kk', 'ru', 'kk', 'en', 'ru'];
const isShownIn = (lang: Lang, at: number): boolean => isLong || lang === turns[(at + seed) % turns.length];

/** What axe finds on the page that is shown, at its width. */
const axeAt = async (page: Page, width: number, at: number): Promise<string[]> => {
  const isStyled = (at + seed) % styleEvery === 0;
  if (width !== widths[0]) return isStyled ? axeFaults(page, isLong ? {} : { only: narrowRules }) : [];
  const isLight = Math.floor(at / styleEvery) % 2 === 0;
  const [theme, other]: readonly [Theme, Theme] = isLight ? ['light', 'dark'] : ['dark', 'light'];
  const judge = async (shown: Theme, rules: AxeRules): Promise<string[]> => {
    await showTheme(page, shown);
    return (await axeFaults(page, rules)).map((fault) => `${shown}: ${fault}`);
  };
  return [
    ...(await judge(theme, isStyled ? {} : { without: styleRules })),
    ...(isLong ? await judge(other, { only: colourRules }) : []),
  ];
};

/** The colours of a theme, as the server's attribute gives them. */
const showTheme = (page: Page, theme: Theme): Promise<void> =>
  page.evaluate((name) => {
    document.documentElement.dataset['theme'] = name;
  }, theme);

/** CONSOLE 11: after the skip link to the content the first row is at most so many stops away. */
const mostRowStops = 12;

const rowFaults = (stops: number | undefined): string[] =>
  stops === undefined || stops <= mostRowStops ? [] : [`its first row is ${stops} stops from the skip link`];

describe('every page', () => {
  let site: FilledSite;
  let browser: TestBrowser;
  let page: Page;
  let faults: Faults;
  let pages: ConsolePage[];

  beforeAll(async () => {
    site = await startFilledSite();
    browser = await startBrowser();
    const context = await browser.context();
    await context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`policy: ${violatedDirective} ${blockedURI}`),
      ),
    );
    page = await context.newPage();
    await logInByLink(page, site.link);
    const bundle = await site.answer(site.request, ['systemd']);
    const draft = await uploadAndCheck(page, site.url, bundle, catalogue('en'));
    pages = await consolePages(page, site, draft);
    faults = listenForFaults(page);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const show = async (wishes: { lang: Lang; theme: Theme }): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${site.url}/me`);
    await prefer(page, wishes);
    faults.take();
  };

  it('is walked, or another test has it', () => {
    const walked = new Set(pages.map(({ key }) => key));
    expect(allKeys.filter((key) => !walked.has(key) && !notWalked.has(key))).toEqual([]);
    expect([...notWalked].filter((key) => walked.has(key))).toEqual([]);
  });

  it('is watched: what a page must not do is noticed', async () => {
    await show({ lang: 'en', theme: 'light' });
    const ran = await page.evaluate(async () => {
      const reported = new Promise((resolve) => document.addEventListener('securitypolicyviolation', resolve));
      const script = document.createElement('script');
      script.textContent = 'document.title = "ran"';
      const wide = document.createElement('h1');
      wide.textContent = 'nav.work '.repeat(80).replaceAll(' ', '\u00a0');
      const label = document.createElement('label');
      label.setAttribute('for', 'nothing');
      label.id = 'main';
      const form = document.createElement('form');
      form.method = 'post';
      document.body.append(script, wide, 'restartPending', label, form, 'of {total}');
      await reported;
      return document.title;
    });
    expect(ran).not.toBe('ran');
    expect(faults.take().join('\n')).toMatch(/policy: script-src/);
    expect((await structureFaults(page, 'kk')).join('\n')).toMatch(
      /2 h1\nscrolls sideways.*\nshows keys.*\nshows names of fields: restartPending\nshows what was not filled in: \{total\}\nhas an id twice: main\nnames ids that are not there: nothing\nhas 1 forms without a token\nis in en/,
    );
  });

  it.each(langs)(
    'keeps to the rules in %s, wide and narrow',
    async (lang) => {
      await show({ lang, theme: 'light' });
      const found: Record<string, string[]> = {};
      const note = (path: string, all: readonly string[]): void => {
        if (all.length > 0) found[path] = [...(found[path] ?? []), ...all];
      };
      for (const [at, { path }] of pages.entries()) {
        if (!isShownIn(lang, at)) continue;
        for (const width of widths) {
          await page.setViewportSize({ width, height: 900 });
          if (width === widths[0]) {
            const response = await page.goto(site.url + path);
            if (response?.status() !== 200) note(path, [`status ${response?.status()}`]);
          }
          const isJudged = !isLong || lang === 'en';
          const all = [...(await structureFaults(page, lang)), ...(isJudged ? await axeAt(page, width, at) : [])];
          // The stops are counted where the page is as it was loaded.
          if (isJudged && width === widths[0] && (at + seed) % stopsEvery === 0)
            all.push(...rowFaults(await stopsToRows(page)));
          note(
            path,
            all.map((fault) => `${width} px: ${fault}`),
          );
        }
        note(path, faults.take());
      }
      expect(found).toEqual({});
    },
    walkTimeoutMs,
  );

  it('has its own page for what is not there, and for what asks for the password first', async () => {
    await show({ lang: 'ru', theme: 'dark' });
    await page.setViewportSize({ width: 390, height: 900 });
    const answers = { '/devices/none': 404, '/nothing': 404, '/updates/none': 404, '/exchange/receipts/999': 404 };
    for (const [path, status] of Object.entries({ ...answers, [paths.meAgain()]: 403 })) {
      const response = await page.goto(site.url + path);
      expect(`${path} ${response?.status()}`).toBe(`${path} ${status}`);
      expect(await structureFaults(page, 'ru')).toEqual([]);
      // The addresses that are not there share a page.
      if (path === '/nothing' || status === 403) expect(await axeFaults(page)).toEqual([]);
    }
  });
});
