import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import { packageBytes, update } from '../../appliance/test/support/catalog.ts';
import { type Browser, type Console, openConsole } from '../../appliance/test/support/console.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { canMakeFleet } from '../support/distribution-fleet.ts';
import { knownHost } from '../support/known-host.ts';
import { reportingDevice } from '../support/reporting-device.ts';
import { fixedBy, mainText, toldBy } from '../support/told.ts';

// Packages that a distribution does not publish are not judged by its advisories: distributions and kinds of packages against
// every face. Databases are what dpkg's form and rpm itself write here; the agent reads them.

type Package = { name: string; version: string; maker: string; source?: string; origin?: string };
type Row = {
  readonly host: string;
  readonly system: 'debian:12' | 'debian:13' | 'ubuntu:24.04' | 'almalinux:9.4';
  readonly packages: readonly Package[];
  readonly state: 'judged' | 'partly' | 'not-judged';
  /** Who publishes what is not judged. */
  readonly publishers: readonly string[];
  /** Security suites of apt alone speak of it. */
  readonly isOfFixes?: true;
  /** The update that it needs. */
  readonly needs?: 'security' | 'other';
};

const bash = { name: 'bash', version: '5.2.37-2', maker: 'Matthias Klose <doko@debian.org>' };
const ubuntu = (name: string) => ({
  name,
  version: '5.2.21-2ubuntu4',
  maker: 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>',
});
const gmail = { name: 'lsof', version: '4.99.4+dfsg-2', maker: 'Andres Salomon <dilinger@queued.net>' };
const chrome = {
  name: 'google-chrome-stable',
  version: '139.0.7258.66-1',
  maker: 'Chrome Linux Team <chromium-dev@chromium.org>',
};
const docker = { name: 'docker-ce', version: '5:28.3.3-1~debian.13~trixie', maker: 'Docker <support@docker.com>' };
// Debian has a package of the same name.
const zabbix = {
  name: 'zabbix-agent2',
  version: '1:7.0.17-1+debian13',
  maker: 'Zabbix Packager <packager@zabbix.com>',
  source: 'zabbix',
};
// The maintainer and the name are Debian's, the archive is not.
const php = {
  name: 'php8.4-cli',
  version: '8.4.12-1+0~20250901.36+debian13~1.gbp1c7f6d',
  maker: 'Debian PHP Maintainers <team+pkg-php@tracker.debian.org>',
  source: 'php8.4',
  origin: 'deb.sury.org',
};
// Nobody publishes it, but a record of the site's own feed is about it.
const known = { name: 'plant-gateway', version: '1.0-1', maker: 'Plant <plant@plant.example>' };
const nano = { name: 'nano', version: '8.0-1', maker: 'Jordi Mallach <jordi@debian.org>' };
const ed = { name: 'ed', version: '1.20-1', maker: 'Martin Zobel-Helas <zobel@debian.org>' };
const alma = (name: string) => ({ name, version: '3.0.7-27.el9', maker: 'AlmaLinux' });
const epel = { name: 'htop', version: '3.3.0-1.el9', maker: 'Fedora Project' };
const epelOfSameName = { name: 'openssl', version: '9.9-1.el9', maker: 'Fedora Project' };

