import { join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Faults, listenForFaults, password, prefer, startBrowser, type TestBrowser } from '../support/browser.ts';
import { command, freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';

const { t } = catalogue('en');
/** Tries on one name within the window; the next one is refused unread. */
const freeTries = 5;
const mostTries = 20;
const longWaitSeconds = 8;

describe('log-in', () => {
  const folder = temporaryFolder('log-in');
  const data = ['--data', join(folder.path, 'data')];
  let url = '';
  let link = '';
  let running: Running;
  let browser: TestBrowser;
  let context: BrowserContext;
  let page: Page;
  let faults: Faults;

  beforeAll(async () => {
    const port = await freePort();
    const address = ['--address', '127.0.0.1', '--listen', `127.0.0.1:${port}`];
    ({ link } = await command<{ link: string }>('sallyport', 'init', ...data, '--site', 'log-in-1', ...address));
    url = `https://127.0.0.1:${port}`;
    running = await startCommand('sallyport', ['serve', ...data], /listening/);
    browser = await startBrowser();
    context = await browser.context();
    page = await context.newPage();
    // Refusals are what these tests cause.
    faults = listenForFaults(page, [401, 404, 422, 429]);
  });
  afterAll(async () => {
    await browser?.close();
    await running?.kill();
    folder.remove();
  });

  const heading = (text: string) => page.getByRole('heading', { level: 1, name: text });
  const logIn = async (secret: string) => {
    await page.getByLabel(t('login.name')).fill('administrator');
    await page.getByLabel(t('login.password'), { exact: true }).fill(secret);
    await page.getByRole('button', { name: t('login.submit') }).click();
  };
  const logOut = async () => {
    await page.locator('summary', { hasText: 'administrator' }).click();
    await page
      .getByRole('banner')
      .getByRole('button', { name: t('common.logOut') })
      .click();
    await heading(t('login.title')).waitFor();
  };

  it('leads whoever is not logged in to the log-in page, and no further', async () => {
    await page.goto(url + paths.devices());
    await heading(t('login.title')).waitFor();
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  it('speaks three languages before anybody is known', async () => {
    for (const lang of ['kk', 'ru', 'en'] as const) {
      await prefer(page, { lang });
      await heading(catalogue(lang).t('login.title')).waitFor();
    }
  });

  it('says what is wrong with a first password, and keeps the link', async () => {
    await page.goto(link);
    await page.getByLabel(t('login.newPassword'), { exact: true }).fill('short');
    await page.getByLabel(t('login.repeat')).fill('other');
    await page.getByRole('button', { name: t('login.setPassword') }).click();
    const summary = page.getByRole('alert');
    await summary.waitFor();
    expect(await summary.getByRole('link').count()).toBe(2);
    expect(await page.getByLabel(t('login.newPassword'), { exact: true }).getAttribute('aria-invalid')).toBe('true');
  });

  it('sets the first password by the one-time link and is logged in', async () => {
    await page.getByLabel(t('login.newPassword'), { exact: true }).fill(password);
    await page.getByLabel(t('login.repeat')).fill(password);
    await page.getByRole('button', { name: t('login.setPassword') }).click();
    await heading(t('nav.work')).waitFor();
  });

  it('does not take the link twice', async () => {
    const other = await browser.context();
    const stranger = await other.newPage();
    expect((await stranger.goto(link))?.status()).toBe(404);
    expect(await stranger.locator('input[type="password"]').count()).toBe(0);
    await other.close();
  });

  it('keeps the session away from scripts and from other sites', async () => {
    const session = (await context.cookies()).find(({ httpOnly }) => httpOnly);
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  it('logs out: the old page is not shown again', async () => {
    await logOut();
    await page.goto(url + paths.work());
    await heading(t('login.title')).waitFor();
  });

  it('has one message for a wrong password and for a wrong name', async () => {
    await logIn('not the password at all');
    const wrong = page.getByRole('alert');
    await wrong.waitFor();
    const said = await wrong.textContent();
    expect(said).toContain(t('login.error.wrong'));
    await page.getByLabel(t('login.name')).fill('nobody');
    await page.getByLabel(t('login.password'), { exact: true }).fill(password);
    await page.getByRole('button', { name: t('login.submit') }).click();
    await page.getByLabel(t('login.name')).and(page.locator('[value="nobody"]')).waitFor();
    expect(await page.getByRole('alert').textContent()).toBe(said);
  });

  it('logs in with the password and goes on where it was', async () => {
    await page.goto(url + paths.events());
    await heading(t('login.title')).waitFor();
    await logIn(password);
    await heading(t('nav.events')).waitFor();
    await logOut();
  });

  it('refuses after too many tries, the right password too, and says how long', async () => {
    // The wait doubles with each wrong password; one of some seconds is not over before the next try.
    let waitSeconds = 0;
    for (let tries = 0; waitSeconds < longWaitSeconds && tries < mostTries; tries += 1) {
      await page.waitForTimeout(waitSeconds * 1_000);
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await logIn(`wrong number ${tries}`);
      const response = await answered;
      expect(tries < freeTries ? [401] : [401, 429]).toContain(response.status());
      waitSeconds = Number(response.headers()['retry-after'] ?? 0);
      await page.getByRole('alert').waitFor();
    }
    expect(waitSeconds).toBeGreaterThanOrEqual(longWaitSeconds);
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await logIn(password);
    const refused = await answered;
    expect(refused.status()).toBe(429);
    const n = Number(refused.headers()['retry-after']);
    expect(n).toBeGreaterThan(0);
    await page.getByText(t('login.error.limitedSeconds', { n })).waitFor();
    await page.goto(url + paths.work());
    await heading(t('login.title')).waitFor();
  });

  it('broke no rule of its own on the way', () => {
    expect(faults.take()).toEqual([]);
  });
});
