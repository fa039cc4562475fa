import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { readOsv } from '@sallyport/bundle-tools/advisories/sources/osv';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { type Browser, type Console, openConsole } from '../../appliance/test/support/console.ts';
import { ofSite } from '../../appliance/test/support/engines.ts';
import { advisorySample } from '../../bundle-tools/test/samples.ts';
import { knownHost } from '../support/known-host.ts';
import { reportingDevice } from '../support/reporting-device.ts';
import { mainText, toldBy } from '../support/told.ts';
import { imagemagickRecord, noticeRecord, opensslRecord } from '../support/ubuntu-records.ts';

// What an edition that is paid for alone fixes, from records as Canonical publishes them and devices as our agent reports them, to
// every face: it is a finding that says so, and on a device that has the edition its fix is one like others.

const openssl = (version: string) => ({ name: 'libssl1.1', source: 'openssl', version });
const fixedOfBionic = '1.1.1-1ubuntu2.1~18.04.23+esm4';

type Row = {
  readonly host: string;
  readonly release: string;
  readonly suites: readonly string[];
  readonly packages: readonly { readonly name: string; readonly source: string; readonly version: string }[];
  /** By package: the version that fixes it and the edition that it is only in; absent package: no finding. */
  readonly found: Readonly<Record<string, { fixState: string; fixed?: string; edition?: string }>>;
  /** Until when it is judged. */
  readonly ends: Record<string, unknown>;
};

const paidOfBionic = { until: '2023-05-31', edition: 'Ubuntu Pro', paidUntil: '2028-04-01' };

const ROWS: readonly Row[] = [
  {
    host: 'bionic',
    release: '18.04',
    suites: ['bionic', 'bionic-updates', 'bionic-security'],
    packages: [
      openssl('1.1.1-1ubuntu2.1~18.04.23'),
      { name: 'ovmf', source: 'edk2', version: '0~20180205.c0d9813c-2ubuntu0.3' },
      { name: 'libssl1.0.0', source: 'openssl1.0', version: '1.0.2n-1ubuntu5.13' },
    ],
    found: {
      openssl: { fixState: 'none', fixed: fixedOfBionic, edition: 'Ubuntu Pro' },
      edk2: { fixState: 'none' },
      'openssl1.0': { fixState: 'none', fixed: '1.0.2n-1ubuntu5.13+esm1', edition: 'Ubuntu Pro' },
    },
    ends: { code: 'support-paid', ...paidOfBionic },
  },
  {
    host: 'bionic-attached',
    release: '18.04',
    suites: ['bionic', 'bionic-updates', 'bionic-security', 'bionic-infra-security', 'bionic-infra-updates'],
    packages: [openssl('1.1.1-1ubuntu2.1~18.04.23')],
    found: { openssl: { fixState: 'available', fixed: fixedOfBionic } },
    ends: {},
  },
  {
    host: 'bionic-older-esm',
    release: '18.04',
    suites: ['bionic'],
    packages: [openssl('1.1.1-1ubuntu2.1~18.04.23+esm1')],
    found: { openssl: { fixState: 'available', fixed: fixedOfBionic } },
    ends: { code: 'support-paid', ...paidOfBionic },
  },
  {
    host: 'bionic-fixed',
    release: '18.04',
    suites: ['bionic'],
    packages: [openssl(fixedOfBionic)],
    found: {},
    ends: { code: 'support-paid', ...paidOfBionic },
  },
  {
    host: 'bionic-fips',
    release: '18.04',
    suites: ['bionic', 'bionic-infra-security'],
    packages: [
      openssl('1.1.1-1ubuntu2.fips.2.1~18.04.23'),
      { name: 'libmagickcore-6.q16-3', source: 'imagemagick', version: '8:6.9.7.4+dfsg-16ubuntu6.15+esm1' },
    ],
    found: {},
    // Another build: records of the release say nothing of it, however high its version.
    ends: { code: 'not-comparable', ecosystem: 'Ubuntu:18.04:LTS', components: 1 },
  },
  {
    host: 'xenial',
    release: '16.04',
    suites: ['xenial'],
    packages: [{ name: 'openssl', source: 'openssl', version: '1.0.2g-1ubuntu4.20' }],
    found: { openssl: { fixState: 'none', fixed: '1.0.2g-1ubuntu4.20+esm11', edition: 'Ubuntu Pro' } },
    // The edition ended as well.
    ends: { code: 'support-ended', until: '2021-04-30' },
  },
  {
    host: 'jammy',
    release: '22.04',
    suites: ['jammy', 'jammy-updates'],
    packages: [{ name: 'imagemagick', source: 'imagemagick', version: '8:6.9.11.60+dfsg-1.3ubuntu0.22.04.3' }],
    found: { imagemagick: { fixState: 'available', fixed: '8:6.9.11.60+dfsg-1.3ubuntu0.22.04.5' } },
    ends: {},
  },
];