const ROWS: readonly Row[] = [
  { host: 'deb-own', system: 'debian:13', packages: [bash, gmail], state: 'judged', publishers: [] },
  {
    host: 'lone-chrome',
    system: 'debian:13',
    packages: [chrome],
    state: 'not-judged',
    publishers: ['Chrome Linux Team'],
  },
  {
    host: 'deb-chrome',
    system: 'debian:13',
    packages: [bash, chrome],
    state: 'partly',
    publishers: ['Chrome Linux Team'],
  },
  { host: 'deb-docker', system: 'debian:13', packages: [bash, docker], state: 'partly', publishers: ['Docker'] },
  {
    host: 'deb-zabbix',
    system: 'debian:13',
    packages: [bash, zabbix],
    state: 'partly',
    publishers: ['Zabbix Packager'],
  },
  {
    host: 'deb-archive',
    system: 'debian:13',
    packages: [bash, php],
    state: 'partly',
    publishers: ['deb.sury.org'],
  },
  {
    host: 'deb-of-suites',
    system: 'debian:12',
    packages: [bash, gmail],
    state: 'partly',
    publishers: [],
    isOfFixes: true,
  },
  {
    host: 'deb-needs',
    system: 'debian:13',
    packages: [bash, nano],
    state: 'judged',
    publishers: [],
    needs: 'security',
  },
  { host: 'deb-older', system: 'debian:13', packages: [bash, ed], state: 'judged', publishers: [], needs: 'other' },
  { host: 'deb-spoken-of', system: 'debian:13', packages: [bash, known], state: 'judged', publishers: [] },
  { host: 'ubuntu-own', system: 'ubuntu:24.04', packages: [ubuntu('bash')], state: 'judged', publishers: [] },
  {
    host: 'ubuntu-zabbix',
    system: 'ubuntu:24.04',
    packages: [ubuntu('bash'), zabbix],
    state: 'partly',
    publishers: ['Zabbix Packager'],
  },
  {
    host: 'alma-own',
    system: 'almalinux:9.4',
    packages: [alma('bash'), alma('setup')],
    state: 'judged',
    publishers: [],
  },
  {
    host: 'alma-epel',
    system: 'almalinux:9.4',
    packages: [alma('bash'), epel],
    state: 'partly',
    publishers: ['Fedora Project'],
  },
  {
    host: 'lone-epel',
    system: 'almalinux:9.4',
    packages: [epel],
    state: 'not-judged',
    publishers: ['Fedora Project'],
  },
  {
    host: 'alma-same-name',
    system: 'almalinux:9.4',
    packages: [epelOfSameName],
    state: 'not-judged',
    publishers: ['Fedora Project'],
  },
];

const { t } = catalogue('en');

const asked = new Set(['platform', 'software']);

