import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { type Item, noMemory } from '../../agent/src/collectors/collector.ts';
import { looksBeside } from '../../agent/src/packages/beside.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import type { DecodedReport, InventorySource } from '../../appliance/src/engine/inventory/types.ts';
import { decodeGlpi } from '../../appliance/src/features/agents/glpi/decode.ts';
import { sectionsOf as osquerySections } from '../../appliance/src/features/agents/osquery/decode.ts';
import { type Browser, type Console, openConsole } from '../../appliance/test/support/console.ts';
import { linuxContent, xmlMessage } from '../../appliance/test/support/glpi-client.ts';
import { knownHost } from '../support/known-host.ts';
import { fixedBy, mainText, toldBy } from '../support/told.ts';

// Packages beside those of the system: what the agent finds of them in a real Debian, and what the product says of a device that has
// them, or on which nothing looks for them.

/** `recordings/README.md` says how it was made; what the tools themselves listed there. */
const recording = join(import.meta.dirname, 'recordings/debian-13-beside.tar.gz');
const LISTED = {
  // pip list, of both folders that it installed into.
  python: ['packaging 25.0', 'setuptools 78.1.1', 'wheel 0.46.1'],
  // npm ls --global --all.
  npm: [
    '@isaacs/cliui 8.0.2',
    'ansi-regex 5.0.1',
    'ansi-regex 6.6.0',
    'ansi-styles 4.3.0',
    'ansi-styles 6.2.3',
    'color-convert 2.0.1',
    'color-name 1.1.4',
    'eastasianwidth 0.2.0',
    'emoji-regex 8.0.0',
    'emoji-regex 9.2.2',
    'is-fullwidth-code-point 3.0.0',
    'lodash 4.17.20',
    'lru-cache 6.0.0',
    'semver 7.3.5',
    'string-width 4.2.3',
    'string-width 5.1.2',
    'strip-ansi 6.0.1',
    'strip-ansi 7.2.0',
    'wrap-ansi 7.0.0',
    'wrap-ansi 8.1.0',
    'yallist 4.0.0',
  ],
  // flatpak list --system --all.
  flatpak: ['org.plant.Platform 23.08', 'org.plant.Viewer 4.1.2'],
  // GET /images/json of docker, podman images --all.
  container: [
    '<none> sha256:87abd794f99db5255f1521bf1bbc6ba8d57ca62a612e9a201529d0ab589ba2a4',
    'localhost/line-hmi:1.2 sha256:42c186a17c29a209489eea7680bdd4008eee10fc888dae1ea1a74f90adad73c2',
    'plant/historian:7 sha256:e40ffc54b46088aeb82b3a82f7359031f9dde80bed54bd224b8ea0f9ae83c877',
  ],
};

