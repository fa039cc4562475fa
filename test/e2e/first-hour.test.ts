import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '@sallyport/bundle-tools/fingerprint/words';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAdvisories } from '../../scripts/demo-advisories.ts';
import { dpkgInstall, layDemoDevice } from '../../scripts/demo-device.ts';
import { type DemoRepository, makeDemoRepository } from '../../scripts/demo-repository.ts';
import { type Faults, listenForFaults, password, startBrowser, type TestBrowser } from '../support/browser.ts';
import { binOf, command, freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { canPlayRoot, layHardware, startAgentIn } from '../support/device-root/device-root.ts';
import { until } from '../support/until.ts';

// From the appliance that was just set up to the first update on a device: one person, by clicks and keys in a browser, beginning at the
// worklist and led by the pages alone. The connected host is real, and so is the agent. Every state is seen on the page that is open.

const mostClicks = 25;
const mostPages = 12;
const liveMs = 60_000;

const { t, tDynamic } = catalogue('en');
const device = { name: 'press-04', mac: '00:1b:21:4d:0a:7e', serial: 'CN7016-2231' };

/** The address as the router has it; steps of a wizard are one page. */
const routeOf = (path: string): string => {
  const variable = /\/:\w+(?:\{[^}]*\})?\??/;
  const fits = (pattern: string): boolean =>
    new RegExp(
      `^${pattern
        .split('/')
        .map((part) => (part.startsWith(':') ? (part.endsWith('?') ? '(?:/[^/]+)?' : '/[^/]+') : `/${part}`))
        .join('')
        .slice(1)}$`,
    ).test(path);
  const found = Object.values(paths)
    .map(({ pattern }) => pattern)
    .filter(fits)
    .sort((one, other) => one.split(variable).length - other.split(variable).length);
  return found[0] ?? path;
};

