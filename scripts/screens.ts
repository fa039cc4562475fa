import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Page } from 'playwright-core';
import { uploadAndCheck } from '../test/e2e/import-wizard.ts';
import { type Lang, prefer, startBrowser, type Theme } from '../test/support/browser.ts';
import { startFilledSite } from '../test/support/filled-site.ts';
import { toPalette } from './png-palette.ts';

// Pictures of the console on a filled site, for people: docs/screens/<page>[-390]-<theme>.png.

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '..', 'docs/screens') },
    lang: { type: 'string', default: 'en' },
  },
});
const langs: readonly Lang[] = ['kk', 'ru', 'en'];
const lang = langs.find((known) => known === values.lang);
if (lang === undefined) throw new Error(`--lang is one of ${langs.join(', ')}`);

const widths = [1280, 390] as const;
const themes: readonly Theme[] = ['light', 'dark'];
const most = { wide: 1_400, narrow: 2_400 };
const mostBytes = 2_500_000;

const site = await startFilledSite();
const browser = await startBrowser();
const pages: Readonly<Record<string, string>> = {
  worklist: paths.work(),
  devices: paths.devices(),
  device: paths.device(site.devices.get('eng-ws-03') ?? ''),
  updates: paths.updates(),
  exchange: paths.exchange(),
  provision: paths.provision(),
  zones: paths.controllerZones(),
  controllers: paths.controllers(),
};

/** Pages that are found by a link, or after something was done. */
const morePages = async (page: Page): Promise<Record<string, string>> => {
  await page.goto(site.url + paths.controllers({ q: 'PLC-L3-07' }));
  const controller = await page.getByRole('link', { name: 'PLC-L3-07', exact: true }).getAttribute('href');
  const bundle = await site.answer(site.request, ['systemd']);
  const draft = await uploadAndCheck(page, site.url, bundle, catalogue('en'));
  return { controller: controller ?? '', review: paths.controllerReview(), import: paths.bundleImport(draft) };
};

const logIn = async (page: Page): Promise<void> => {
  await page.goto(site.url);
  await page.locator('input[name="name"]').fill(site.person.name);
  await page.locator('input[name="password"]').fill(site.person.password);
  await page.locator('main button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname === '/');
};

/** The picture of a page as far as its content goes, cut at a height that still fits a document. */
const take = async (page: Page, width: number): Promise<Uint8Array> => {
  await page.setViewportSize({ width, height: 800 });
  const content = await page.evaluate(() => document.documentElement.scrollHeight);
  const height = Math.min(content, width === 390 ? most.narrow : most.wide);
  await page.setViewportSize({ width, height });
  return toPalette(await page.screenshot());
};

let total = 0;
try {
  mkdirSync(values.out, { recursive: true });
  const context = await browser.context();
  const page = await context.newPage();
  await logIn(page);
  const all = { ...pages, ...(await morePages(page)) };
  for (const theme of themes) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(site.url);
    await prefer(page, { lang, theme });
    for (const [name, path] of Object.entries(all)) {
      await page.goto(site.url + path);
      for (const width of widths) {
        const file = join(values.out, `${name}${width === 390 ? '-390' : ''}-${theme}.png`);
        rmSync(file, { force: true });
        writeFileSync(file, await take(page, width));
        total += statSync(file).size;
      }
    }
  }
} finally {
  await browser.close();
  await site.close();
}
process.stdout.write(`${readdirSync(values.out).length} pictures, ${(total / 1e6).toFixed(2)} MB\n`);
if (total > mostBytes) throw new Error(`the pictures are larger than ${mostBytes} bytes together`);