const put = (root: string, path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const sectionsOf = (root: string) =>
  collectSections(
    { files: rootFiles(root), memory: noMemory, clock: () => 0 },
    { chosen: collectors.filter(({ collection }) => ['platform', 'software'].includes(collection)) },
  );
const listed = (items: readonly Item[], type: string): string[] =>
  items
    .filter((item) => item['type'] === type)
    .map(({ name, version }) => `${String(name)} ${String(version)}`)
    .sort();

let folder: string;
const made = (name: string): string => {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  return root;
};
const recorded = (name: string): string => {
  const root = made(name);
  execFileSync('tar', ['--extract', '--gzip', '--file', recording, '--directory', root]);
  return root;
};
/** As snapd's documentation lays it out: two revisions of one snap, the link to the one in force, its mounted description. */
const withSnaps = (root: string): string => {
  for (const file of ['core22_1748.snap', 'lxd_29351.snap', 'lxd_31333.snap'])
    put(root, `var/lib/snapd/snaps/${file}`, '');
  put(root, 'snap/lxd/29351/meta/snap.yaml', 'name: lxd\nversion: "5.21.2-22f93f4"\nsummary: system containers\n');
  symlinkSync('29351', join(root, 'snap/lxd/current'));
  return root;
};
const debian = (name: string): string => {
  const root = made(name);
  put(root, 'etc/os-release', 'ID=debian\nVERSION_ID="13"\n');
  const maker = 'Matthias Klose <doko@debian.org>';
  put(
    root,
    'var/lib/dpkg/status',
    `Package: bash\nStatus: install ok installed\nMaintainer: ${maker}\nArchitecture: amd64\nVersion: 5.2.37-2\n`,
  );
  return root;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-beside-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withoutKinds = (item: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).filter(([field]) => field !== 'packageKinds'));

describe('packages beside the system as the agent collects them', () => {
  it.each(Object.keys(LISTED) as (keyof typeof LISTED)[])(
    'of %s on a real Debian are those that its own tool lists',
    async (kind) => {
      const [, software] = await sectionsOf(recorded(`listed-${kind}`));
      expect(listed(software?.items ?? [], kind)).toEqual(LISTED[kind]);
    },
  );

  it('do not count what a package of Debian brought, with or without a word about its installer', async () => {
    const [, software] = await sectionsOf(recorded('counted-once'));
    const names = (software?.items ?? []).map(({ type, name }) => `${String(type)} ${String(name)}`);
    for (const name of ['requests', 'certifi', 'idna', 'urllib3']) {
      expect(names).toContain(`deb python3-${name}`);
      expect(names).not.toContain(`python ${name}`);
    }
  });

  it('of snap are named by the revision in force, and by its number where its image is not mounted', async () => {
    const [, software] = await sectionsOf(withSnaps(debian('snaps')));
    expect(listed(software?.items ?? [], 'snap')).toEqual(['core22 revision 1748', 'lxd 5.21.2-22f93f4']);
  });

  it('are a kind that is said to be looked for, and one that is not read where containerd names them alone', async () => {
    const root = debian('containerd');
    put(root, `var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/${'a'.repeat(64)}`, '');
    const [platform] = await sectionsOf(root);
    expect(platform?.items[0]?.['packageKinds']).toEqual(['container: not listed', 'flatpak', 'npm', 'python', 'snap']);
  });

  it('stay within their bounds, and say that they were not read whole', async () => {
    const root = recorded('bounded');
    const whole = await looksBeside(rootFiles(root), () => 0);
    expect([...whole.values()].map(({ isWhole }) => isWhole)).toEqual([true, true, true, true, true]);
    for (const bounds of [
      { reads: 12, bytes: 1e9, ms: 1e9 },
      { reads: 1e9, bytes: 4_000, ms: 1e9 },
    ]) {
      const cut = await looksBeside(rootFiles(root), () => 0, bounds);
      expect(cut.get('npm')?.isWhole).toBe(false);
      expect(cut.get('npm')?.items.length).toBeLessThan(LISTED.npm.length);
      expect(cut.get('snap')?.isWhole).toBe(true);
    }
    let now = 0;
    const late = await looksBeside(rootFiles(root), () => (now += 10), { reads: 1e9, bytes: 1e9, ms: 50 });
    expect(late.get('npm')?.isWhole).toBe(false);
  });

  it('that lead out of their folder or are damaged are not followed, and are said', async () => {
    const root = debian('damaged');
    put(root, 'usr/local/lib/node_modules/broken/package.json', '{"name": ');
    put(root, 'home/worker/tool/package.json', '{"name":"tool","version":"1.0.0"}');
    put(root, 'home/worker/tool/node_modules/inner/package.json', '{"name":"inner","version":"2.0.0"}');
    symlinkSync(join(root, 'home/worker/tool'), join(root, 'usr/local/lib/node_modules/tool'));
    put(root, 'var/lib/docker/image/overlay2/repositories.json', 'not JSON');
    const [platform, software] = await sectionsOf(root);
    expect(listed(software?.items ?? [], 'npm')).toEqual(['tool 1.0.0']);
    expect(platform?.items[0]?.['packageKinds']).toEqual(
      expect.arrayContaining(['npm: not read', 'container: not read']),
    );
  });
});

const { t } = catalogue('en');

const bash = { name: 'bash', version: '5.2.37-2', arch: 'amd64', from: 'deb' };
const glpiReport = (client: string, softwares: readonly object[], isOcs = false): Promise<DecodedReport> => {
  const content = linuxContent({ softwares, versionclient: client });
  const wire = isOcs
    ? xmlMessage('INVENTORY', 'ocs-2026-01-02-03-04-05', content)
    : JSON.stringify({ action: 'inventory', deviceid: 'glpi-2026-01-02-03-04-05', content });
  return decodeGlpi(Buffer.from(wire), { device: 1, source: isOcs ? 'ocs' : 'glpi', now: 0 });
};
const osqueryReport = (images: 'failed' | readonly object[]): DecodedReport =>
  osquerySections(
    {
      queries: {
        'sp:inv:platform:1': [{ name: 'Debian GNU/Linux', platform: 'debian', version: '13', major: '13' }],
        'sp:inv:platform.kernel:1': [{ version: '6.12' }],
        'sp:inv:software.deb_packages:1': [{ ...bash, source: '', maintainer: 'Matthias Klose <doko@debian.org>' }],
        'sp:inv:software.python_packages:1': [{ name: 'requests', version: '2.0.0' }],
        'sp:inv:software.npm_packages:1': [],
        'sp:inv:software.docker_images:1': images === 'failed' ? [] : [...images],
      },
      statuses: images === 'failed' ? { 'sp:inv:software.docker_images:1': 1 } : {},
      messages: {},
      stats: {},
    },
    0,
  );
const snap = { name: 'lxd', version: '5.21', from: 'snap' };
const digest = 'e4'.repeat(32);

/** Other agents: what each reports, and which of the kinds beside the system it says and leaves out. */
const OTHERS: readonly {
  readonly name: string;
  readonly source: InventorySource;
  readonly report: () => Promise<DecodedReport> | DecodedReport;
  readonly told: readonly string[];
  readonly unseen: string;
}[] = [
  {
    name: 'of-osquery',
    source: 'osquery',
    report: () => osqueryReport([{ id: `sha256:${digest}`, tags: 'historian:7,historian:latest' }]),
    told: ['no-feed PyPI 1', 'not-managed container 2'],
    unseen: 'flatpak, snap',
  },
  {
    name: 'of-osquery-refused',
    source: 'osquery',
    report: () => osqueryReport('failed'),
    told: ['no-feed PyPI 1'],
    unseen: 'container, flatpak, snap',
  },
  {
    name: 'of-glpi',
    source: 'glpi',
    report: () =>
      glpiReport('GLPI-Agent_v1.11', [bash, snap, { name: 'org.plant.Viewer', version: '4.1', from: 'flatpak' }]),
    told: ['not-managed flatpak 1', 'not-managed snap 1'],
    unseen: 'container, npm, python',
  },
  {
    name: 'of-fusioninventory',
    source: 'glpi',
    report: () => glpiReport('FusionInventory-Agent_v2.6-4', [bash]),
    told: [],
    unseen: 'container, flatpak, npm, python',
  },
  {
    name: 'of-ocs',
    source: 'ocs',
    report: () => glpiReport('OCS-NG_unified_unix_agent_v2.10.0', [bash, snap], true),
    told: ['not-managed snap 1'],
    unseen: 'container, flatpak, npm, python',
  },
];

describe('a device with packages beside the system', () => {
  let site: Console;
  let browser: Browser;
  const devices = new Map<string, { id: number; publicId: string }>();
  const idOf = (name: string): string => devices.get(name)?.publicId ?? '';
  const text = async (path: string): Promise<string> => mainText(await browser.html(path));
  type Told = { state: string; reasons: { code: string; ecosystem: string; components: number; list?: string }[] };
  const coverageOf = async (name: string): Promise<Told> =>
    ((await toldBy(site.appliance).answer('device.get', { device: idOf(name) })) as { coverage: Told }).coverage;

  const roots: Readonly<Record<string, () => string>> = {
    plain: () => debian('plain'),
    'with-snaps': () => withSnaps(debian('with-snaps')),
    'real-debian': () => recorded('real-debian'),
    'with-containerd': () => {
      const root = debian('with-containerd');
      put(root, `var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/${'b'.repeat(64)}`, '');
      return root;
    },
    'old-agent': () => debian('old-agent'),
  };

  beforeAll(async () => {
    site = await openConsole();
    const { appliance } = site;
    const { host, bring } = await knownHost(appliance, folder);
    browser = await site.as('administrator');
    for (const [name, root] of Object.entries(roots)) {
      const device = site.device(name);
      devices.set(name, device);
      site.report(device.id, 'identity', [{ name }]);
      for (const { collection, items } of await sectionsOf(root()))
        site.report(
          device.id,
          collection,
          // An agent of before sends neither.
          name === 'old-agent' ? items.map(withoutKinds) : items,
        );
    }
    for (const { name, source, report } of OTHERS) {
      const device = site.device(name);
      devices.set(name, device);
      appliance.inventory.putReport(device.id, source, await report(), Date.now());
    }
    await host.publish({ feeds: [{ feed: 'osv-debian', advisories: [fixedBy('Debian:13', 'openssl', '3.0-1')] }] });
    await bring();
    appliance.rules.recomputeAll();
    appliance.rules.recomputePending();
  });
  afterAll(() => site?.close());

  it('is judged whole where its agent looked and found none', async () => {
    expect(await coverageOf('plain')).toMatchObject({ state: 'judged', reasons: [] });
  });

  it('is judged in part, and says of each kind that it is neither judged nor managed, or has no source', async () => {
    const { state, reasons } = await coverageOf('real-debian');
    expect(state).toBe('partly');
    expect(reasons.map(({ code, ecosystem, components }) => `${code} ${ecosystem} ${components}`)).toEqual([
      'no-feed PyPI 3',
      'not-managed container 3',
      'not-managed flatpak 2',
      'no-feed npm 21',
    ]);
    for (const path of [paths.device(idOf('real-debian')), paths.deviceTab(idOf('real-debian'), 'findings')]) {
      const shown = await text(path);
      expect(shown, path).toContain('container, components: 3. Not judged and not managed');
      expect(shown, path).toContain('PyPI, components: 3. No feed that is here covers them');
      expect(shown, path).not.toContain(t('vuln.noneWhy'));
    }
  });

  it('has in no list, file or call a state that is better than in part', async () => {
    const columns = 'col=name&col=coverage&col=status';
    const rowIn = (whole: string, separator: string, name: string): string =>
      whole.split(separator).find((row) => row.includes(name)) ?? '';
    for (const name of ['with-snaps', 'real-debian', 'with-containerd']) {
      const row = rowIn(await browser.html(`${paths.devices()}?${columns}`), '<tr', name);
      expect(row).toContain(t('coverage.partly'));
      const line = rowIn(await (await browser.get(`${paths.devicesCsv()}?${columns}`)).text(), '\n', name);
      expect(line).toContain(t('coverage.partly'));
      expect(`${row}${line}`).not.toMatch(/\bOK\b/);
      expect(rowIn(await toldBy(site.appliance).printed('device.list', {}), '\n', name)).toContain('partly');
    }
  });

  it('is found by the kind, which stands once on the worklist for all devices', async () => {
    const work = await text(paths.work());
    // By our agent and by others.
    expect(work).toContain(`${t('work.beside.snap')}: 3 devices`);
    expect(work).toContain(`${t('work.beside.flatpak')}: 2 devices`);
    expect(work).toContain(`${t('work.beside.container')}: 2 devices`);
    expect(work).toContain(`${t('work.beside.not-looked-at')}: ${OTHERS.length + 1} devices`);
    expect(await text(paths.devices({ beside: 'snap' }))).toContain('with-snaps');
    expect(await text(paths.devices({ beside: 'snap' }))).not.toContain('real-debian');
    expect(await text(paths.devices({ beside: 'flatpak' }))).toContain('real-debian');
    expect(await text(paths.devices({ beside: 'not-looked-at' }))).toContain('old-agent');
  });

  it.each(OTHERS)(
    '$name says what its agent lists of them, and what it does not look for',
    async ({ name, told, unseen }) => {
      const { reasons } = await coverageOf(name);
      const beside = reasons.filter(
        ({ code, ecosystem }) => code === 'not-managed' || ['PyPI', 'npm'].includes(ecosystem),
      );
      expect(beside.map(({ code, ecosystem, components }) => `${code} ${ecosystem} ${components}`)).toEqual(told);
      expect(reasons.at(-1)).toEqual({ code: 'not-looked-at', ecosystem: '', components: 0, list: unseen });
      expect(await text(paths.device(idOf(name)))).toContain(`looks for packages of these kinds: ${unseen}.`);
    },
  );

  it('that several agents look at is looked at by all of them together', async () => {
    const { id, publicId } = site.device('two-agents');
    devices.set('two-agents', { id, publicId });
    const { inventory, rules } = site.appliance;
    inventory.putReport(id, 'osquery', osqueryReport([]), 0);
    inventory.putReport(id, 'glpi', await glpiReport('GLPI-Agent_v1.11', [bash]), 0);
    rules.recomputePending();
    expect((await coverageOf('two-agents')).reasons.map(({ code }) => code)).not.toContain('not-looked-at');
  });

  it('whose agent does not look says so and keeps its state', async () => {
    const { state, reasons } = await coverageOf('old-agent');
    expect(state).toBe('judged');
    expect(reasons).toEqual([
      { code: 'not-looked-at', ecosystem: '', components: 0, list: 'container, flatpak, npm, python, snap' },
    ]);
    for (const path of [paths.device(idOf('old-agent')), paths.deviceTab(idOf('old-agent'), 'findings')])
      expect(await text(path), path).toContain('No agent of this device looks for packages of these kinds: container');
  });

  it('with images that containerd alone can name is one whose list is not read', async () => {
    expect(await coverageOf('with-containerd')).toMatchObject({
      state: 'partly',
      reasons: [{ code: 'list-not-whole', list: 'container' }],
    });
    expect(await text(paths.devices({ listsUnread: 'yes' }))).toContain('with-containerd');
  });

  it('keeps a package that could no longer be read, until its kind is read whole again', async () => {
    const { id, publicId } = site.device('half-read');
    devices.set('half-read', { id, publicId });
    const { inventory, rules } = site.appliance;
    const root = debian('half-read');
    const manifest = 'usr/local/lib/node_modules/lodash/package.json';
    put(root, manifest, '{"name":"lodash","version":"4.17.20"}');
    const reported = async (): Promise<[npm: string[], codes: string[]]> => {
      const held = inventory.hashes(id, 'native');
      for (const { collection, hash, items } of await sectionsOf(root))
        if (held[collection] !== hash) site.report(id, collection, items);
      rules.recomputePending();
      const { reasons } = await coverageOf('half-read');
      const codes = reasons.map(({ code, list }) => `${code} ${list ?? ''}`).filter((text) => text.endsWith(' npm'));
      return [listed(inventory.section(id, 'software') as unknown as Item[], 'npm'), codes];
    };
    expect(await reported()).toEqual([['lodash 4.17.20'], []]);
    rmSync(join(root, manifest));
    execFileSync('mkfifo', [join(root, manifest)]);
    expect(await reported()).toEqual([['lodash 4.17.20'], ['list-not-read npm', 'list-not-whole npm']]);
    expect(await text(paths.device(publicId))).toContain('The list of npm packages was not read since');
    rmSync(dirname(join(root, manifest)), { recursive: true });
    // The list itself is the same: it is asked for with the next call.
    await reported();
    expect(await reported()).toEqual([[], []]);
  });

  it('with images that containerd alone can name keeps none that docker no longer has', async () => {
    const { id, publicId } = site.device('docker-and-containerd');
    devices.set('docker-and-containerd', { id, publicId });
    const root = debian('docker-and-containerd');
    put(root, `var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/${'c'.repeat(64)}`, '');
    const image = `var/lib/docker/image/overlay2/imagedb/content/sha256/${'d'.repeat(64)}`;
    put(root, image, '{}');
    const reported = async (): Promise<string[]> => {
      for (const { collection, items } of await sectionsOf(root)) site.report(id, collection, items);
      return listed(site.appliance.inventory.section(id, 'software') as unknown as Item[], 'container');
    };
    expect(await reported()).toHaveLength(1);
    rmSync(join(root, image));
    expect(await reported()).toEqual([]);
    site.appliance.rules.recomputePending();
    expect((await coverageOf('docker-and-containerd')).reasons).toMatchObject([{ code: 'list-not-whole' }]);
  });

  it('asks nobody for what has no source anywhere', async () => {
    const leaves = await text(paths.requestGroup('coverage'));
    expect(leaves).toContain('PyPI');
    for (const word of ['historian', 'line-hmi', 'org.plant', 'snap']) expect(leaves).not.toContain(word);
  });
});
