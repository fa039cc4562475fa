import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { BrowserContext, Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Faults, listenForFaults, logInByLink, startBrowser, type TestBrowser } from '../support/browser.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { type FixableName, groupNames } from '../support/plant.ts';
import { hasFocus, type Keyboard, keyboardOf } from './by-keyboard.ts';
import { checkedImport, uploadAndCheck, uploadBundle } from './import-wizard.ts';

// What people do here, by role and label: without scripts, by clicks; with scripts, the main tasks with no key but those of a keyboard
// (test/e2e/first-hour.test.ts does them by clicks), and what a screen reader is told of the search and of tables.

const words = catalogue('en');
const { t, tDynamic } = words;

const savedText = async (download: Download): Promise<string> => readFileSync(await download.path(), 'utf8');

let site: FilledSite;
let browser: TestBrowser;
/** Of who logged in first; empty until then. */
let session: Awaited<ReturnType<BrowserContext['storageState']>> = { cookies: [], origins: [] };

beforeAll(async () => {
  site = await startFilledSite();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

type Way = {
  scripts: string;
  javaScriptEnabled: boolean;
  /** The update that is approved and deployed, of so many devices. */
  update: { name: string; version: string; devices: number };
  /** The next request, what is answered, the last of which arrives, and how many findings more there are after it. */
  exchange: { request: number; fixes: FixableName[]; findings: number };
};

// One after the other on the same site. What the host's feed has no record of any more is no finding here either.
describe.each<Way>([
  {
    scripts: 'on',
    javaScriptEnabled: true,
    update: { name: 'curl', version: '8.14.1-2+deb13u2', devices: 6 },
    exchange: { request: 5, fixes: ['postgresql-17'], findings: -1 },
  },
  {
    scripts: 'off',
    javaScriptEnabled: false,
    update: { name: 'postgresql-17', version: '17.7-0+deb13u1', devices: 1 },
    exchange: { request: 6, fixes: ['postgresql-17', 'systemd'], findings: 1 },
  },
])('with scripts $scripts', ({ scripts, javaScriptEnabled, update, exchange }) => {
  const updateText = `${update.name} ${update.version}`;
  let page: Page;
  let keys: Keyboard;
  let faults: Faults;
  let main: Locator;
  let bundle = '';

  beforeAll(async () => {
    const context = await browser.context({ javaScriptEnabled, acceptDownloads: true, storageState: session });
    page = await context.newPage();
    keys = keyboardOf(page);
    main = page.getByRole('main');
    faults = listenForFaults(page);
    if (session.cookies.length > 0) return;
    await logInByLink(page, site.link);
    session = await context.storageState();
  });
  afterAll(async () => {
    await page?.context().close();
  });

  /** What only scripts do; and what the importer says, without scripts the same, where each step waits for the page to refresh itself. */
  const itOnce = (name: string, run: () => Promise<void>): void => {
    if (javaScriptEnabled) it(name, run);
  };
  const go = (path: string) => page.goto(site.url + path);
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
  const button = (name: string | RegExp) => main.getByRole('button', { name, exact: typeof name === 'string' });
  const rowsOf = (caption: string) => main.getByRole('table', { name: caption }).locator('tbody tr:not(.group, .open)');
  const namesShown = (caption: string) => rowsOf(caption).locator('a.name').allTextContents();
  const rowBox = (name: string) => main.getByRole('checkbox', { name: t('list.selectRow', { name }) });
  /** Presses a control, as it is done here: by keys, or by a click. */
  const use = (control: Locator, key?: string) => (javaScriptEnabled ? keys.use(control, key) : control.click());
  /** To a list of updates, by the search from the first page on, or by its address. */
  const toUpdates = async (q: string): Promise<void> => {
    if (!javaScriptEnabled) return void (await go(paths.updates({ q })));
    await go(paths.work());
    await keys.find(t('nav.updates'));
    await keys.filter(q);
  };
  const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor();

  it('filters devices by a word and by a field, and takes a filter off again', async () => {
    await go(paths.devices());
    const all = await namesShown(t('nav.devices'));
    const search = main.getByRole('searchbox');
    await search.fill('hmi');
    await search.press('Enter');
    await page.waitForURL(/q=hmi/);
    const found = await namesShown(t('nav.devices'));
    expect(found.length).toBeGreaterThan(3);
    expect(found.length).toBeLessThan(all.length);
    expect(found.every((name) => name.startsWith('hmi'))).toBe(true);
    await main.getByText(t('list.addFilter'), { exact: true }).click();
    const added = main.getByRole('group', { name: t('condition.add') });
    await added.getByRole('combobox', { name: t('common.field') }).selectOption({ label: t('devices.status') });
    await button(t('list.apply')).click();
    // Now that the field is known, its values are there to be picked.
    await added.getByRole('combobox', { name: t('condition.value') }).selectOption({ label: t('level.critical') });
    await button(t('list.apply')).click();
    await page.waitForURL(/status=/);
    expect(await namesShown(t('nav.devices'))).toEqual(['hmi-l2-01']);
    await main
      .getByRole('link', { name: t('level.critical') })
      .first()
      .click();
    await page.waitForURL((url) => !url.searchParams.has('status'));
    expect((await namesShown(t('nav.devices'))).sort()).toEqual([...found].sort());
  });

  it('sorts a list both ways and says which', async () => {
    await go(paths.devices());
    const head = (name: string) => main.getByRole('columnheader', { name });
    await head(t('devices.name')).getByRole('link').click();
    await page.waitForURL(/sort=name/);
    await main.locator('th[aria-sort="ascending"]', { hasText: t('devices.name') }).waitFor();
    const up = await namesShown(t('nav.devices'));
    expect(up).toEqual([...up].sort((a, b) => a.localeCompare(b, 'en')));
    await head(t('devices.name')).getByRole('link').click();
    await main.locator('th[aria-sort="descending"]', { hasText: t('devices.name') }).waitFor();
    expect(await namesShown(t('nav.devices'))).toEqual([...up].reverse());
  });

  it('writes into the file exactly what the list shows', async () => {
    await go(paths.devices({ q: 'opr', sort: '-name' }));
    const shown = await namesShown(t('nav.devices'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      main.getByRole('link', { name: t('common.exportCsv') }).click(),
    ]);
    const [head = '', ...lines] = (await savedText(download))
      .replace(/^\ufeff/, '')
      .trimEnd()
      .split(/\r?\n/);
    const at = head.split(/[;,]/).findIndex((field) => /^"?name"?$/i.test(field));
    expect(at).toBeGreaterThanOrEqual(0);
    expect(lines.map((line) => line.split(/[;,]/)[at]?.replaceAll('"', ''))).toEqual(shown);
  });

  it('gives a device a name and keeps what was before', async () => {
    const device = site.devices.get('opr-1-01') ?? '';
    await go(paths.device(device));
    await main.getByRole('link', { name: t('devices.edit') }).click();
    await main.getByLabel(tDynamic('kind.device-decision.field.displayName')).fill(`Пульт оператора ${scripts}`);
    await button(t('common.save')).click();
    await heading(`Пульт оператора ${scripts}`).waitFor();
    await go(paths.objectRevisions('device-decision', device));
    expect(await rowsOf(t('common.revisions')).count()).toBeGreaterThanOrEqual(2);
  });

  it('approves an update after it was asked', async () => {
    await toUpdates(update.name);
    await use(rowBox(updateText), 'Space');
    await use(button(t('common.approve')));
    await main.getByRole('link', { name: t('common.cancel') }).waitFor();
    expect(await main.textContent()).toContain(updateText);
    await use(button(/Approve/));
    await main.getByText(t('approval.approved')).first().waitFor();
    await go(paths.updates({ q: update.name }));
    const row = rowsOf(t('nav.updates'))
      .filter({ has: page.locator('a.name', { hasText: new RegExp(`^${update.name}$`) }) })
      .filter({ hasText: updateText });
    expect(await row.textContent()).toContain(t('approval.approved'));
  });

  it('counts the devices of another group as it is chosen, and orders nothing by it', async () => {
    await go(paths.updates({ q: 'openssl' }));
    await rowBox('openssl 3.5.1-1+deb13u1').check();
    await button(t('updates.deploy')).click();
    const asked = (devices: number) => heading(t('deployments.question', { updates: 1, devices })).waitFor();
    const choose = async (group: string): Promise<void> => {
      await main.getByLabel(t('field.group')).selectOption({ label: group });
      if (!javaScriptEnabled) await button(t('deployments.recount')).click();
    };
    await asked(3);
    await main.getByLabel(t('field.name')).fill('Panels first');
    await choose(groupNames.panel);
    await main.getByText('scada-srv-1').waitFor({ state: 'detached' });
    await asked(1);
    expect(await main.locator('ul.columns a').allTextContents()).toEqual(['hmi-l2-01']);
    await button(t('deployments.deployTo', { n: 1 })).waitFor();
    expect(await main.getByLabel(t('field.name')).inputValue()).toBe('Panels first');
    await choose(t('deployments.everywhere'));
    await asked(3);
    await go(paths.deployments());
    expect(await main.textContent()).not.toContain('Panels first');
  });

  it('deploys it: question with the numbers, then the order', async () => {
    await toUpdates(update.name);
    await use(rowBox(updateText), 'Space');
    await use(button(t('updates.deploy')));
    await heading(/Deploy\?/).waitFor();
    await use(button(/Deploy/));
    await main.getByRole('table', { name: t('deployments.tasks') }).waitFor();
    expect(await rowsOf(t('deployments.tasks')).count()).toBe(update.devices);
    await go(paths.deployments());
    expect(await main.textContent()).toContain(updateText);
  });

  itOnce('opens a finding beside its list, and plans its fix for the devices that have it', async () => {
    await go(paths.work());
    await keys.find(t('nav.vulnerabilities'));
    await keys.use(main.getByRole('link', { name: 'DSA-9101-1' }).first());
    await page.locator('#panel-title').waitFor();
    expect(await hasFocus(page.locator('#panel-title'))).toBe(true);
    await keys.use(button(/Plan a deployment/));
    await heading(/Deploy\?/).waitFor();
  });

  it('writes a request and sends its file', async () => {
    await go(javaScriptEnabled ? paths.work() : paths.exchangeSend());
    if (javaScriptEnabled) {
      await keys.find(t('exchange.tab.send'));
      await keys.choose(t('exchange.asFile'));
    } else await main.getByRole('radio', { name: t('exchange.asFile') }).check();
    await use(main.getByRole('button', { name: new RegExp(`request ${exchange.request}`, 'i') }));
    const file = main.getByRole('link', { name: t('common.download') });
    await file.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), use(file)]);
    const opened = site.host.open(await download.path(), site.card);
    expect(opened.request).toMatchObject({ site: 'aqtau-des-1', number: exchange.request });

    bundle = await site.answer(await download.path(), exchange.fixes);
  });

  itOnce('refuses a bundle with one byte changed, and says with which code', async () => {
    const bytes = readFileSync(bundle);
    bytes[bytes.length - 5_000] = (bytes[bytes.length - 5_000] ?? 0) ^ 1;
    const altered = join(site.medium, 'altered.tar');
    writeFileSync(altered, bytes);
    const before = await findings();
    const id = await uploadAndCheck(page, site.url, altered, words);
    // The dry run reads what is signed; the files are hashed by the import.
    expect(await progress(t('exchange.state.signature'))).toContain(t('step.done'));
    expect(await progress(t('exchange.state.files'))).toContain(t('step.waiting'));
    await go(paths.bundleImport(id));
    await button(t('exchange.importNow')).click();
    const refusal = page.getByRole('alert').filter({ hasText: 'HASH' });
    await refusal.waitFor({ timeout: 30_000 });
    expect(await progress(t('exchange.state.files'))).toContain(t('step.failed'));
    expect(await button(t('exchange.importNow')).count()).toBe(0);
    expect(await findings()).toBe(before);
  });

  it('imports the answer after a dry run, with a receipt', async () => {
    const before = await findings();
    const id = await (javaScriptEnabled ? checkByKeys() : uploadAndCheck(page, site.url, bundle, words));
    expect(await main.textContent()).toContain(t('exchange.changes'));
    // The dry run changed nothing.
    expect(await findings()).toBe(before);
    await go(paths.bundleImport(id));
    await use(button(t('exchange.importNow')));
    await main.getByText(t('exchange.resultTitle.imported')).waitFor({ timeout: 30_000 });
    const receipt = main.getByRole('link', { name: /receipt/i }).first();
    await receipt.click();
    await heading(/receipt/i).waitFor();
    await go(paths.updates({ q: exchange.fixes.at(-1) }));
    expect(await rowsOf(t('nav.updates')).first().textContent()).toContain(t('supply.arrived'));
    expect(await findings()).toBe(before + exchange.findings);
  });

  /** Gives a bundle over and waits for the end of its dry run, by keys; returns the id of the import. */
  const checkByKeys = async (): Promise<string> => {
    await go(paths.work());
    await keys.find(t('exchange.tab.receive'), t('exchange.importBundle'));
    // Before the key is pressed: else the browser may show its own window first.
    const chosen = page.waitForEvent('filechooser');
    await keys.use(main.getByLabel(t('common.file')), 'Space');
    await (await chosen).setFiles(bundle);
    await keys.use(button(t('exchange.uploadCheck')));
    return checkedImport(page, words);
  };

  const progress = (state: string) => main.getByRole('listitem').filter({ hasText: state }).textContent();

  const findings = async (): Promise<number> => {
    await go(paths.vulnerabilities());
    return (await namesShown(t('nav.vulnerabilities'))).length;
  };

  const receipts = async (): Promise<number> => {
    await go(paths.exchangeReceipts());
    return main.getByRole('table').first().locator('tbody tr').count();
  };

  itOnce('says of the same bundle that it was imported before, and changes nothing', async () => {
    const before = await receipts();
    await uploadBundle(page, site.url, bundle, words);
    await main.getByText(t('exchange.resultTitle.already')).waitFor({ timeout: 30_000 });
    expect(await button(t('exchange.importNow')).count()).toBe(0);
    expect(await receipts()).toBe(before);
  });

  it('changes a setting and goes back to a revision', async () => {
    const field = () => main.getByLabel(tDynamic('setting.devices.not-visible-hours.title'));
    const save = () => button(t('settings.save')).click();
    await go(paths.settings({ area: 'devices' }));
    await field().fill('5');
    await save();
    await said(t('toast.settings', { n: 1 }));
    await field().fill('6');
    await save();
    await said(t('toast.settings', { n: 1 }));
    expect(await field().inputValue()).toBe('6');
    await go(paths.objectRevisions('setting', 'devices.not-visible-hours'));
    await main.getByRole('button', { name: t('objects.revisionN', { revision: 1 }) }).click();
    await said(t('toast.reverted', { revision: 1 }));
    await go(paths.settings({ area: 'devices' }));
    expect(await field().inputValue()).toBe('5');
  });

  itOnce('keeps what was typed while the appliance does not answer, and says since when', async () => {
    expect(faults.take()).toEqual([]);
    const field = main.getByLabel(tDynamic('setting.devices.not-visible-hours.title'));
    const offline = page.getByText(t('offline.since'));
    await go(paths.settings({ area: 'devices' }));
    await field.fill('7');
    await page.context().setOffline(true);
    await button(t('settings.save')).click();
    await offline.waitFor();
    expect([await field.inputValue(), new URL(page.url()).pathname]).toEqual(['7', paths.settings()]);
    await page.context().setOffline(false);
    await offline.waitFor({ state: 'hidden' });
    // The requests that found nobody.
    faults.take();
    await button(t('settings.save')).click();
    await said(t('toast.settings', { n: 1 }));
    expect(await field.inputValue()).toBe('7');
  });

  itOnce('compares a device that asks to join, and approves it', async () => {
    await go(paths.work());
    await keys.openWork(/asks to join/);
    await keys.use(main.getByRole('link', { name: t('work.device-join.action') }).last());
    await heading('hmi-l2-06').waitFor();
    expect(await main.textContent()).toContain(t('arrivals.words'));
    await keys.use(button(t('devices.approve')));
    await main.getByRole('button', { name: t('devices.approve') }).waitFor({ state: 'detached' });
  });

  itOnce(
    'searches in a box with a list that it controls: groups, options, the chosen one, how many there are',
    async () => {
      await go(paths.work());
      await keys.press('/');
      await page.keyboard.type('openssl');
      await page.getByRole('option').first().waitFor();
      const box = page.getByRole('combobox');
      await keys.press('ArrowDown');
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
    },
  );

  itOnce('tells a row of a list by its header, a column by its head and its order', async () => {
    for (const path of [paths.devices(), paths.vulnerabilities(), paths.controllers(), paths.updates(), paths.events()])
      await rowsAreTold(path);
  });

  const rowsAreTold = async (path: string): Promise<void> => {
    await go(path);
    const table = main.getByRole('table').first();
    expect(await table.evaluate((element: HTMLTableElement) => element.caption?.textContent?.trim())).toBeTruthy();
    const tree = await table.ariaSnapshot();
    const rows = tree.split(/^ *- '?row\b/m).filter((row) => /- '?cell\b/.test(row));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.match(/- '?rowheader\b/g)?.length !== 1)).toEqual([]);
    expect(tree).toMatch(/- rowheader "[^"]+"/);
    expect(tree).not.toMatch(/- columnheader$/m);
    expect(await table.locator('th[aria-sort="ascending"], th[aria-sort="descending"]').count()).toBeLessThanOrEqual(1);
  };

  it('broke no rule on the way', () => {
    expect(faults.take()).toEqual([]);
  });
});
