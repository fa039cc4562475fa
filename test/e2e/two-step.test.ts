import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { totpCode } from '@sallyport/appliance/features/accounts/totp';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Page } from 'playwright-core';
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
import { readCode } from '../support/qr-picture.ts';

// Two-step verification as a person sets it up: the code is scanned from the page, the recovery codes are saved as a file.

const { t } = catalogue('en');
const shots = process.env['SALLYPORT_SHOTS'];

let site: FilledSite;
let browser: TestBrowser;
let page: Page;
beforeAll(async () => {
  [site, browser] = await Promise.all([startFilledSite(), startBrowser()]);
  page = await (await browser.context({ acceptDownloads: true })).newPage();
  await logInByLink(page, site.link);
  await page.goto(site.url + paths.me());
  await page.getByRole('button', { name: t('me.twoStepBegin') }).click();
  await page.locator('#two-step figure svg').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const faultsAt = async (lang: Lang, name: string): Promise<unknown[]> => {
  const found = [...(await structureFaults(page, lang)), ...(await axeFaults(page))];
  if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  return found;
};

describe('two-step verification', () => {
  const looks = [
    ['kk', 'light', 1280],
    ['ru', 'dark', 390],
    ['en', 'dark', 1280],
  ] as const satisfies (readonly [Lang, Theme, number])[];
  it.each(looks)('shows what to scan in %s, %s, at %d px', async (lang, theme, width) => {
    const faults = listenForFaults(page);
    await page.setViewportSize({ width, height: 900 });
    await prefer(page, { lang, theme });
    expect([...(await faultsAt(lang, `two-step-${lang}-${theme}-${width}`)), ...faults.take()]).toEqual([]);
  });

  it('is confirmed with what was scanned, and its recovery codes are saved', async () => {
    const faults = listenForFaults(page);
    await prefer(page, { lang: 'en', theme: 'light' });
    const secret =
      new URL(readCode(await page.locator('#two-step figure').innerHTML())).searchParams.get('secret') ?? '';
    await page.locator('[name="code"]').fill(totpCode(secret, Math.floor(nowMs() / 30_000)));
    await page.getByRole('button', { name: t('me.twoStepConfirm') }).click();
    const codes = (await page.locator('#codes').allTextContents()).join('').trim().split('\n');
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect([...(await faultsAt('en', `two-step-codes-${width}`)), ...faults.take()]).toEqual([]);
    }
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page
        .locator('#two-step')
        .getByRole('link', { name: t('common.download') })
        .click(),
    ]);
    const saved = readFileSync(await file.path(), 'utf8').split('\r\n');
    expect(saved.slice(-codes.length)).toEqual(codes);
    expect(file.suggestedFilename()).toMatch(/^sallyport-.*\.txt$/);
    await page.getByRole('link', { name: t('me.codesWritten') }).click();
    await page.waitForURL((url) => url.pathname === paths.me());
    expect(await page.locator('#codes').count()).toBe(0);
    expect(await page.getByText(t('me.codesLeft', { n: codes.length })).count()).toBe(1);
  });
});