const { t } = catalogue('en');
const onlyWith = t('fix.edition', { edition: 'Ubuntu Pro' });

const asked = new Set(['platform', 'software']);

/** What the agent reports of a root with these packages and sources. */
const sectionsOf = async (folder: string, { host, release, suites, packages }: Row) => {
  const root = join(folder, host);
  for (const path of ['etc/apt/sources.list.d', 'var/lib/dpkg']) mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), `ID=ubuntu\nVERSION_ID="${release}"\n`);
  const [own, esm] = [false, true].map((isEsm) =>
    suites
      .filter((suite) => /-infra-/.test(suite) === isEsm)
      .map((suite) =>
        isEsm
          ? `deb https://esm.ubuntu.com/infra/ubuntu ${suite} main\n`
          : `deb http://archive.ubuntu.com/ubuntu ${suite} main\n`,
      )
      .join(''),
  );
  writeFileSync(join(root, 'etc/apt/sources.list'), own ?? '');
  writeFileSync(join(root, 'etc/apt/sources.list.d/ubuntu-esm-infra.list'), esm ?? '');
  const maker = 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>';
  writeFileSync(
    join(root, 'var/lib/dpkg/status'),
    packages
      .map(
        ({ name, source, version }) =>
          `Package: ${name}\nStatus: install ok installed\nMaintainer: ${maker}\nArchitecture: amd64\nSource: ${source}\nVersion: ${version}\n`,
      )
      .join('\n'),
  );
  const context = { files: rootFiles(root), memory: noMemory, clock: () => 0 };
  return collectSections(context, { chosen: collectors.filter(({ collection }) => asked.has(collection)) });
};