describe('the first hour', { timeout: 400_000 }, () => {
  const folder = temporaryFolder('first-hour');
  const at = (...parts: string[]) => join(folder.path, ...parts);
  const data = ['--data', at('appliance')];
  const host = <T = Record<string, unknown>>(...args: string[]) =>
    command<T>('sallyport-bundle', ...args, '--state', at('host'));
  let link = '';
  let isMachine = false;
  let repository: DemoRepository;
  let running: Running;
  let agent: ChildProcess | undefined;
  let browser: TestBrowser;
  let page: Page;
  let faults: Faults;
  let main: Locator;

  let clicks = 0;
  const visited = new Set<string>();
  const steps: { name: string; clicks: number; pages: number; ms: number }[] = [];
  let began = 0;
  /** A step of the checklist is done. */
  const done = (name: string): void => {
    steps.push({ name, clicks, pages: visited.size, ms: performance.now() - began });
  };
  const click = async (what: Locator): Promise<void> => {
    clicks += 1;
    await what.click();
  };
  const button = (name: string | RegExp) => main.getByRole('button', { name, exact: typeof name === 'string' });
  /** What the page says to go on with. */
  const wayOn = (path: string) => main.locator(`.notice a[href="${path}"]`);
  const download = async (what: Locator): Promise<string> => {
    const [file] = await Promise.all([page.waitForEvent('download'), click(what)]);
    return file.path();
  };
  const onPage = (pattern: string) => page.waitForURL((to) => routeOf(to.pathname) === pattern);

  beforeAll(async () => {
    for (const part of ['work', 'device', 'overlay', 'keys']) mkdirSync(at(part));
    repository = await makeDemoRepository({ dir: at('repository') });
    const { suites, uri: repositoryUri, keyring, debs } = repository;
    const machineId = '5e0c1d2b3a4958677685940312f0e1d2';
    layDemoDevice({ root: at('device'), hostname: device.name, machineId, suites, repositoryUri, keyring });
    dpkgInstall(at('device'), debs[0]?.path ?? '');
    layHardware(at('device'), device);
    isMachine = canPlayRoot(at('device'), at('overlay'));

    const port = await freePort();
    const where = [
      '--site',
      'hour-1',
      '--address',
      '127.0.0.1',
      '--listen',
      `127.0.0.1:${port}`,
      '--window',
      'daily 00-24',
    ];
    ({ link } = await command<{ link: string }>('sallyport', 'init', ...data, ...where));
    // As `sallyport setup` names them; the agent asks more often than it would in a plant.
    await command('sallyport', 'setting', 'set', 'exchange.media-folders', at('medium'), ...data);
    await command('sallyport', 'setting', 'set', 'devices.check-in-seconds', '5', ...data);
    const roots = [1, 2, 3].flatMap((number) => ['--root-key', at(`keys/root-${number}`)]);
    await host('trust', 'init', ...roots, '--threshold', '2', '--curator-key', at('keys/curator'));
    running = await startCommand('sallyport', ['serve', ...data], /listening/);
    browser = await startBrowser();
    const context = await browser.context({ acceptDownloads: true });
    page = await context.newPage();
    page.setDefaultTimeout(liveMs);
    main = page.getByRole('main');
    faults = listenForFaults(page);
    page.on('framenavigated', (frame) => {
      const { pathname, protocol } = new URL(frame.url());
      if (frame === page.mainFrame() && protocol === 'https:') visited.add(routeOf(pathname));
    });
  });
  afterAll(async () => {
    await browser?.close();
    agent?.kill();
    await running?.kill();
    await repository?.close();
    folder.remove();
  });

  it(`takes at most ${mostClicks} clicks on ${mostPages} pages, led from each to the next`, async () => {
    const trust = await host<{ fingerprint: string }>('trust', 'export', '--out', at('work/trust.tar'));
    began = performance.now();

    await page.goto(link);
    await page.locator('input[name="password"]').fill(password);
    await page.locator('input[name="repeat"]').fill(password);
    await click(page.getByRole('button', { name: t('login.setPassword') }));
    await onPage(paths.work.pattern);
    const step = (name: string) => main.getByRole('listitem').filter({ hasText: tDynamic(`work.step.${name}`, {}) });
    for (const name of ['trust', 'device', 'request', 'bundle']) await step(name).waitFor();
    done('first password, checklist');

    await click(step('trust').getByRole('link', { name: t('work.first-step.action') }));
    await onPage(paths.introduction.pattern);
    // Choosing a file is a click, too.
    clicks += 1;
    await main.getByLabel(t('exchange.trustFile')).setInputFiles(at('work/trust.tar'));
    await click(button(t('exchange.readTrust')));
    for (const [n, word] of wordsOf(trust.fingerprint).entries())
      await main.getByLabel(t('exchange.heardWord', { number: n + 1 }), { exact: true }).fill(word);
    await click(button(t('exchange.acceptRoot')));
    const card = await download(main.getByRole('link', { name: t('exchange.downloadCard') }));
    await click(main.getByRole('link', { name: t('intro.goOn') }));
    const shown = (await main.locator('.fingerprint').textContent()) ?? '';
    const fingerprint = /[0-9a-f]{4}(?:\s?[0-9a-f]{4}){15}/.exec(shown)?.[0]?.replaceAll(/\s/g, '') ?? '';
    await host('site', 'add', card, '--fingerprint', fingerprint);
    await click(main.getByLabel(t('intro.compare.same')));
    await click(button(t('intro.compare.record')));
    await wayOn(paths.deviceAdd()).waitFor();
    done('trust introduced');

    await click(wayOn(paths.deviceAdd()));
    await onPage(paths.deviceAdd.pattern);
    await click(button(t('add.make')));
    const site = await download(button(/^sallyport-agent-site_.*\.deb$/));
    await click(main.getByRole('link', { name: t('add.waitFor') }));
    await onPage(paths.deviceArrivals.pattern);
    await main.getByText(t('arrivals.none')).waitFor();
    const arrivals = page.url();

    // At the device: the package lies its file beside the agent, whose service enrols with it.
    execFileSync('dpkg-deb', ['--extract', site, at('device')]);
    const state = at('device/var/lib/sallyport-agent');
    if (isMachine) agent = startAgentIn(at('device'), at('overlay'));
    else {
      const file = join(state, 'enrolment.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"root":"/"', `"root":${JSON.stringify(at('device'))}`));
      agent = spawn(process.execPath, [binOf('sallyport-agent'), 'run', '--state', state], { stdio: 'ignore' });
    }
    await main.getByRole('heading', { name: device.name }).waitFor();
    const heard = await main.textContent();
    const log = join(state, 'log/agent.log');
    const words = await until(
      () => existsSync(log) && /this device is: ([a-z ]+)/.exec(readFileSync(log, 'utf8'))?.[1]?.trim(),
    );
    for (const word of words.split(' ')) expect(heard).toContain(word);
    // A root that is not the machine's says nothing of its hardware.
    if (isMachine) for (const one of [device.mac, device.serial]) expect(heard).toContain(one);
    await click(button(t('common.approve')));
    await main.getByText(t('arrivals.state.approved')).waitFor();
    expect(page.url()).toBe(arrivals);
    await main.getByText(t('arrivals.noInventory')).waitFor({ state: 'detached' });
    await wayOn(paths.exchangeSend()).waitFor();
    done('first device heard and approved');

    await click(wayOn(paths.exchangeSend()));
    await onPage(paths.exchangeSend.pattern);
    await main.getByText(t('exchange.noMediumYet')).waitFor();
    mkdirSync(at('medium'));
    expect(await main.getByRole('radio', { name: 'medium' }).isChecked()).toBe(true);
    await click(button(t('exchange.signSealWrite', { number: 1 })));
    await wayOn(paths.exchangeReceive()).waitFor();
    expect(readdirSync(at('medium'))).toHaveLength(1);
    done('first request on the medium');

    await click(wayOn(paths.exchangeReceive()));
    await onPage(paths.exchangeReceive.pattern);
    const { uri, suites, component, keyring, packageName, versions } = repository;
    const apt = ['--uri', uri, '--component', component, '--keyring', keyring];
    await host('source', 'add', 'apt', 'line', ...suites.flatMap((suite) => ['--suite', suite]), ...apt);
    const osv = demoAdvisories(at('work/osv'), 'dpkg:demo-line:1', packageName, versions[1] ?? '');
    await host('source', 'add', 'osv', 'demo', osv);
    await host('fulfil', '--media', at('medium'), '--curator-key', at('keys/curator'));
    await main.getByRole('button', { name: new RegExp(`^${t('media.import')}`) }).waitFor();
    done('the bundle lies on the medium');

    await click(main.getByRole('button', { name: new RegExp(`^${t('media.import')}`) }));
    await onPage(paths.bundleImport.pattern);
    await main.getByText(t('exchange.resultTitle.imported')).waitFor();
    await wayOn(paths.updates()).waitFor();
    done('first bundle imported');

    await click(wayOn(paths.updates()));
    await click(main.getByRole('link', { name: packageName }));
    await onPage(paths.update.pattern);
    await click(button(t('common.approve')));
    await click(main.getByRole('link', { name: t('updates.deploy') }));
    await onPage(paths.deploymentNew.pattern);
    await main.getByRole('link', { name: device.name }).waitFor();
    await click(button(t('deployments.deployTo', { n: 1 })));
    await onPage(paths.deployment.pattern);
    await main
      .getByRole('row', { name: device.name })
      .getByText(t('installation.verified'))
      .waitFor({ timeout: 240_000 });
    expect(readFileSync(at('device/usr/share/line-monitor/version'), 'utf8').trim()).toBe(versions[1]);
    done('one update installed by the agent');

    for (const { name, clicks: all, pages, ms } of steps)
      process.stdout.write(`first hour: ${name}: click ${all}, page ${pages}, ${(ms / 1000).toFixed(1)} s\n`);
    process.stdout.write(`first hour: ${clicks} clicks on ${visited.size} pages: ${[...visited].join(' ')}\n`);
    expect(clicks).toBeLessThanOrEqual(mostClicks);
    expect(visited.size).toBeLessThanOrEqual(mostPages);
    expect(faults.take()).toEqual([]);
  });
});
