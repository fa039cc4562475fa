import { join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Faults, listenForFaults, password, prefer, startBrowser, type TestBrowser } from '../support/browser.ts';
import { command, freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { axeFaults, stopsToRows } from '../support/page-faults.ts';

// A site that was just set up: how its administrator logs in, goes through it by the keyboard, and is kept out after too many tries.

const { t } = catalogue('en');
/** Tries on one name within the window; the next one is refused unread. */
const freeTries = 5;
const mostTries = 20;
const longWaitSeconds = 8;
const mostStops = 60;

/** What has the focus, and whether a person can see that it has. Runs in the page. */
const focusOf = () => {
  const at = document.activeElement;
  if (at === null) return { name: '', inMain: false, ring: false, seen: false };
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { width, height } = at.getBoundingClientRect();
  return {
    name: at.getAttribute('aria-label') ?? at.textContent?.trim() ?? '',
    inMain: at.closest('main') !== null,
    ring: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    seen: width > 1 && height > 1,
  };
};

const folder = temporaryFolder('new-site');
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
  ({ link } = await command<{ link: string }>('sallyport', 'init', ...data, '--site', 'new-1', ...address));
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

describe('log-in', () => {
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
  });
});

describe('the keyboard', () => {
  beforeEach(async () => {
    await page.goto(url + paths.devices());
  });

  it('comes to the skip link first, which leads to the content', async () => {
    await page.keyboard.press('Tab');
    const skip = page.locator(':focus');
    expect(await skip.getAttribute('href')).toBe('#main');
    expect(await skip.isVisible()).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(focusOf)).toMatchObject({ inMain: true, seen: true });
  });

  it('comes to the rows of a list right after the skip link to them', async () => {
    await page.goto(url + paths.objects('account'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('href')).toBe('#rows');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('tbody tr') !== null)).toBe(true);
  });

  it('comes from the skip link to the content to the rows in two stops', async () => {
    await page.goto(url + paths.objects('account'));
    expect(await stopsToRows(page)).toBe(2);
  });

  it('passes bar and navigation and reaches the content, always in sight', async () => {
    const stops = [];
    for (let presses = 0; presses < mostStops && stops.at(-1)?.inMain !== true; presses += 1) {
      await page.keyboard.press('Tab');
      stops.push(await page.evaluate(focusOf));
    }
    expect(stops.at(-1)?.inMain).toBe(true);
    expect(stops.filter(({ ring, seen }) => !ring || !seen)).toEqual([]);
    const names = stops.map(({ name }) => name);
    // The workspaces, and the pages of the open one alone.
    const [first, open, last] = [t('nav.space.work'), t('nav.devices'), t('nav.space.administration')];
    for (const word of [first, open, last]) expect(names).toContain(word);
    expect(names).not.toContain(t('nav.updates'));
    expect(names.indexOf(first)).toBeLessThan(names.indexOf(last));
  });

  it('opens the search with a slash and gives the focus back on Escape', async () => {
    await page.keyboard.press('/');
    const palette = page.getByRole('dialog', { name: t('common.searchEverything') });
    await palette.waitFor();
    const field = palette.getByRole('combobox');
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    // A slash in a field is a slash.
    await page.keyboard.type('a/b');
    expect(await field.inputValue()).toBe('a/b');
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'hidden' });
  });

  it('finds a page in the search and goes there with Enter', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(t('nav.events'));
    await page
      .getByRole('option', { name: t('nav.events') })
      .first()
      .waitFor();
    // What is chosen and how many there are is said while the focus stays in the field.
    const field = page.locator('#palette input');
    const chosen = await field.getAttribute('aria-activedescendant');
    expect(await page.locator(`#${chosen}`).getAttribute('aria-selected')).toBe('true');
    expect(await field.getAttribute('aria-expanded')).toBe('true');
    expect(await page.locator('#palette [role=status]').textContent()).toMatch(/^\d+ results?$/);
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: t('nav.events') }).waitFor();
  });

  it('goes to the filter of the list with f', async () => {
    await page.keyboard.press('f');
    const filter = page.getByRole('main').getByRole('searchbox');
    expect(await filter.evaluate((input) => input === document.activeElement)).toBe(true);
  });

  it('opens work beside the list with the focus on its title, goes on with j and k, and back to its row with Escape', async () => {
    await page.goto(url + paths.work());
    const rows = await page.locator('.item a.t').allTextContents();
    expect(rows.length).toBeGreaterThan(1);
    const isOn = async (at: number): Promise<void> => {
      await page
        .locator('#panel-title:focus')
        .filter({ hasText: rows[at] ?? '' })
        .waitFor();
      // Keys work from when the script does.
      await page.locator('html.js').waitFor({ state: 'attached' });
    };
    await page.locator('.item a.t').first().focus();
    await page.keyboard.press('Enter');
    await isOn(0);
    await page.keyboard.press('j');
    await isOn(1);
    await page.keyboard.press('k');
    await isOn(0);
    await page.keyboard.press('j');
    await isOn(1);
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page
      .locator('.item a.t:focus')
      .filter({ hasText: rows[1] ?? '' })
      .waitFor();
  });

  /** Presses a key as it comes from a keyboard with another layout: the place of the key, and what it writes. */
  const pressAt = async (code: string, key: string, modifiers = 0): Promise<void> => {
    const session = await page.context().newCDPSession(page);
    for (const type of ['rawKeyDown', 'keyUp'] as const)
      await session.send('Input.dispatchKeyEvent', { type, code, key, modifiers });
    await session.detach();
  };

  it('works on the Russian layout, with and without Ctrl', async () => {
    await page.locator('html.js').waitFor({ state: 'attached' });
    await pressAt('KeyF', 'а');
    expect(
      await page
        .getByRole('main')
        .getByRole('searchbox')
        .evaluate((input) => input === document.activeElement),
    ).toBe(true);
    const palette = page.getByRole('dialog', { name: t('common.searchEverything') });
    await pressAt('KeyK', 'л', 2);
    await palette.waitFor();
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'hidden' });
    await page.locator('h1').click();
    await pressAt('Slash', '.');
    await palette.waitFor();
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'hidden' });
    await page.locator('h1').click();
    await pressAt('Slash', ',', 8);
    await page.getByRole('dialog', { name: t('keys.title') }).waitFor();
  });

  it('goes by the letter, not by its place, on another Latin layout', async () => {
    await page.goto(url + paths.work());
    await page.locator('html.js').waitFor({ state: 'attached' });
    const palette = page.getByRole('dialog', { name: t('common.searchEverything') });
    // Dvorak: its K lies where others have V, and its T where they have K.
    await pressAt('KeyK', 't', 2);
    await pressAt('KeyF', 'u');
    await pressAt('KeyV', 'k', 2);
    await palette.waitFor();
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'hidden' });
    await pressAt('KeyJ', 'h');
    expect(await page.locator('.item a.t:focus').count()).toBe(0);
    await pressAt('KeyC', 'j');
    await page.locator('.item a.t:focus').waitFor();
  });

  it('goes through the worklist with j, opens with o, and comes to the action with a', async () => {
    await page.goto(url + paths.work());
    await page.locator('html.js').waitFor({ state: 'attached' });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const chosen = (await page.locator('.item a.t:focus').textContent()) ?? '';
    expect(chosen).not.toBe('');
    await page.keyboard.press('a');
    expect(await page.locator('.item .btn:focus').count()).toBe(1);
    await page.keyboard.press('o');
    await page.locator('#panel-title:focus').filter({ hasText: chosen }).waitFor();
    await page.locator('html.js').waitFor({ state: 'attached' });
    await page.keyboard.press('a');
    expect(await page.evaluate(() => document.activeElement?.closest('.act') !== null)).toBe(true);
  });

  it('shows its keys with ? and closes with Escape', async () => {
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: t('keys.title') });
    await keys.waitFor();
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'hidden' });
  });

  it('leaves single keys alone when a person switched them off', async () => {
    await page.goto(url + paths.me());
    await page.getByRole('main').locator('button[name="shortcuts"][value="off"]').click();
    await page.locator('html[data-keys="off"]').waitFor({ state: 'attached' });
    await page.goto(url + paths.devices());
    await page.keyboard.press('/');
    await page.keyboard.press('?');
    expect(await page.locator('dialog[open]').count()).toBe(0);
  });
});

describe('too many tries', () => {
  it('are refused, the right password too, and the page says how long', async () => {
    await logOut();
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