describe('what an edition that is paid for alone fixes', () => {
  let folder: string;
  let site: Console;
  let browser: Browser;
  const devices = new Map<string, { id: number; publicId: string }>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-paid-edition-'));
    site = await openConsole();
    const { host, bring } = await knownHost(site.appliance, folder);
    browser = await site.as('administrator');
    for (const row of ROWS) devices.set(row.host, reportingDevice(site, row.host, await sectionsOf(folder, row)));
    const records = join(folder, 'records.json');
    writeFileSync(records, JSON.stringify([opensslRecord, imagemagickRecord, noticeRecord]));
    const advisories: Advisory[] = [];
    for await (const result of readOsv({ input: records, feed: 'osv-ubuntu' }))
      if ('advisory' in result) advisories.push({ ...result.advisory, modified: toTime(nowMs()) });
    const support = (release: string, until: string, paidUntil: string) =>
      advisorySample(`support:${release}`, 'end-of-support', {
        support: {
          ecosystem: `Ubuntu:${release}:LTS`,
          until,
          paid: { edition: 'Ubuntu Pro', until: paidUntil },
        },
      });
    await host.publish({
      feeds: [
        { feed: 'osv-ubuntu', advisories },
        {
          feed: 'end-of-support',
          advisories: [support('18.04', '2023-05-31', '2028-04-01'), support('16.04', '2021-04-30', '2026-04-23')],
        },
      ],
    });
    await bring();
    while (site.appliance.updates.settle(100) > 0);
    site.appliance.rules.recomputeAll();
    site.appliance.rules.recomputePending();
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  type Found = { id: string; package: string; fixState: string; fixed?: string; edition?: string };
  const publicIdOf = (name: string): string => devices.get(name)?.publicId ?? '';
  const text = async (path: string): Promise<string> => mainText(await browser.html(path));
  const findingsOf = async (host: string): Promise<Found[]> =>
    ((await toldBy(site.appliance).answer('finding.list', { device: publicIdOf(host) })) as { rows: Found[] }).rows;

  it.each(ROWS)('is said of $host in the answer, on its page and on the page of the finding', async (row) => {
    const found = await findingsOf(row.host);
    expect(
      Object.fromEntries(
        found.map(({ package: name, fixState, fixed, edition }) => [
          name,
          { fixState, ...(fixed === undefined ? {} : { fixed }), ...(edition === undefined ? {} : { edition }) },
        ]),
      ),
    ).toEqual(row.found);
    const isPaid = Object.values(row.found).some(({ edition }) => edition !== undefined);
    const tab = await text(paths.deviceTab(publicIdOf(row.host), 'findings'));
    expect(tab.includes(onlyWith)).toBe(isPaid);
    for (const { id, edition, fixed } of found) {
      const page = await text(paths.finding(id));
      expect(page.includes(onlyWith)).toBe(edition !== undefined);
      if (fixed !== undefined) expect(page).toContain(fixed);
      expect(page.includes(t('finding.nothing.edition'))).toBe(edition !== undefined);
      if (fixed === undefined) expect(page).toContain(t('finding.nothing.none'));
    }
  });

  it.each(ROWS)('$host is judged until the end of what it has', async ({ host, ends }) => {
    const { coverage } = (await toldBy(site.appliance).answer('device.get', { device: publicIdOf(host) })) as {
      coverage: { state: string; reasons: Record<string, unknown>[] };
    };
    if (Object.keys(ends).length === 0) expect(coverage).toMatchObject({ state: 'judged', reasons: [] });
    else expect(coverage).toMatchObject({ state: 'partly', reasons: [ends] });
  });

  it('stands in the list, its files and its print, and a filter finds it', async () => {
    const where = { where: 'edition = "Ubuntu Pro"' };
    const told = toldBy(site.appliance);
    for (const asks of [where, { edition: 'Ubuntu Pro' }]) {
      const { rows, total } = (await told.answer('finding.list', asks)) as { rows: Found[]; total: number };
      expect(total).toBe(4);
      expect(rows.map(({ fixed }) => String(fixed)).sort((a, b) => a.localeCompare(b))).toEqual([
        '1.0.2g-1ubuntu4.20+esm11',
        ...Array.from({ length: 2 }, () => '1.0.2n-1ubuntu5.13+esm1'),
        fixedOfBionic,
      ]);
    }
    expect(await told.printed('finding.list', {})).toContain(`${fixedOfBionic} (Ubuntu Pro)`);
    const address = `${paths.vulnerabilities()}?edition=Ubuntu+Pro`;
    const list = await text(address);
    expect(list).toContain(onlyWith);
    expect(list).not.toContain('imagemagick');
    for (const query of ['', '&print=1']) {
      const file = (
        await (await browser.get(`${paths.vulnerabilitiesCsv()}?edition=Ubuntu+Pro${query}`)).text()
      ).replaceAll('<wbr/>', '');
      expect(file).toContain('Ubuntu Pro');
      expect(file).toContain(fixedOfBionic);
      expect(file).not.toContain('imagemagick');
    }
  });

  it('is a group of its own where it fixes all of an advisory, and each group opens what it counts', async () => {
    type Group = { by: string; name: string; of: string; count: number; path: string };
    const { rows } = (await toldBy(site.appliance).answer('finding.groups', {})) as { rows: Group[] };
    // Of one advisory openssl is fixed in the edition and edk2 nowhere; one group has both.
    expect(rows.map(({ by, name, of, count }) => `${by} ${name} ${of} ${count}`).sort()).toEqual([
      'advisory UBUNTU-CVE-2023-5678  4',
      'edition USN-6709-1 Ubuntu Pro 1',
      'update imagemagick Ubuntu:22.04:LTS 1',
      'update openssl Ubuntu:18.04:LTS 2',
    ]);
    const { vulnerabilities } = site.appliance;
    for (const { path, count } of rows) {
      const filter = vulnerabilities.language.read([...new URLSearchParams(path.split('?')[1])]);
      expect(vulnerabilities.list({ scope: ofSite, filter, limit: 1 }).total).toBe(count);
    }
    expect(await text(paths.findingGroups())).toContain(`${t('vuln.group.by.edition')} Ubuntu Pro`);
  });

  it('is asked for only by devices that have the edition', async () => {
    const fixes = site.appliance.vulnerabilities.sourceFixes(ofSite);
    expect(fixes.map(({ ecosystem, source, fixed }) => `${ecosystem} ${source} ${fixed}`).sort()).toEqual([
      `Ubuntu:18.04:LTS openssl ${fixedOfBionic}`,
      'Ubuntu:22.04:LTS imagemagick 8:6.9.11.60+dfsg-1.3ubuntu0.22.04.5',
    ]);
  });

  it('variants of the edition judge nothing, and are named with how much is said of them', async () => {
    const { rows } = (await toldBy(site.appliance).answer('finding.ecosystems', {})) as {
      rows: { ecosystem: string; records: number }[];
    };
    expect(rows).toContainEqual(expect.objectContaining({ ecosystem: 'Ubuntu:Pro:FIPS:16.04:LTS', records: 1 }));
    expect(rows).toContainEqual(expect.objectContaining({ ecosystem: 'Ubuntu:Pro:18.04:LTS', records: 3 }));
  });

  it('a device that is attached later has the fix, and one that is detached no longer', async () => {
    const row = ROWS[0] as Row;
    const device = devices.get(row.host)?.id ?? 0;
    const reportAs = async (suites: readonly string[]): Promise<void> => {
      for (const { collection, items } of await sectionsOf(join(folder, 'later'), { ...row, suites }))
        if (collection === 'platform') site.report(device, collection, items);
    };
    await reportAs([...row.suites, 'bionic-infra-security']);
    expect((await findingsOf(row.host)).find(({ package: name }) => name === 'openssl')).toMatchObject({
      fixState: 'available',
      fixed: fixedOfBionic,
    });
    await reportAs(row.suites);
    expect((await findingsOf(row.host)).find(({ package: name }) => name === 'openssl')).toMatchObject({
      fixState: 'none',
      edition: 'Ubuntu Pro',
    });
    expect(site.appliance.vulnerabilities.verify()).toEqual([]);
  });
});
