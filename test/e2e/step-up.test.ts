import { join } from 'node:path';
import { openDatabase } from '@sallyport/appliance/platform/database';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Lang,
  listenForFaults,
  logInByLink,
  password,
  prefer,
  startBrowser,
  type TestBrowser,
  type Theme,
} from '../support/browser.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { axeFaults, structureFaults } from '../support/page-faults.ts';
import { keyboardOf } from './by-keyboard.ts';

// A grave form an hour after the log-in asks for the password in itself: seen in every language and theme, wide and narrow, answered
// by the keyboard and without script, at the real server.

const { t } = catalogue('en');

let site: FilledSite;
let browser: TestBrowser;
let page: Page;
beforeAll(async () => {
  [site, browser] = await Promise.all([startFilledSite(), startBrowser()]);
  page = await (await browser.context()).newPage();
  await logInByLink(page, site.link);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const makeStale = (): void => {
  const db = openDatabase(join(site.dataDir, 'state.db'));
  db.prepare('update session set authenticated_at = 0, authenticated_ran = authenticated_ran - 3600000').run();
  db.close();
};
const roles = (): string[] => {
  const db = openDatabase(join(site.dataDir, 'state.db'));
  const names = db.prepare<[], string>(`select body ->> '$.name' from object where kind = 'role'`).pluck().all();
  db.close();
  return names;
};

/** Sends the form of a new role, an hour after the log-in. */
const sendLate = async (to: Page, name: string): Promise<void> => {
  makeStale();
  await to.goto(site.url + paths.objectNew('role'));
  await to.locator('[name="f.name"]').fill(name);
  await to.locator('[name="f.rights"]').first().check();
  await to.locator('main form button[type="submit"].primary').click();
  await to.locator('[name="step-up"]').waitFor();
};

const looks = (['kk', 'ru', 'en'] as const).flatMap((lang) =>
  (['light', 'dark'] as const).flatMap((theme) => [1280, 390].map((width) => [lang, theme, width] as const)),
) satisfies (readonly [Lang, Theme, number])[];

describe('a grave form an hour after the log-in', () => {
  it.each(looks)('looks right in %s, %s, at %d px', async (lang, theme, width) => {
    const faults = listenForFaults(page, [403]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(site.url + paths.me());
    await prefer(page, { lang, theme });
    await page.setViewportSize({ width, height: 900 });
    await sendLate(page, 'Night');
    const found = [...(await structureFaults(page, lang)), ...(await axeFaults(page)), ...faults.take()];
    const shots = process.env['SALLYPORT_SHOTS'];
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, `step-up-${lang}-${theme}-${width}.png`), fullPage: true });
    expect(found).toEqual([]);
    expect(await page.locator('[name="f.name"]').inputValue()).toBe('Night');
  });

  it('has the focus in the field for the password, and is sent by the keyboard', async () => {
    await page.goto(site.url + paths.me());
    await prefer(page, { lang: 'en', theme: 'light' });
    await page.setViewportSize({ width: 1280, height: 900 });
    await sendLate(page, 'Evening');
    const keys = keyboardOf(page);
    expect(await page.locator('[name="step-up"]').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('not the password');
    await keys.press('Enter');
    await page.getByText(t('login.error.wrong')).first().waitFor();
    expect(await page.locator('[name="f.name"]').inputValue()).toBe('Evening');
    expect(roles()).not.toContain('Evening');
    await keys.comeTo(page.locator('[name="step-up"]'));
    await page.keyboard.type(password);
    await keys.press('Enter');
    await page.waitForURL((url) => url.pathname === paths.objects('role'));
    expect(roles()).toContain('Evening');
  });

  it('works without script, with the session of the same browser', async () => {
    const state = await page.context().storageState();
    const plain = await (await browser.context({ javaScriptEnabled: false, storageState: state })).newPage();
    await sendLate(plain, 'Morning');
    await plain.locator('[name="step-up"]').fill(password);
    await plain.locator('main form button[type="submit"].primary').click();
    await plain.waitForURL((url) => url.pathname === paths.objects('role'));
    expect(roles()).toContain('Morning');
  });
});
