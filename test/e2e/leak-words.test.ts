import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { siteFingerprint } from '@sallyport/bundle-tools/protocol/site';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layRoot } from '../integration/agent-site.ts';
import { type Faults, listenForFaults, logInByLink, startBrowser, type TestBrowser } from '../support/browser.ts';
import { runAgent } from '../support/command-process.ts';
import { flags, tryCommand } from '../support/commands.ts';
import { type FilledSite, startFilledSite } from '../support/filled-site.ts';
import { axeFaults, structureFaults } from '../support/page-faults.ts';
import { makeToken } from '../support/tokens.ts';

// Names of computers in names of packages, from real agents to the sealed request: two persons let a word leave, each in a browser of
// their own; until then no request is written, and a token alone can do nothing about it.

const { t } = catalogue('en');
const setting = 'exchange.allowed-words';
const words = ['kostanay-hmi44', 'kostanay-hmi57'];
const packages = ['kostanay-hmi57-config', 'libkostanayhmi44'];

let site: FilledSite;
let browser: TestBrowser;
let anna: Page;
let bekzat: Page;
const faults: Faults[] = [];
let token = '';
const agent = { secret: '', fingerprint: '' };

/** A computer with Debian 13 whose packages are called after it and its spare, as its own agent reports it. */
const debianNamed = async (name: string, { secret, fingerprint }: typeof agent, installed: readonly string[]) => {
  const folder = join(site.dataDir, '..');
  const [root, state, file] = ['root', 'state', 'secret'].map((what) => join(folder, `${what}-${name}`)) as [
    string,
    string,
    string,
  ];
  layRoot(root, name);
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n');
  writeFileSync(
    join(root, 'var/lib/dpkg/status'),
    ['openssl', ...installed]
      .map(
        (one) =>
          `Package: ${one}\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: Line <line@example.org>\nVersion: 3.5.1-1\nDescription: ${one}\n`,
      )
      .join('\n'),
  );
  writeFileSync(file, secret, { mode: 0o600 });
  const run = async (...args: string[]) => {
    const { status, stderr } = await runAgent([...args, '--json']);
    expect({ args: args[0], status, stderr: status === 0 ? '' : stderr }).toEqual({
      args: args[0],
      status: 0,
      stderr: '',
    });
  };
  await run('enrol', ...flags({ server: site.url, 'token-file': file, fingerprint, state, root, wait: '30' }));
  await run('once', '--state', state);
};

