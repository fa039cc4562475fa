import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logInByLink, startBrowser, type TestBrowser } from '../support/browser.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';

// The five main tasks from the worklist on, with no key but those of a keyboard, and what a screen reader is told of the search and of
// tables.

const { t } = catalogue('en');
/** Of each way from one control to the next; a page that needs more is too far for a keyboard. */
const mostStops = 60;

describe('by keyboard alone', () => {
  let site: FilledSite;
  let browser: TestBrowser;
  let page: Page;
  let main: Locator;
  let bundle = '';

  beforeAll(async () => {
    site = await startFilledSite();
    browser = await startBrowser();
    page = await (await browser.context({ acceptDownloads: true })).newPage();
    main = page.getByRole('main');
    await logInByLink(page, site.link);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  beforeEach(async () => {
    await page.goto(site.url);
  });

  const press = (key: string) => page.keyboard.press(key);
  const hasFocus = (target: Locator) => target.evaluate((element) => element === document.activeElement);
  /** Goes on with the Tab key until the control has the focus, which a person sees there. */
  const comeTo = async (target: Locator): Promise<void> => {
    // Found once: to look for a role takes longer than a stop.
    let control = await target.elementHandle();
    for (let stops = 0; stops < mostStops; stops += 1) {
      const at = await control?.evaluate((one) => ({
        isHere: one === document.activeElement,
        isThere: one.isConnected,
      }));
      if (at?.isHere) return;
      // The page has drawn itself anew.
      if (!at?.isThere) control = await target.elementHandle();
      await press('Tab');
    }
    throw new Error(`${target} is more than ${mostStops} stops away`);
  };
  const use = async (target: Locator, key = 'Enter'): Promise<void> => {
    await comeTo(target);
    await press(key);
  };
  /** To a page by the search, as its name is typed; `option`: what it is called there. */
  const find = async (name: string, option = name): Promise<void> => {
    await press('Control+k');
    await page.keyboard.type(name);
    await page
      .getByRole('option', { name: new RegExp(`^${option}`) })
      .first()
      .waitFor();
    await press('Enter');
    await page.getByRole('heading', { level: 1, name }).waitFor();
  };
  const filter = async (text: string): Promise<void> => {
    await press('f');
    await page.keyboard.type(text);
    await press('Enter');
    await page.waitForURL((url) => url.searchParams.get('q') === text);
  };
  /** Goes down the worklist to an item, and opens it beside the list. */
  const openWork = async (title: RegExp): Promise<void> => {
    const item = main.getByRole('link', { name: title });
    for (let items = 0; items < mostStops && !(await hasFocus(item)); items += 1) await press('j');
    await press('o');
    await page.locator('#panel-title').waitFor();
  };
  /** Radio buttons are one stop; arrows go through them. */
  const choose = async (name: string): Promise<void> => {
    const wanted = main.getByRole('radio', { name });
    await comeTo(main.getByRole('radio', { checked: true }));
    for (let choices = 0; choices < 5 && !(await wanted.isChecked()); choices += 1) await press('ArrowDown');
    expect(await wanted.isChecked()).toBe(true);
  };
  const button = (name: string | RegExp) => main.getByRole('button', { name, exact: typeof name === 'string' });
  const select = (name: string) => main.getByRole('checkbox', { name: t('list.selectRow', { name }) });

  it('a device that asks to join is compared and approved', async () => {
    await openWork(/asks to join/);
    await use(main.getByRole('link', { name: t('work.device-join.action') }).last());
    await page.getByRole('heading', { level: 1, name: 'hmi-l2-06' }).waitFor();
    expect(await main.textContent()).toContain(t('arrivals.words'));
    await use(button(t('devices.approve')));
    await main.getByRole('button', { name: t('devices.approve') }).waitFor({ state: 'detached' });
  });

  it('an update is approved, and deployed after its question', async () => {
    const curl = 'curl 8.14.1-2+deb13u2';
    await find(t('nav.updates'));
    await filter('curl');
    await use(select(curl), 'Space');
    await use(button(t('common.approve')));
    await use(button(/Approve/));
    await main.getByText(t('approval.approved')).first().waitFor();
    await find(t('nav.updates'));
    await filter('curl');
    await use(select(curl), 'Space');
    await use(button(t('updates.deploy')));
    await page.getByRole('heading', { level: 1, name: /Deploy\?/ }).waitFor();
    await use(button(/Deploy/));
    await main.getByRole('table', { name: t('deployments.tasks') }).waitFor();
  });

  it('a finding is opened beside its list, and its fix is planned for the devices that have it', async () => {
    await find(t('nav.vulnerabilities'));
    await use(main.getByRole('link', { name: 'DSA-9101-1' }).first());
    await page.locator('#panel-title').waitFor();
    expect(await hasFocus(page.locator('#panel-title'))).toBe(true);
    await use(button(/Plan a deployment/));
    await page.getByRole('heading', { level: 1, name: /Deploy\?/ }).waitFor();
  });

  it('a request is written as a file', async () => {
    await find(t('exchange.tab.send'));
    await choose(t('exchange.asFile'));
    await use(button(/request 5/i));
    const file = main.getByRole('link', { name: t('common.download') });
    await comeTo(file);
    const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
    bundle = await site.answer(await download.path(), ['postgresql-17']);
  });

  it('its answer is checked and imported', async () => {
    await find(t('exchange.tab.receive'), t('exchange.importBundle'));
    // Before the key is pressed: else the browser may show its own window first.
    const chosen = page.waitForEvent('filechooser');
    await use(main.getByLabel(t('common.file')), 'Space');
    await (await chosen).setFiles(bundle);
    await use(button(t('exchange.uploadCheck')));
    const now = button(t('exchange.importNow'));
    await now.waitFor({ timeout: 90_000 });
    await use(now);
    await main.getByText(t('exchange.resultTitle.imported')).waitFor({ timeout: 30_000 });
  });

  it('the search is a box with a list that it controls: groups, options, the chosen one, and how many there are', async () => {
    await press('/');
    await page.keyboard.type('openssl');
    await page.getByRole('option').first().waitFor();
    const box = page.getByRole('combobox');
    await press('ArrowDown');
    const list = page.locator(`#${await box.getAttribute('aria-controls')}`);
    const options = await list.getByRole('option').count();
    expect(options).toBeGreaterThan(1);
    expect(await box.getAttribute('aria-expanded')).toBe('true');
    const chosen = list.locator('[aria-selected="true"]');
    expect(await chosen.count()).toBe(1);
    expect(await box.getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'));
    const tree = await list.ariaSnapshot();
    expect(tree).toMatch(/^- listbox/);
    expect(tree).toMatch(/^ {2}- group "[^"]+":\n {4}- text: .+\n {4}- option "/m);
    expect(tree.match(/\[selected\]/g)).toHaveLength(1);
    expect(tree.match(/- option /g)).toHaveLength(options);
    // Lines that lead to all of a kind, and to all, are no results.
    const results = options - (await list.getByRole('option', { name: /^All / }).count());
    await page
      .getByRole('status')
      .filter({ hasText: t('search.count', { n: results }) })
      .waitFor({ state: 'attached' });
  });

  it.each([
    ['devices', paths.devices()],
    ['vulnerabilities', paths.vulnerabilities()],
    ['controllers', paths.controllers()],
    ['updates', paths.updates()],
    ['events', paths.events()],
  ])('a row of the list of %s is told by its header, a column by its head and its order', async (_, path) => {
    await page.goto(site.url + path);
    const table = main.getByRole('table').first();
    expect(await table.evaluate((element: HTMLTableElement) => element.caption?.textContent?.trim())).toBeTruthy();
    const rows = table.getByRole('row').filter({ has: page.getByRole('cell') });
    expect(await rows.count()).toBeGreaterThan(0);
    for (const row of await rows.all()) expect(await row.getByRole('rowheader').count()).toBe(1);
    const tree = await table.ariaSnapshot();
    expect(tree).toMatch(/- rowheader "[^"]+"/);
    expect(tree).not.toMatch(/- columnheader$/m);
    expect(await table.locator('th[aria-sort="ascending"], th[aria-sort="descending"]').count()).toBeLessThanOrEqual(1);
  });
});
