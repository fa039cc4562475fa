import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glpiClient, linuxContent } from '../../appliance/test/support/glpi-client.ts';
import { type AgentSite, openAgentSite } from '../integration/agent-site.ts';
import {
  type Faults,
  type Lang,
  listenForFaults,
  logInByLink,
  password,
  prefer,
  startBrowser,
  type TestBrowser,
  type Theme,
} from '../support/browser.ts';
import { command, flags, freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { isLong } from '../support/long.ts';
import { axeFaults, structureFaults } from '../support/page-faults.ts';
import { makeToken } from '../support/tokens.ts';
import { keyboardOf } from './by-keyboard.ts';

// Pages of states that no filled site is in: a certificate that ended, a client that waits at a known device, a database that came
// back older. Each is made by the real agent or the real files, judged in every language and theme, wide and narrow, gone through by the
// keyboard, and used without script.

const { t } = catalogue('en');

type Look = { lang: Lang; theme: Theme; width: number };
const everyLook: readonly Look[] = (['kk', 'ru', 'en'] as const).flatMap((lang) =>
  (['light', 'dark'] as const).flatMap((theme) => [1280, 390].map((width) => ({ lang, theme, width }))),
);
/** Each language, theme and width at least once; the long form has every combination. */
const looks = isLong
  ? everyLook
  : everyLook.filter(
      ({ lang, theme, width }) => (lang === 'ru') === (theme === 'dark') && (width === 390) === (lang !== 'en'),
    );

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** What is wrong with the pages, by page and look. */
const faultsOf = async (page: Page, faults: Faults, urls: readonly string[]): Promise<Record<string, string[]>> => {
  const found: Record<string, string[]> = {};
  for (const { lang, theme, width } of looks) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(new URL(paths.me(), urls[0]).href);
    await prefer(page, { lang, theme });
    await page.setViewportSize({ width, height: 900 });
    for (const url of urls) {
      const response = await page.goto(url);
      const all = [
        ...(response?.status() === 200 ? [] : [`status ${response?.status()}`]),
        ...(await structureFaults(page, lang)),
        ...(await axeFaults(page)),
        ...faults.take(),
      ];
      if (all.length > 0) found[`${new URL(url).pathname} ${lang} ${theme} ${width}`] = all;
      const shots = process.env['SALLYPORT_SHOTS'];
      if (shots !== undefined)
        await page.screenshot({
          path: join(shots, `${new URL(url).pathname.replaceAll('/', '_')}-${lang}-${theme}-${width}.png`),
          fullPage: true,
        });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(new URL(paths.me(), urls[0]).href);
  await prefer(page, { lang: 'en', theme: 'light' });
  return found;
};

/** The same person's browser without script. */
const withoutScript = async (context: BrowserContext): Promise<Page> => {
  const other = await browser.context({ javaScriptEnabled: false, storageState: await context.storageState() });
  return other.newPage();
};

describe('a device that was away for longer than its certificate', () => {
  let site: AgentSite;
  let context: BrowserContext;
  let page: Page;
  let faults: Faults;
  const states: Record<string, { state: string; url: string }> = {};

  const again = (name: string) =>
    site.agent('enrol', '--again', ...flags({ state: states[name]?.state ?? '', wait: '0' }));
  const publicIdOf = (state: string): string =>
    (JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string }).deviceId;
  const stateOf = (name: string) => site.appliance.devices.byPublicId(publicIdOf(states[name]?.state ?? ''));

  beforeAll(async () => {
    site = await openAgentSite();
    site.issue.daysAgo = 95;
    for (const name of ['ended', 'asks', 'keyed']) {
      const { state } = await site.enrol(name);
      states[name] = { state, url: site.server + paths.device(publicIdOf(state)) };
    }
    site.issue.daysAgo = 0;
    for (const name of ['asks', 'keyed'])
      expect(await again(name)).toMatchObject({ status: 1, json: { error: 'PENDING' } });
    const { id } = site.appliance.objects.create(systemActor, 'account', { name: 'anna', roles: ['administrator'] });
    context = await browser.context();
    page = await context.newPage();
    faults = listenForFaults(page);
    await logInByLink(page, `${site.server}/first/${site.appliance.accounts.makeLink(systemActor, id).token}`);
    // A client of another make says that it is on the computer at which one is already, whose board was replaced.
    const secret = makeToken(site.appliance.objects, 'glpi', { approve: 'manual' });
    const send = async (path: string, { method, headers, body }: RequestInit): Promise<Response> => {
      const answer = await context.request.fetch(site.server + path, {
        method: method ?? 'GET',
        headers: headers as Record<string, string>,
        ...(body == null ? {} : { data: Buffer.from(body as Uint8Array) }),
      });
      return new Response(new Uint8Array(await answer.body()), { status: answer.status(), headers: answer.headers() });
    };
    const first = glpiClient(send, secret);
    await first.contact();
    await first.inventory(linuxContent());
    const known = site.appliance.devices.list({ limit: 10 }).rows;
    const device = known.find(({ hostname }) => hostname === 'line7');
    if (device === undefined) throw new Error('the client of GLPI did not come in');
    site.appliance.devices.approve(systemActor, device.id);
    const second = glpiClient(send, secret, {
      agentId: '3d2f6f10-7a4b-4c8e-9c1b-5a2f0e8d1c99',
      deviceId: 'line7-2026-02-02-03-04-05',
    });
    await second.contact();
    await second.inventory(linuxContent({ bios: { smanufacturer: 'Northwind', smodel: 'Rack 9', ssn: 'NW-000999' } }));
    states['claims'] = { state: '', url: site.server + paths.device(device.publicId) };
  }, 120_000);
  afterAll(() => site?.close());

  it('has pages that keep to the rules, ended and asking, and in the list', async () => {
    const urls = [
      states['ended']?.url ?? '',
      states['asks']?.url ?? '',
      states['claims']?.url ?? '',
      site.server + paths.devices({ certificateEnded: 'yes' }),
    ];
    expect(await faultsOf(page, faults, urls)).toEqual({});
  }, 240_000);

  it('shows what a client claims beside what is known, marked where they differ', async () => {
    const panelAt = async (name: string) => {
      await page.goto(states[name]?.url ?? '');
      return page.locator('.panel', { hasText: t('add.compareTitle') });
    };
    const claims = await panelAt('claims');
    expect(await claims.textContent()).toContain('NW-000999');
    expect(await claims.locator('.status[data-l="warning"]').allTextContents()).toEqual([
      expect.stringContaining('NW-000417'),
    ]);
    // A root of the real agent says neither serial number nor addresses: that is no agreement.
    const asks = await panelAt('asks');
    expect(await asks.textContent()).toContain(t('arrivals.neither'));
  });

  it('is let on by the keyboard alone', async () => {
    await page.goto(states['keyed']?.url ?? '');
    const button = page.getByRole('main').getByRole('button', { name: t('devices.approveCompared') });
    await keyboardOf(page).use(button);
    // The device is managed all along: what tells that the key was taken is the answer, in which nothing is asked any more.
    await expect.poll(() => button.count()).toBe(0);
    expect(await again('keyed')).toMatchObject({ status: 0 });
    await expect.poll(() => stateOf('keyed').reenrolling).toBe(false);
  });

  it('is let on without script', async () => {
    const plain = await withoutScript(context);
    await plain.goto(states['asks']?.url ?? '');
    await plain.getByRole('button', { name: t('devices.approveCompared') }).click();
    expect((await again('asks')).status).toBe(0);
    await plain.reload();
    expect(await plain.getByRole('button', { name: t('devices.approveCompared') }).count()).toBe(0);
    await plain.context().close();
  });
});

describe('a site whose database came back older', () => {
  const folder = temporaryFolder('came-back');
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const data = ['--data', at('site')];
  let running: Running | undefined;
  let url = '';
  let context: BrowserContext;
  let page: Page;
  let faults: Faults;

  const opened = async (work: (appliance: Awaited<ReturnType<typeof compose>>) => unknown): Promise<void> => {
    const appliance = await compose({ dataDir: at('site'), log: openLog('silent') });
    try {
      await work(appliance);
    } finally {
      await appliance.close();
    }
  };

  beforeAll(async () => {
    const port = await freePort();
    url = `https://127.0.0.1:${port}`;
    const address = ['--address', '127.0.0.1', '--listen', `127.0.0.1:${port}`];
    await command('sallyport', 'init', ...data, '--site', 'plant-7', ...address);
    await opened(async ({ accounts, objects, db }) => {
      const make = (kind: string, body: Record<string, unknown>): string =>
        objects.ofAnyKind.create(systemActor, kind, body).id;
      const anna = make('account', { name: 'anna', roles: ['administrator'] });
      const link = accounts.makeLink(systemActor, anna).token;
      await accounts.useLink(link, { password, again: password, from: '127.0.0.1' });
      const token = accounts.createApiToken(systemActor, { name: 'reports', account: anna, rights: ['all'] }).id;
      accounts.createApiToken(systemActor, { name: 'kept', account: anna, rights: ['devices:read'] });
      const zone = make('controller-zone', {
        name: 'Boiler',
        level: '1',
        prefixes: ['192.0.2.64/28'],
        queryPolicy: 'details',
      });
      await db.backup(at('old.db'));
      objects.ofAnyKind.update(systemActor, 'token', token, { rights: ['events:read'] });
      objects.ofAnyKind.update(systemActor, 'controller-zone', zone, { queryPolicy: 'never' });
      objects.setSetting(systemActor, 'devices.scan-second-person', true);
    });
    for (const name of readdirSync(at('site'))) if (name.startsWith('state.db')) rmSync(at('site', name));
    cpSync(at('old.db'), at('site', 'state.db'));
    running = await startCommand('sallyport', ['serve', ...data], /listening/);
    context = await browser.context();
    page = await context.newPage();
    faults = listenForFaults(page);
    await page.goto(`${url}/login`);
    await page.getByLabel(t('login.name')).fill('anna');
    await page.getByLabel(t('login.password'), { exact: true }).fill(password);
    await page.getByRole('button', { name: t('login.submit') }).click();
    await page.waitForURL((now) => now.pathname === '/');
  }, 120_000);
  afterAll(async () => {
    await running?.kill();
    folder.remove();
  });

  it('has a page that keeps to the rules and says what was done about each', async () => {
    await page.goto(url + paths.rollback());
    const main = await page.getByRole('main').textContent();
    for (const name of ['Boiler', 'reports', 'kept']) expect(main).toContain(name);
    expect(await faultsOf(page, faults, [url + paths.rollback()])).toEqual({});
  }, 240_000);

  it('is acknowledged by the keyboard alone', async () => {
    await page.goto(url + paths.rollback());
    const keys = keyboardOf(page);
    await keys.comeTo(page.getByLabel(t('rollback.reason')));
    await page.keyboard.type('database of the night before');
    await keys.use(page.getByRole('button', { name: t('rollback.acknowledge') }));
    await page.locator('main p', { hasText: 'database of the night before' }).waitFor();
  });

  it('lets a token live again without script', async () => {
    const plain = await withoutScript(context);
    await plain.goto(url + paths.rollback());
    const form = plain.locator(`form[action="${paths.rollbackTokens()}"]`);
    await form.getByRole('checkbox', { name: 'kept' }).check();
    await form.locator('textarea').fill('looked at what it is for');
    await form.getByRole('button').click();
    // One person alone can: the token is let on at once, and nothing waits any more.
    await plain.waitForURL((now) => now.pathname === paths.rollback());
    expect(await plain.getByRole('checkbox', { name: 'kept' }).count()).toBe(0);
    await plain.context().close();
  });
});