beforeAll(async () => {
  let links: string[] = [];
  site = await startFilledSite((appliance) => {
    const { objects, accounts, ca, trustFiles } = appliance;
    links = ['anna', 'bekzat'].map((name) => {
      const { id } = objects.create(systemActor, 'account', { name, roles: ['administrator'] });
      return accounts.makeLink(systemActor, id).token;
    });
    const robot = objects.create(systemActor, 'account', { name: 'robot', roles: ['administrator'] });
    token = accounts.createApiToken(systemActor, { name: 'robot', account: robot.id }).secret;
    agent.secret = makeToken(objects, 'agent');
    agent.fingerprint = siteFingerprint(ca.certificateDer, trustFiles.root() ?? new Uint8Array());
  });
  for (const name of words) await debianNamed(name, agent, packages);
  browser = await startBrowser();
  const pages: Page[] = [];
  for (const link of links) {
    const page = await (await browser.context()).newPage();
    faults.push(listenForFaults(page, [403, 409]));
    await logInByLink(page, `${site.url}/first/${link}`);
    pages.push(page);
  }
  [anna, bekzat] = pages as [Page, Page];
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const go = (page: Page, path: string) => page.goto(site.url + path);
const main = (page: Page) => page.getByRole('main');
const written = (): string[] => readdirSync(site.medium).filter((name) => name.endsWith('.spr'));
const choice = (page: Page, word: string) => main(page).getByRole('checkbox', { name: word });
const write = (page: Page) =>
  main(page)
    .locator('form', { has: page.locator('#targets') })
    .getByRole('button');
const isUnavailable = async (button: Locator): Promise<boolean> =>
  (await button.isDisabled()) || (await button.getAttribute('aria-disabled')) === 'true';
const allow = (page: Page) => main(page).getByRole('button', { name: t('exchange.allowWords') });

type Call = { status: number; body: { error?: { code?: string; message?: string }; value?: unknown } };
/** A call of the API by the token of an administrator's account. */
const call = async (method: string, path: string, data?: object): Promise<Call> => {
  const answer = await anna.context().request.fetch(`${site.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(data === undefined ? {} : { data }),
  });
  return { status: answer.status(), body: (await answer.json()) as Call['body'] };
};
const allowed = async (): Promise<unknown> => (await call('GET', `/settings/${setting}`)).body.value;

describe('names of computers in the names of packages that two computers have', () => {
  let before: string[];

  it('stand on the page Send, each once with where it was found, and no request is written', async () => {
    before = written();
    await go(anna, paths.exchangeSend());
    for (const word of words) expect(await choice(anna, word).count()).toBe(1);
    const text = await main(anna).textContent();
    for (const name of packages) expect(text).toMatch(new RegExp(`packages\\[\\d+\\]\\.name: ${name}`));
    expect(await isUnavailable(write(anna))).toBe(true);
    for (const width of [1280, 390]) {
      await anna.setViewportSize({ width, height: 900 });
      expect([...(await structureFaults(anna, 'en')), ...(await axeFaults(anna))]).toEqual([]);
      const shots = process.env['SALLYPORT_SHOTS'];
      if (shots !== undefined) await anna.screenshot({ path: join(shots, `leaks-${width}.png`), fullPage: true });
    }
    await anna.setViewportSize({ width: 1280, height: 900 });
    const command = await tryCommand('sallyport', ['request', 'export', '--out', site.medium, '--data', site.dataDir]);
    expect({ status: command.status, stderr: command.stderr }).toMatchObject({ status: 1 });
    for (const word of words) expect(command.stderr).toContain(word);
    expect(written()).toEqual(before);
  });

  it('wait for a second person once the first has chosen them, one after the other', async () => {
    for (const word of words) {
      await go(anna, paths.exchangeSend());
      await choice(anna, word).check();
      await allow(anna).click();
      await anna.waitForURL((url) => url.pathname === paths.settings());
    }
    expect(await allowed()).toEqual([]);
    const waiting = main(anna).locator('.notice', { hasText: t('people.waiting.set') });
    for (const word of words) expect(await waiting.textContent()).toContain(word);
    expect(await isUnavailable(waiting.getByRole('button', { name: t('people.approve') }))).toBe(true);
    await go(anna, paths.exchangeSend());
    // What waits is said where it was chosen, and is not asked for twice.
    for (const word of words) expect(await choice(anna, word).count()).toBe(0);
    expect(await main(anna).textContent()).toContain(t('exchange.wordWaits'));
    expect(written()).toEqual(before);
  });

  it('are nothing that a token can let leave, by itself or for the first person', async () => {
    expect(await call('PUT', `/settings/${setting}`, { value: words.join(',') })).toMatchObject({
      status: 403,
      body: { error: { code: 'SESSION_ONLY' } },
    });
    const { body } = await call('GET', '/exchange/request');
    const { number } = body as { number?: number };
    const request = await call('POST', '/exchange/requests', { number, medium: site.medium });
    expect(request).toMatchObject({ status: 422, body: { error: { code: 'FINDINGS' } } });
    for (const path of [paths.settingDecide(), paths.requestWords()]) {
      const answer = await anna.context().request.fetch(site.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, cookie: '', origin: site.url },
        form: { setting, action: 'approve', word: words[0] ?? '' },
        maxRedirects: 0,
      });
      expect({ path, status: answer.status() }).toEqual({ path, status: 401 });
    }
    expect(await allowed()).toEqual([]);
    expect(written()).toEqual(before);
  });

  it('are chosen by one person at a time: words of the second do not join those of the first', async () => {
    // A third computer is called so, and its name stands in the package of another.
    await debianNamed('kostanay-hmi99', agent, [...packages, 'kostanay-hmi99-drivers']);
    await go(bekzat, paths.exchangeSend());
    await choice(bekzat, 'kostanay-hmi99').check();
    expect(await isUnavailable(allow(bekzat))).toBe(true);
    const csrf = await main(bekzat).locator('input[name="csrf"]').first().inputValue();
    const answer = await bekzat.context().request.fetch(site.url + paths.requestWords(), {
      method: 'POST',
      headers: { origin: site.url },
      form: { csrf, word: 'kostanay-hmi99' },
      maxRedirects: 0,
    });
    expect(answer.status()).toBe(409);
    // The first person chooses it, and all that were chosen wait together.
    await go(anna, paths.exchangeSend());
    await choice(anna, 'kostanay-hmi99').check();
    await allow(anna).click();
    await anna.waitForURL((url) => url.pathname === paths.settings());
    words.push('kostanay-hmi99');
    packages.push('kostanay-hmi99-drivers');
    expect(await allowed()).toEqual([]);
  });

  it('leave once the second person has confirmed, and the host reads them in the request', async () => {
    await go(bekzat, paths.settings({ area: 'exchange' }));
    const waiting = main(bekzat).locator('.notice', { hasText: t('people.waiting.set') });
    for (const word of words) expect(await waiting.textContent()).toContain(word);
    expect(written()).toEqual(before);
    await waiting.getByRole('button', { name: t('people.approve') }).click();
    await waiting.waitFor({ state: 'detached' });
    expect(new Set((await allowed()) as string[])).toEqual(new Set(words));
    await go(bekzat, paths.exchangeSend());
    expect(await main(bekzat).locator('input[name="word"]').count()).toBe(0);
    await main(bekzat).getByRole('radio').last().check();
    await write(bekzat).click();
    await expect.poll(() => written().length).toBe(before.length + 1);
    const file = written().find((name) => !before.includes(name)) ?? '';
    const opened = JSON.stringify(site.host.open(join(site.medium, file), site.card));
    for (const name of packages) expect(opened).toContain(name);
    for (const one of faults) expect(one.take()).toEqual([]);
  });
});