/** What the agent reports of a root with these packages. */
const sectionsOf = async (folder: string, { host, system, packages }: Row) => {
  const [id = '', release = ''] = system.split(':');
  const root = join(folder, host);
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), `ID="${id}"\nVERSION_ID="${release}"\n`);
  if (id === 'almalinux') {
    const database = join(root, 'usr/lib/sysimage/rpm');
    mkdirSync(database, { recursive: true });
    const rpm = (...args: string[]) => execFileSync('rpm', ['--dbpath', database, ...args], { stdio: 'pipe' });
    rpm('--initdb');
    for (const { name, version, maker } of packages) {
      const [number, build] = version.split('-');
      const spec = join(root, `${name}.spec`);
      writeFileSync(
        spec,
        `Name: ${name}\nVersion: ${number}\nRelease: ${build}\nVendor: ${maker}\nBuildArch: noarch\nSummary: x\nLicense: MIT\n%description\nx\n%files\n`,
      );
      execFileSync('rpmbuild', ['--define', `_topdir ${root}/b`, '--define', `_rpmdir ${root}/r`, '-bb', spec], {
        stdio: 'pipe',
      });
    }
    for (const file of readdirSync(join(root, 'r'), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.rpm')) rpm('--justdb', '--nodeps', '--nosignature', '-i', join(root, 'r', file));
  } else {
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    const stanza = ({ name, version, maker, source, origin }: Package) =>
      `Package: ${name}\nStatus: install ok installed\nMaintainer: ${maker}\nArchitecture: amd64\n${source ? `Source: ${source}\n` : ''}${origin ? `Origin: ${origin}\n` : ''}Version: ${version}\n`;
    writeFileSync(join(root, 'var/lib/dpkg/status'), packages.map(stanza).join('\n'));
  }
  const context = { files: rootFiles(root), memory: noMemory, clock: () => 0 };
  const chosen = collectors.filter(({ collection }) => asked.has(collection));
  return collectSections(context, { chosen });
};

/** Of today: what is too old judges nothing whole. */
const about = (ecosystem: string, name: string, fixed: string, feed = 'osv-debian', modified = toTime(nowMs())) =>
  fixedBy(ecosystem, name, fixed, { feed, modified });

describe.skipIf(!canMakeFleet)('packages that the distribution does not publish (skipped without rpmbuild)', () => {
  let folder: string;
  let site: Console;
  let browser: Browser;
  const devices = new Map<string, { id: number; publicId: string }>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-other-publishers-'));
    site = await openConsole();
    const { host, bring } = await knownHost(site.appliance, folder);
    browser = await site.as('administrator');
    for (const row of ROWS) devices.set(row.host, reportingDevice(site, row.host, await sectionsOf(folder, row)));
    const advisories = [
      about('Debian:13', 'openssl', '3.0-1'),
      about('Debian:13', 'zabbix', '1:5.0-1'),
      about('Debian:13', 'plant-gateway', '0.9-1'),
      about('Ubuntu:24.04:LTS', 'zabbix', '1:5.0-1'),
      about('AlmaLinux:9', 'openssl', '3.0.7-2.el9', 'osv-debian', '2023-05-04T00:00:00Z'),
    ];
    // With a catalogue the others need no update, as far as they are judged.
    const suites = ['trixie-updates'];
    const updates = [
      update('nano', '8.4-1', { arch: 'all' }),
      update('ed', '1.21-1', { arch: 'all', security: false, suites }),
    ];
    const files = [{ path: `updates/${updates[0]?.files[0]}`, bytes: packageBytes }];
    const ofSuites = [about('Debian:12', 'openssl', '3.0-1', 'suites')];
    const feeds = [
      { feed: 'osv-debian', advisories },
      { feed: 'suites', advisories: ofSuites },
    ];
    await host.publish({ updates, files, feeds });
    await bring(({ wants }) => ({
      unfulfilled: [
        {
          reason: 'NO_SOURCE',
          wants: wants.flatMap(({ kind }, at) => (kind === 'newer' || kind === 'suite' ? [at] : [])),
        },
      ],
    }));
    while (site.appliance.updates.settle(100) > 0);
    site.appliance.rules.recomputeAll();
    site.appliance.rules.recomputePending();
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const publicIdOf = (name: string): string => devices.get(name)?.publicId ?? '';
  const text = async (path: string): Promise<string> => mainText(await browser.html(path));

  it.each(ROWS)('$host is $state on its pages and in every answer, with who publishes the rest', async (row) => {
    const device = publicIdOf(row.host);
    for (const path of [paths.device(device), paths.deviceTab(device, 'findings')]) {
      const shown = await text(path);
      for (const publisher of row.publishers) expect(shown, path).toContain(`No source for packages of ${publisher}`);
      expect(/judged only for what is fixed/i.test(shown), path).toBe(row.isOfFixes === true);
      if (row.state === 'judged') expect(shown, path).not.toContain('No source for packages');
      else expect(shown, path).not.toContain(t('vuln.noneWhy'));
    }
    const updates = await text(paths.deviceTab(device, 'updates'));
    if (row.needs !== undefined) expect(updates).not.toContain(t('updates.noneForDevice'));
    else if (row.state === 'judged') expect(updates).toContain(t('updates.noneForDevice'));
    else {
      expect(updates).not.toContain(t('updates.noneForDevice'));
      expect(updates).toContain(t(row.state === 'partly' ? 'updates.noneJudged' : 'coverage.not-judged'));
      // Neither tab has a zero.
      expect(await text(paths.device(device))).not.toMatch(/(Findings|Updates) 0/);
    }
    for (const operation of ['device.get', 'device.findings', 'device.updates', 'device.unjudged']) {
      const { coverage } = (await toldBy(site.appliance).answer(
        operation,
        operation === 'device.get' ? { device } : { device, ...(operation === 'device.findings' ? { limit: 10 } : {}) },
      )) as {
        coverage: { state: string; reasons: { code: string; publisher?: string }[] };
      };
      expect([operation, coverage.state]).toEqual([operation, row.state]);
      expect(coverage.reasons).toMatchObject([
        ...row.publishers.map((publisher) => ({ code: 'other-publisher', publisher })),
        ...(row.isOfFixes ? [{ code: 'fixes-only', ecosystem: 'Debian:12', components: 2 }] : []),
      ]);
    }
    expect(await toldBy(site.appliance).printed('device.list', {})).toMatch(
      new RegExp(`${row.host} .* ${row.state}( |$)`, 'm'),
    );
    const said = t(`coverage.${row.state}` as 'coverage.judged');
    const file = await (await browser.get(`${paths.devicesCsv()}?columns=name,coverage`)).text();
    expect(file.split('\n').find((line) => line.includes(row.host)) ?? file).toContain(said);
    const print = await browser.html(`${paths.devicesCsv()}?columns=name,coverage&print=1`);
    expect(print.split('<tr').find((line) => line.includes(row.host)) ?? print).toContain(said);
  });

  it.each(ROWS)('$host is OK nowhere unless all of it is judged and secure', async ({ host: name, state, needs }) => {
    const device = publicIdOf(name);
    const isOk = state === 'judged' && needs !== 'security';
    const level = isOk ? 'ok' : state === 'partly' ? 'info' : 'warning';
    const reason = t('devices.reason.partlyJudged');
    const { status, reasons } = (await toldBy(site.appliance).answer('device.get', { device })) as {
      status: string;
      reasons: unknown[];
    };
    expect(status).toBe(level);
    const page = (await toldBy(site.appliance).answer('device.search', { search: name })) as {
      rows: { name: string; status: string }[];
    };
    expect(page.rows.find((row) => row.name === name)).toMatchObject({ status: level });
    if (state === 'partly') expect(reasons).toMatchObject([{ key: 'devices.reason.partlyJudged' }]);
    if (needs === 'security')
      expect(reasons).toMatchObject([{ key: 'devices.reason.securityUpdates', params: { n: 1 } }]);
    const columns = 'columns=name,status,reason,act,findings,updates';
    const lists = [
      await browser.html(`${paths.devices()}?q=${name}&${columns}`),
      await browser.html(`${paths.devicesCsv()}?q=${name}&${columns}&print=1`),
    ].map((html) => mainText(html.split('<tr').find((line) => line.includes(`>${name}<`)) ?? html));
    const file = await (await browser.get(`${paths.devicesCsv()}?q=${name}&${columns}`)).text();
    for (const shown of [...lists, file.split('\n').find((line) => line.includes(name)) ?? file]) {
      expect(shown).toContain(t(`level.${level}`));
      expect(shown.includes(reason)).toBe(state === 'partly');
    }
    // "None" is a number only of what is judged whole.
    expect(lists[0]?.includes(t(`coverage.${state}`))).toBe(state !== 'judged');
    const cells = (file.split('\n').find((line) => line.includes(name)) ?? '').split(',').map((cell) => cell.trim());
    expect(cells.filter((cell) => cell === '0')).toHaveLength(state !== 'judged' ? 0 : needs === undefined ? 3 : 2);
    expect(await text(paths.device(device))).toContain(t(`level.${level}`));
    expect((await text(`${paths.devices()}?status=ok`)).includes(name)).toBe(isOk);
  });

  it('stand with the worst first: what is judged in part comes before what is OK', async () => {
    const shown = (texts: readonly string[]): string[] =>
      texts.flatMap((text) => ROWS.find(({ host: name }) => text.includes(name))?.host ?? []);
    const found = {
      page: shown((await browser.html(paths.devices({ sort: 'status' }))).split('<tr')),
      CSV: shown((await (await browser.get(`${paths.devicesCsv()}?sort=status`)).text()).split('\n')),
      print: shown((await browser.html(`${paths.devicesCsv()}?sort=status&print=1`)).split('<tr')),
      call: shown(
        (
          (await toldBy(site.appliance).answer('device.search', { sort: 'status' })) as { rows: { name: string }[] }
        ).rows.map(({ name }) => name),
      ),
    };
    const levelOf = ({ state, needs }: (typeof ROWS)[number]): number =>
      state === 'judged' && needs !== 'security' ? 2 : state === 'partly' ? 1 : 0;
    const wanted = ROWS.toSorted((a, b) => levelOf(a) - levelOf(b) || (a.host < b.host ? -1 : 1)).map(
      (row) => row.host,
    );
    expect(found).toEqual({ page: wanted, CSV: wanted, print: wanted, call: wanted });
  });

  it('how many records a feed has about a system, and of when the newest is, stands beside the age of the feed', async () => {
    const { rows } = (await toldBy(site.appliance).answer('finding.ecosystems', {})) as { rows: unknown[] };
    expect(rows).toMatchObject([
      { ecosystem: 'AlmaLinux:9', feed: 'osv-debian', records: 1, newest: '2023-05-04T00:00:00Z' },
      { ecosystem: 'Debian:12', feed: 'suites', records: 1 },
      { ecosystem: 'Debian:13', feed: 'osv-debian', records: 3 },
      { ecosystem: 'Ubuntu:24.04:LTS', feed: 'osv-debian', records: 1 },
    ]);
    expect(await toldBy(site.appliance).printed('finding.ecosystems', {})).toContain(
      'AlmaLinux:9 osv-debian 1 2023-05-04T00:00:00Z',
    );
    for (const tab of ['findings', 'updates']) {
      expect(await text(paths.deviceTab(publicIdOf('alma-own'), tab))).toContain('1 record about it, of 4 May 2023');
      expect(await text(paths.deviceTab(publicIdOf('deb-own'), tab))).toContain('3 records about it, the newest of');
    }
    expect(await text(paths.device(publicIdOf('alma-own')))).toContain('osv-debian (0 days old; 1 record about it');
  });

  it('work that nothing here can end is put aside for a year with a reason, other work for a month', async () => {
    const { worklist } = entryParts(site.appliance);
    const delivered = worklist.list(admin).filter(({ kind }) => kind === 'not-delivered');
    const [alma, debian] = ['AlmaLinux', 'Debian'].map(
      (name) => delivered.find(({ params }) => String(params['want']).includes(name))?.id ?? '',
    );
    const later = (days: string) => ({ action: 'later', hours: String(Number(days) * 24), reason: 'bought with it' });
    expect(await browser.html(paths.workItem(alma ?? ''))).toContain('365 days');
    expect(await browser.html(paths.workItem(debian ?? ''))).not.toContain('365 days');
    expect((await browser.post(paths.workItem(debian ?? ''), later('365'))).status).toBe(422);
    expect((await browser.post(paths.workItem(alma ?? ''), { ...later('365'), reason: '' })).status).toBe(422);
    expect((await browser.post(paths.workItem(alma ?? ''), later('365'))).status).toBe(303);
    expect(worklist.list(admin).find(({ id }) => id === alma)).toMatchObject({
      isPutOff: true,
      reason: 'bought with it',
    });
    expect(await text(paths.work({ view: 'later' }))).toContain('AlmaLinux');
  });

  it('devices that nothing judges are counted on the worklist and in what commands print', async () => {
    const notJudged = ROWS.filter(({ state }) => state === 'not-judged').length;
    const inPart = ROWS.filter(({ state }) => state !== 'judged').length;
    expect(await toldBy(site.appliance).printed('finding.list', {})).toMatch(
      new RegExp(`${inPart} devices are not judged, or only in part`),
    );
    expect(await text(paths.work())).toMatch(new RegExp(`${notJudged} devices`));
    for (const { host: name, state } of ROWS) {
      const shown = await text(`${paths.devices()}?coverage=${state}`);
      expect(shown, name).toContain(name);
    }
  });
});
