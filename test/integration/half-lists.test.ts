import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import type { DecodedReport, InventorySource } from '../../appliance/src/engine/inventory/types.ts';
import { decodeGlpi } from '../../appliance/src/features/agents/glpi/decode.ts';
import { sectionsOf as osquerySections } from '../../appliance/src/features/agents/osquery/decode.ts';
import { type Browser, type Console, openConsole } from '../../appliance/test/support/console.ts';
import { linuxContent, xmlMessage } from '../../appliance/test/support/glpi-client.ts';
import { knownHost } from '../support/known-host.ts';
import { fixedBy, mainText, toldBy } from '../support/told.ts';

// A report closes only the lists that it read: a host whose package database cannot be read keeps its packages, its findings, and
// says on every face that the list was not read. Reports are what our agent makes of a root, and what GLPI, OCS and osquery send.

const atMs = Date.parse('2026-11-24T10:00:00Z');
const openssl = { name: 'openssl', version: '3.0.1-1', arch: 'amd64', from: 'deb' };
const bash = { name: 'bash', version: '5.2.37-2', arch: 'amd64', from: 'deb' };
const snap = { name: 'lxd', version: '5.21', from: 'snap' };

/** What a collector sends: with the packages of dpkg, and when it could not read them. */
type Row = {
  readonly host: string;
  readonly source: InventorySource;
  readonly reports: (folder: string) => Promise<{ whole: DecodedReport; half: DecodedReport }>;
};

const ofSections = (sections: DecodedReport['sections'], full = false): DecodedReport => ({
  sections,
  full,
  dropped: {},
});

