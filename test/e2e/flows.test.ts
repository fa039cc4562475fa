import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Faults, listenForFaults, logInByLink, startBrowser, type TestBrowser } from '../support/browser.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { groupNames } from '../support/plant.ts';
import { uploadAndCheck, uploadBundle } from './import-wizard.ts';

// What people do here, by role and label, as it works with scripts and as it works without.

const words = catalogue('en');
const { t, tDynamic } = words;

const savedText = async (download: Download): Promise<string> => readFileSync(await download.path(), 'utf8');

describe.each([
  { scripts: 'on', javaScriptEnabled: true },
  { scripts: 'off', javaScriptEnabled: false },
])('with scripts $scripts', ({ javaScriptEnabled }) => {
  let site: FilledSite;
  let browser: TestBrowser;
  let page: Page;
  let faults: Faults;
  let main: Locator;
  let bundle = '';

  beforeAll(async () => {
    site = await startFilledSite();
    browser = await startBrowser();
    const context = await browser.context({ javaScriptEnabled, acceptDownloads: true });
    page = await context.newPage();
    main = page.getByRole('main');
    faults = listenForFaults(page);
    await logInByLink(page, site.link);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  /** What the importer says is the same without scripts, where each step waits for the page to refresh itself. */
  const itOnce = (name: string, run: () => Promise<void>): void => {
    if (javaScriptEnabled) it(name, run);
  };
  const go = (path: string) => page.goto(site.url + path);
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
  const button = (name: string | RegExp) => main.getByRole('button', { name, exact: typeof name === 'string' });
  const rowsOf = (caption: string) => main.getByRole('table', { name: caption }).locator('tbody tr:not(.group, .open)');
  const namesShown = (caption: string) => rowsOf(caption).locator('a.name').allTextContents();
  const select = (name: string) => main.getByRole('checkbox', { name: t('list.selectRow', { name }) }).check();
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
    await main.getByLabel(tDynamic('kind.device-decision.field.displayName')).fill('Пульт оператора № 1');
    await button(t('common.save')).click();
    await heading('Пульт оператора № 1').waitFor();
    await go(paths.objectRevisions('device-decision', device));
    expect(await rowsOf(t('common.revisions')).count()).toBeGreaterThanOrEqual(2);
  });

  it('approves an update after it was asked', async () => {
    await go(paths.updates({ q: 'curl' }));
    await select('curl 8.14.1-2+deb13u2');
    await button(t('common.approve')).click();
    await main.getByRole('link', { name: t('common.cancel') }).waitFor();
    expect(await main.textContent()).toContain('curl 8.14.1-2+deb13u2');
    await button(/Approve/).click();
    await go(paths.updates({ q: 'curl' }));
    const row = rowsOf(t('nav.updates'))
      .filter({ has: page.locator('a.name', { hasText: /^curl$/ }) })
      .filter({ hasText: 'curl 8.14.1-2+deb13u2' });
    expect(await row.textContent()).toContain(t('approval.approved'));
  });

  it('counts the devices of another group as it is chosen, and orders nothing by it', async () => {
    await go(paths.updates({ q: 'openssl' }));
    await select('openssl 3.5.1-1+deb13u1');
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
    await go(paths.updates({ q: 'curl' }));
    await select('curl 8.14.1-2+deb13u2');
    await button(t('updates.deploy')).click();
    await heading(/Deploy\?/).waitFor();
    await main.getByRole('button', { name: /Deploy/ }).click();
    await main.getByRole('table', { name: t('deployments.tasks') }).waitFor();
    expect(await rowsOf(t('deployments.tasks')).count()).toBe(6);
    await go(paths.deployments());
    expect(await main.textContent()).toContain('curl 8.14.1-2+deb13u2');
  });

  it('writes a request and sends its file', async () => {
    await go(paths.exchangeSend());
    const write = main.getByRole('button', { name: /request 5/i });
    await main.getByRole('radio', { name: t('exchange.asFile') }).check();
    await write.click();
    const file = main.getByRole('link', { name: t('common.download') });
    await file.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), file.click()]);
    const opened = site.host.open(await download.path(), site.card);
    expect(opened.request).toMatchObject({ site: 'aqtau-des-1', number: 5 });

    bundle = await site.answer(await download.path(), ['postgresql-17']);
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
    const id = await uploadAndCheck(page, site.url, bundle, words);
    expect(await main.textContent()).toContain(t('exchange.changes'));
    // The dry run changed nothing.
    expect(await findings()).toBe(before);
    await go(paths.bundleImport(id));
    await button(t('exchange.importNow')).click();
    await main.getByText(t('exchange.resultTitle.imported')).waitFor({ timeout: 30_000 });
    const receipt = main.getByRole('link', { name: /receipt/i }).first();
    await receipt.click();
    await heading(/receipt/i).waitFor();
    await go(paths.updates({ q: 'postgresql' }));
    expect(await rowsOf(t('nav.updates')).first().textContent()).toContain(t('supply.arrived'));
    // What the host's feed has no record of any more is no finding here either.
    expect(await findings()).toBe(before - 1);
  });

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

  it('broke no rule on the way', () => {
    expect(faults.take()).toEqual([]);
  });
});
