import { catalogue } from '@sallyport/ui/i18n/catalogue';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Lang,
  listenForFaults,
  logInByLink,
  prefer,
  startBrowser,
  type TestBrowser,
  type Theme,
} from '../support/browser.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { axeFaults, structureFaults } from '../support/page-faults.ts';
import { allKeys, type ConsolePage, consolePages, notWalked } from './console-pages.ts';
import { uploadAndCheck } from './import-wizard.ts';

type View = { lang: Lang; theme: Theme; width: number };

const langs: readonly Lang[] = ['kk', 'ru', 'en'];
const themes: readonly Theme[] = ['light', 'dark'];
const views: readonly View[] = langs.flatMap((lang) =>
  themes.flatMap((theme) => [1280, 390].map((width) => ({ lang, theme, width }))),
);
/** The other theme has other colours and nothing else. */
const colourRules = ['color-contrast', 'link-in-text-block'];
/** Colours and widths that together show everything that axe judges; it takes longer than all the rest. */
const hasAxe = ({ lang, theme, width }: View): boolean =>
  (lang === 'en' && width === 1280) || (lang === 'kk' && width === 390 && theme === 'light');

describe('every page', () => {
  let site: FilledSite;
  let browser: TestBrowser;
  let signedIn: Awaited<ReturnType<BrowserContext['storageState']>>;
  let pages: ConsolePage[];

  beforeAll(async () => {
    site = await startFilledSite();
    browser = await startBrowser();
    const context = await browser.context();
    const page = await context.newPage();
    await logInByLink(page, site.link);
    const bundle = await site.answer(site.request, ['systemd']);
    const draft = await uploadAndCheck(page, site.url, bundle, catalogue('en'));
    pages = await consolePages(page, site, draft);
    signedIn = await context.storageState();
    await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const open = async ({ lang, theme, width }: View) => {
    const context = await browser.context({ storageState: signedIn, theme });
    await context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`policy: ${violatedDirective} ${blockedURI}`),
      ),
    );
    const page = await context.newPage();
    const faults = listenForFaults(page);
    await page.goto(`${site.url}/me`);
    await prefer(page, { lang, theme });
    await page.setViewportSize({ width, height: 900 });
    return { page, faults, close: () => context.close() };
  };

  it('is walked, or another test has it', () => {
    const walked = new Set(pages.map(({ key }) => key));
    expect(allKeys.filter((key) => !walked.has(key) && !notWalked.has(key))).toEqual([]);
    expect([...notWalked].filter((key) => walked.has(key))).toEqual([]);
  });

  it('is watched: what a page must not do is noticed', async () => {
    const { page, faults, close } = await open({ lang: 'en', theme: 'light', width: 1280 });
    faults.take();
    const ran = await page.evaluate(async () => {
      const reported = new Promise((resolve) => document.addEventListener('securitypolicyviolation', resolve));
      const script = document.createElement('script');
      script.textContent = 'document.title = "ran"';
      const wide = document.createElement('h1');
      wide.textContent = 'nav.overview '.repeat(80).replaceAll(' ', '\u00a0');
      document.body.append(script, wide);
      await reported;
      return document.title;
    });
    expect(ran).not.toBe('ran');
    expect(faults.take().join('\n')).toMatch(/policy: script-src/);
    expect((await structureFaults(page, 'kk')).join('\n')).toMatch(/2 h1\nscrolls sideways.*\nshows keys.*\nis in en/);
    await close();
  });

  it.each(views)('keeps to the rules in $lang, $theme, $width px', async (view) => {
    const { page, faults, close } = await open(view);
    const found: Record<string, string[]> = {};
    for (const { path } of pages) {
      const response = await page.goto(site.url + path);
      const all = [
        ...(response?.status() === 200 ? [] : [`status ${response?.status()}`]),
        ...(await structureFaults(page, view.lang)),
        ...(hasAxe(view) ? await axeFaults(page, view.theme === 'dark' ? colourRules : undefined) : []),
        ...faults.take(),
      ];
      if (all.length > 0) found[path] = all;
    }
    await close();
    expect(found).toEqual({});
  });

  it('has its own page for what is not there', async () => {
    const { page, close } = await open({ lang: 'ru', theme: 'dark', width: 390 });
    for (const path of ['/devices/none', '/nothing', '/updates/none', '/exchange/receipts/999']) {
      const response = await page.goto(site.url + path);
      expect(`${path} ${response?.status()}`).toBe(`${path} 404`);
      expect(await structureFaults(page, 'ru')).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
    }
    await close();
  });
});