const agentReports = async (folder: string) => {
  const root = join(folder, 'agent-root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="13"\n');
  const status = join(root, 'var/lib/dpkg/status');
  const stanza = ({ name, version }: typeof openssl) =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`;
  writeFileSync(status, [openssl, bash].map(stanza).join('\n'));
  const chosen = collectors.filter(({ collection }) => ['platform', 'software'].includes(collection));
  const faults: string[] = [];
  const collect = () =>
    collectSections(
      { files: rootFiles(root), memory: noMemory, clock: () => atMs },
      { chosen, onFault: (_, error) => faults.push(String(error)) },
    );
  const whole = await collect();
  // What stands in its place cannot be read, not even by root.
  renameSync(status, `${status}.away`);
  mkdirSync(status);
  const half = await collect();
  expect(faults).toEqual(['Error: the database of dpkg cannot be read']);
  return { whole: ofSections(whole), half: ofSections(half) };
};

let machines = 0;
/** A machine of its own, and what is sent of its packages. */
const glpiReports = (name: string, isOcs = false) => {
  machines += 1;
  const hardware = { name, uuid: `4c4c4544-0031-4b10-8052-b4c04f4d37${10 + machines}` };
  return (softwares: readonly object[] | undefined) =>
    glpiReport({ hardware, bios: {}, networks: [], softwares }, isOcs);
};

const glpiReport = (content: Record<string, unknown>, isOcs: boolean) =>
  decodeGlpi(
    Buffer.from(
      isOcs
        ? xmlMessage('INVENTORY', 'ocs-2026-01-02-03-04-05', linuxContent(content))
        : JSON.stringify({ action: 'inventory', deviceid: 'glpi-2026-01-02-03-04-05', content: linuxContent(content) }),
    ),
    { device: 1, source: isOcs ? 'ocs' : 'glpi', now: atMs },
  );

const debRow = ({ name, version }: typeof openssl) => ({ name, version, arch: 'amd64', source: '', maintainer: '' });
const osqueryReport = (debs: readonly (typeof openssl)[] | 'failed') =>
  osquerySections(
    {
      queries: {
        'sp:inv:platform:1': [{ name: 'Debian GNU/Linux', platform: 'debian', version: '13', major: '13' }],
        'sp:inv:platform.kernel:1': [{ version: '6.12' }],
        'sp:inv:software.deb_packages:1': debs === 'failed' ? [] : debs.map(debRow),
        'sp:inv:software.python_packages:1': [{ name: 'requests', version: '2.0.0' }],
      },
      statuses: debs === 'failed' ? { 'sp:inv:software.deb_packages:1': 1 } : {},
      messages: debs === 'failed' ? { 'sp:inv:software.deb_packages:1': 'distributed query is denylisted' } : {},
      stats: {},
    },
    atMs,
  );

const ofGlpi = (host: string, half: readonly object[] | undefined, isOcs = false): Row => ({
  host,
  source: isOcs ? 'ocs' : 'glpi',
  reports: async () => {
    const report = glpiReports(host, isOcs);
    return { whole: await report([openssl, bash, snap]), half: await report(half) };
  },
});

const ROWS: readonly Row[] = [
  { host: 'half-agent', source: 'native', reports: agentReports },
  {
    host: 'half-osquery',
    source: 'osquery',
    reports: async () => ({ whole: osqueryReport([openssl, bash]), half: osqueryReport([]) }),
  },
  {
    host: 'half-osquery-denylisted',
    source: 'osquery',
    reports: async () => ({ whole: osqueryReport([openssl, bash]), half: osqueryReport('failed') }),
  },
  ofGlpi('half-glpi', [snap]),
  ofGlpi('half-glpi-without', undefined),
  ofGlpi('half-ocs', [snap], true),
];

const { t } = catalogue('en');

describe('lists of packages that a report did not read', () => {
  let folder: string;
  let site: Console;
  let browser: Browser;
  const devices = new Map<string, { id: number; publicId: string }>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-half-lists-'));
    site = await openConsole();
    const { host, bring } = await knownHost(site.appliance, folder);
    browser = await site.as('administrator');
    const { inventory, rules } = site.appliance;
    const halves = new Map<string, DecodedReport>();
    for (const row of ROWS) {
      const device = site.device(row.host);
      devices.set(row.host, device);
      const { whole, half } = await row.reports(folder);
      halves.set(row.host, half);
      inventory.putReport(device.id, row.source, whole, atMs);
    }
    const advisories = [fixedBy('Debian:13', 'openssl', '3.0.9-1'), fixedBy('PyPI', 'flask', '1.0.0')];
    await host.publish({ feeds: [{ feed: 'osv-debian', advisories }] });
    await bring();
    rules.recomputeAll();
    rules.recomputePending();
    for (const { host: name, source } of ROWS) {
      const half = halves.get(name);
      // The same half report comes again and again.
      if (half !== undefined)
        for (let n = 0; n < 2; n += 1) inventory.putReport(devices.get(name)?.id ?? 0, source, half, atMs + n);
    }
    rules.recomputePending();
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const publicIdOf = (name: string): string => devices.get(name)?.publicId ?? '';
  const text = async (path: string): Promise<string> => mainText(await browser.html(path));

  it.each(ROWS)(
    '$host keeps its finding, and says everywhere that the list of dpkg was not read',
    async ({ host: name }) => {
      const device = publicIdOf(name);
      const { rows, coverage } = (await toldBy(site.appliance).answer('device.findings', { device, limit: 10 })) as {
        rows: { package: string }[];
        coverage: { state: string; reasons: { code: string }[] };
      };
      expect(rows.map((row) => row.package)).toEqual(['openssl']);
      expect(coverage.state).toBe('partly');
      expect(coverage.reasons[0]).toMatchObject({ code: 'list-not-read', list: 'deb', components: 2 });
      for (const path of [paths.device(device), paths.deviceTab(device, 'findings')]) {
        const shown = await text(path);
        expect(shown, path).toContain('The list of deb packages was not read since');
        expect(shown, path).not.toContain(t('vuln.noneWhy'));
      }
      const file = await (await browser.get(`${paths.devicesCsv()}?columns=name,coverage`)).text();
      expect(
        file.split('\n').find((line) => line.includes(`"${name}"`) || line.startsWith(`${name},`)) ?? file,
      ).toContain(t('coverage.partly'));
      expect(await text(`${paths.devices()}?coverage=partly`)).toContain(name);
    },
  );

  it('are counted on the worklist, which leads to the devices', async () => {
    expect(await text(paths.work())).toContain(`Lists of packages of ${ROWS.length} devices are not read`);
    const listed = await text(paths.devices({ listsUnread: 'yes' }));
    for (const { host: name } of ROWS) expect(listed).toContain(name);
  });

  it('each list that is read again is judged again, and what is gone closes', async () => {
    const { inventory, rules } = site.appliance;
    for (const { host: name, source } of ROWS) {
      const { id, publicId } = devices.get(name) ?? { id: 0, publicId: '' };
      const [platform, software] = [inventory.held(id, 'platform', source), inventory.held(id, 'software', source)];
      expect(
        software.map((item) => item['type']),
        name,
      ).not.toContain('deb');
      const items = [...software, { type: 'deb', name: 'bash', version: '5.3-1', arch: 'amd64', source: 'bash' }];
      const sections = [
        { collection: 'platform', collectedAt: '2026-11-25T10:00:00Z', items: platform },
        { collection: 'software', collectedAt: '2026-11-25T10:00:00Z', items },
      ];
      inventory.putReport(id, source, ofSections(sections), atMs);
      rules.recomputePending();
      const { rows, coverage } = (await toldBy(site.appliance).answer('device.findings', {
        device: publicId,
        limit: 10,
      })) as {
        rows: unknown[];
        coverage: { reasons: { code: string }[] };
      };
      expect([name, rows.length, coverage.reasons.filter(({ code }) => code.startsWith('list-'))]).toEqual([
        name,
        0,
        [],
      ]);
    }
    expect(inventory.verify()).toEqual([]);
  });

  it('a source that is gone for 30 days is named while another one speaks, until it is heard again', async () => {
    const { inventory, rules, db } = site.appliance;
    const { id, publicId } = site.device('two-agents');
    const packages = (...names: string[]) =>
      names.map((name) => ({
        type: name === 'flask' ? 'python' : 'deb',
        name,
        version: '1-1',
        arch: 'amd64',
        source: name,
      }));
    const report = (source: InventorySource, ...names: string[]) =>
      inventory.putReport(
        id,
        source,
        ofSections([
          { collection: 'platform', collectedAt: '2026-11-25T10:00:00Z', items: [{ vendor: 'debian', release: '13' }] },
          { collection: 'software', collectedAt: '2026-11-25T10:00:00Z', items: packages(...names) },
        ]),
        atMs,
      );
    const reasons = async () => {
      rules.recomputePending();
      const { coverage } = (await toldBy(site.appliance).answer('device.get', { device: publicId })) as {
        coverage: { state: string; reasons: { code: string }[] };
      };
      return coverage.reasons.filter(({ code }) => code.startsWith('list-'));
    };
    report('osquery', 'bash', 'flask');
    report('native', 'bash');
    expect(await reasons()).toEqual([]);
    // osquery was last heard 40 days ago; our agent speaks.
    const moment = Number(db.prepare('select max(received_at) from section').pluck().get());
    const away = moment - 40 * 86_400_000;
    db.prepare(`update section set received_at = ? where device = ? and source = 'osquery'`).run(away, id);
    rules.recomputeAll();
    expect(await reasons()).toMatchObject([
      { code: 'list-source-gone', source: 'osquery', list: 'python', components: 1 },
    ]);
    expect(await text(paths.device(publicId))).toContain(
      '1 packages are known from osquery alone, which was last heard on',
    );
    report('osquery', 'bash', 'flask', 'curl');
    expect(await reasons()).toEqual([]);
    // Our agent, whose list of the system counts, is gone.
    db.prepare(`update section set received_at = ? where device = ? and source = 'native'`).run(away, id);
    db.prepare(`update device_source set last_seen_at = null where device = ?`).run(id);
    rules.recomputeAll();
    expect(await reasons()).toMatchObject([{ code: 'list-source-gone', source: 'native', components: 1 }]);
  });

  it.each([
    { name: 'alma-pip', vendor: 'almalinux', release: '9.4', type: 'rpm' },
    { name: 'lone-pip', vendor: 'debian', release: '13', type: undefined },
    { name: 'nameless-pip', vendor: undefined, release: undefined, type: undefined },
  ])(
    '$name, of which only a package of Python is judged, has one state: in part',
    async ({ name, vendor, release, type }) => {
      const { inventory, rules } = site.appliance;
      const { id, publicId } = site.device(name);
      const python = { type: 'python', name: 'flask', version: '2.0', purl: 'pkg:pypi/flask@2.0' };
      const own =
        type === undefined ? [] : [{ type, name: 'bash', version: '5.1-1', arch: 'x86_64', publisher: 'AlmaLinux' }];
      const sections = [
        ...(vendor === undefined
          ? []
          : [{ collection: 'platform', collectedAt: '2026-11-25T10:00:00Z', items: [{ vendor, release }] }]),
        { collection: 'software', collectedAt: '2026-11-25T10:00:00Z', items: [...own, python] },
      ];
      inventory.putReport(id, 'osquery', ofSections(sections), atMs);
      rules.recomputePending();
      const { coverage } = (await toldBy(site.appliance).answer('device.get', { device: publicId })) as {
        coverage: { state: string; reasons: object[] };
      };
      expect(coverage.state, JSON.stringify(coverage)).toBe('partly');
      for (const path of [
        paths.device(publicId),
        paths.deviceTab(publicId, 'findings'),
        paths.deviceTab(publicId, 'updates'),
      ]) {
        const shown = await text(path);
        // The state is that of the weakest part: "Judged" and "Not judged" stand alone nowhere.
        expect(shown.replaceAll(/Partly judged|Not judged in part/g, ''), path).not.toMatch(
          /\b(?:Judged|Not judged)\b/,
        );
        expect(shown, path).toMatch(/No feed that is here covers them|No report has the packages of the system itself/);
      }
    },
  );
});
