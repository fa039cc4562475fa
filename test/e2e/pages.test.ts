import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { BrowserContext, Page } from 'playwright-core';
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

type View = { lang: Lang; theme: Theme };

const langs: readonly Lang[] = ['kk', 'ru', 'en'];
const widths = [1280, 390];
/** The other theme has other colours and nothing else, so one language shows them. */
const views: readonly View[] = [
  ...langs.map((lang) => ({ lang, theme: 'light' as const })),
  { lang: 'en', theme: 'dark' },
];
const colourRules = ['color-contrast', 'link-in-text-block'];

/** A narrow page is the same page laid out otherwise: one of so many is judged by every rule, for what only shows there. */
const layoutRules = ['scrollable-region-focusable', 'meta-viewport', 'target-size'];
const wholeEvery = 4;
const walkTimeoutMs = 900_000;

/** What axe judges where: together these show it everything, and it takes longer than all the rest. */
const axeIn = async (page: Page, { lang, theme }: View, width: number, at: number): Promise<string[]> => {
  if (lang === 'en' && width === 1280) return axeFaults(page, theme === 'dark' ? colourRules : undefined);
  if (lang !== 'kk' || width !== 390 || theme !== 'light') return [];
  return axeFaults(page, at % wholeEvery === 0 ? undefined : layoutRules);
};

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

  const open = async ({ lang, theme }: View, width = 1280) => {
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
    const { page, faults, close } = await open({ lang: 'en', theme: 'light' });
    faults.take();
    const ran = await page.evaluate(async () => {
      const reported = new Promise((resolve) => document.addEventListener('securitypolicyviolation', resolve));
      const script = document.createElement('script');
      script.textContent = 'document.title = "ran"';
      const wide = document.createElement('h1');
      wide.textContent = 'nav.overview '.repeat(80).replaceAll(' ', '\u00a0');
      document.body.append(script, wide, 'restartPending');
      await reported;
      return document.title;
    });
    expect(ran).not.toBe('ran');
    expect(faults.take().join('\n')).toMatch(/policy: script-src/);
    expect((await structureFaults(page, 'kk')).join('\n')).toMatch(
      /2 h1\nscrolls sideways.*\nshows keys.*\nshows names of fields: restartPending\nis in en/,
    );
    await close();
  });

  it.each(views)(
    'keeps to the rules in $lang, $theme, wide and narrow',
    async (view) => {
      const { page, faults, close } = await open(view);
      const found: Record<string, string[]> = {};
      const note = (path: string, all: readonly string[]): void => {
        if (all.length > 0) found[path] = [...(found[path] ?? []), ...all];
      };
      // What the dark theme alone can break is its colours, and they are the same at any width.
      const shown = view.theme === 'dark' ? [1280] : widths;
      for (const [at, { path }] of pages.entries()) {
        const response = await page.goto(site.url + path);
        if (response?.status() !== 200) note(path, [`status ${response?.status()}`]);
        for (const width of shown) {
          await page.setViewportSize({ width, height: 900 });
          const all = [...(await structureFaults(page, view.lang)), ...(await axeIn(page, view, width, at))];
          note(
            path,
            all.map((fault) => `${width} px: ${fault}`),
          );
        }
        note(path, faults.take());
      }
      await close();
      expect(found).toEqual({});
    },
    walkTimeoutMs,
  );

  it('has its own page for what is not there, and for what asks for the password first', async () => {
    const { page, close } = await open({ lang: 'ru', theme: 'dark' }, 390);
    const answers = { '/devices/none': 404, '/nothing': 404, '/updates/none': 404, '/exchange/receipts/999': 404 };
    for (const [path, status] of Object.entries({ ...answers, [paths.meAgain()]: 403 })) {
      const response = await page.goto(site.url + path);
      expect(`${path} ${response?.status()}`).toBe(`${path} ${status}`);
      expect(await structureFaults(page, 'ru')).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
    }
    await close();
  });
});
