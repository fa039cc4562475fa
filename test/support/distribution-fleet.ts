import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { collectors, collectSections } from '../../agent/src/collectors/all.ts';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { windowsCollectors } from '../../agent/src/windows/collectors.ts';
import { parseWindowsReport } from '../../agent/src/windows/report.ts';
import { packageKinds } from '../../appliance/test/support/site.ts';

// One host for each distribution whose advisories OSV has, and two Windows hosts, as our agent reports them. Debian is the recorded
// system of recordings/debian-12.json.gz. The others of dpkg and rpm are databases that dpkg's form and rpm itself wrote here, with the
// text of the distribution's own os-release and a package in a version that its advisories name. Our agent has no reader of apk: what
// Alpine, Chainguard and Wolfi report is made, as osquery would. Windows is the report of the agent's tests, once as it is and once
// as a server.

type Made = {
  /** `ID`, `VERSION_ID` and, where it counts, `VERSION` of os-release. */
  readonly id: string;
  readonly release: string;
  readonly version?: string;
  /** OSV's name of the ecosystem, and the name and the version of a package as its records write them. */
  readonly feed: string;
  readonly package: string;
  readonly evr: string;
  readonly fixed: string;
};

const RPM: readonly Made[] = [
  ['almalinux', '9.4', 'AlmaLinux:9', '3.0.7-27.el9', '3.0.7-28.el9'],
  ['rocky', '9.4', 'Rocky Linux:9', '3.0.7-27.el9', '3.0.7-28.el9'],
  ['rhel', '9.4', 'Red Hat:enterprise_linux:9::baseos', '3.0.7-27.el9', '3.0.7-28.el9'],
  ['ol', '9.4', 'Oracle Linux:9', '3.0.7-27.0.3.el9', '3.0.7-28.0.1.el9'],
  ['amzn', '2023', 'Amazon Linux:2023', '3.0.8-1.amzn2023.0.14', '3.0.8-1.amzn2023.0.15'],
  ['sles', '15.6', 'SUSE:Linux Enterprise Server 15 SP6', '3.1.4-150600.5.15.1', '3.1.4-150600.5.18.1'],
  ['opensuse-leap', '15.6', 'openSUSE:Leap 15.6', '3.1.4-150600.5.15.1', '3.1.4-150600.5.18.1'],
  ['mageia', '9', 'Mageia:9', '3.0.15-1.mga9', '3.0.16-1.mga9'],
  ['openEuler', '22.03', 'openEuler:22.03-LTS-SP3', '1.1.1wa-7.oe2203sp3', '1.1.1wa-8.oe2203sp3'],
  ['azurelinux', '3.0', 'Azure Linux:3', '3.3.0-1.azl3', '3.3.0-2.azl3'],
  ['photon', '5.0', 'Photon OS:5.0', '3.0.13-1.ph5', '3.0.13-2.ph5'],
].map(([id = '', release = '', feed = '', evr = '', fixed = '']) => ({
  id,
  release,
  feed,
  package: 'openssl',
  evr,
  fixed,
  ...(id === 'openEuler' ? { version: '22.03 (LTS-SP3)' } : {}),
}));

const APK: readonly Made[] = [
  ['alpine', '3.20.3', 'Alpine:v3.20'],
  ['chainguard', '20230214', 'Chainguard'],
  ['wolfi', '20230201', 'Wolfi'],
].map(([id = '', release = '', feed = '']) => ({
  id,
  release,
  feed,
  package: 'openssl',
  evr: '3.3.2-r1',
  fixed: '3.3.2-r2',
}));

const UBUNTU: Made = {
  id: 'ubuntu',
  release: '22.04',
  feed: 'Ubuntu:22.04:LTS',
  package: 'openssl',
  evr: '3.0.2-0ubuntu1.18',
  fixed: '3.0.2-0ubuntu1.19',
};
const DEBIAN = { id: 'debian', feed: 'Debian:12', package: 'openssl', fixed: '99-1' };

/** What the agent of one host reports, and a record of its feed that its package is affected by. */
export type FleetHost = {
  readonly name: string;
  readonly sections: ReadonlyMap<string, readonly Record<string, unknown>[]>;
  /** Undefined: no feed is about it. */
  readonly record: { readonly ecosystem: string; readonly package: string; readonly fixed: string } | undefined;
};

const asked = new Set(['platform', 'software']);

const collected = async (root: string): Promise<FleetHost['sections']> => {
  const context = { files: rootFiles(root), memory: noMemory, clock: () => 0 };
  const chosen = collectors.filter(({ collection }) => asked.has(collection));
  const sections = await collectSections(context, { chosen });
  return new Map(sections.map(({ collection, items }) => [collection, items]));
};

const osRelease = ({ id, release, version }: Pick<Made, 'id' | 'release' | 'version'>): string =>
  `ID="${id}"\nVERSION_ID="${release}"\n${version === undefined ? '' : `VERSION="${version}"\n`}`;

const recordOf = ({ feed, package: name, fixed }: Omit<Made, 'id' | 'release' | 'evr'>): FleetHost['record'] => ({
  ecosystem: feed,
  package: name,
  fixed,
});

/** Files of a root, as text or bytes. */
const rootWith = (folder: string, name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  const root = join(folder, name);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
};

const rpmHosts = async (folder: string): Promise<FleetHost[]> => {
  const build = join(folder, 'build');
  mkdirSync(build);
  const specs = RPM.map(({ id, package: name, evr }) => {
    const [version, ...release] = evr.split('-');
    const spec = join(build, `${id}.spec`);
    writeFileSync(
      spec,
      `Name: ${name}\nVersion: ${version}\nRelease: ${release.join('-')}\nBuildArch: noarch\nSummary: x\nLicense: MIT\n%description\nx\n%files\n`,
    );
    return spec;
  });
  for (const [at, spec] of specs.entries())
    execFileSync(
      'rpmbuild',
      ['--define', `_topdir ${build}`, '--define', `_rpmdir ${join(build, RPM[at]?.id ?? '')}`, '-bb', spec],
      { stdio: 'pipe' },
    );
  return Promise.all(
    RPM.map(async (made) => {
      const root = rootWith(folder, made.id, { 'etc/os-release': osRelease(made) });
      const database = join(root, 'usr/lib/sysimage/rpm');
      mkdirSync(database, { recursive: true });
      const rpm = (...args: string[]) => execFileSync('rpm', ['--dbpath', database, ...args], { stdio: 'pipe' });
      rpm('--initdb');
      for (const file of readdirSync(join(build, made.id), { recursive: true, encoding: 'utf8' }))
        if (file.endsWith('.rpm')) rpm('--justdb', '--nodeps', '--nosignature', '-i', join(build, made.id, file));
      return { name: made.id.toLowerCase(), sections: await collected(root), record: recordOf(made) };
    }),
  );
};

const debHosts = async (folder: string): Promise<FleetHost[]> => {
  const recording = JSON.parse(
    gunzipSync(readFileSync(join(import.meta.dirname, '../integration/recordings/debian-12.json.gz'))).toString(),
  ) as { files: { bytes: Record<string, string> } };
  const recorded = Object.entries(recording.files.bytes).filter(([path]) =>
    /^(etc\/os-release|usr\/lib\/os-release|etc\/debian_version|var\/lib\/dpkg\/status)$/.test(path),
  );
  const debian = rootWith(
    folder,
    'debian',
    Object.fromEntries(recorded.map(([path, text]) => [path, Buffer.from(text, 'base64')])),
  );
  const ubuntu = rootWith(folder, 'ubuntu', {
    'etc/os-release': osRelease(UBUNTU),
    'var/lib/dpkg/status': `Package: openssl\nStatus: install ok installed\nVersion: ${UBUNTU.evr}\nArchitecture: amd64\n`,
  });
  return [
    { name: 'debian', sections: await collected(debian), record: recordOf(DEBIAN) },
    { name: 'ubuntu', sections: await collected(ubuntu), record: recordOf(UBUNTU) },
  ];
};

const apkHosts = (): FleetHost[] =>
  APK.map((made) => ({
    name: made.id,
    sections: new Map<string, readonly Record<string, unknown>[]>([
      ['platform', [{ vendor: made.id, release: made.release, arch: 'x86_64', packageKinds }]],
      [
        'software',
        [{ type: 'apk', name: made.package, version: made.evr, source: made.package, sourceVersion: made.evr }],
      ],
    ]),
    record: recordOf(made),
  }));

const windowsHosts = async (): Promise<FleetHost[]> => {
  const text = readFileSync(join(import.meta.dirname, '../../agent/test/windows/report.json'), 'utf8');
  const context = { files: rootFiles('/'), memory: noMemory, clock: () => 0 };
  const of = async (name: string, written: string): Promise<FleetHost> => {
    const report = parseWindowsReport(written);
    const sections = new Map<string, readonly Record<string, unknown>[]>();
    for (const { collection, collect } of windowsCollectors(async () => report))
      if (asked.has(collection)) sections.set(collection, (await collect(context)) ?? []);
    return { name, sections, record: undefined };
  };
  return [
    await of('windows-client', text),
    await of(
      'windows-server',
      text.replaceAll('Microsoft Windows 10 Enterprise LTSC', 'Microsoft Windows Server 2019'),
    ),
  ];
};

/** Whether this machine can make the databases of rpm. */
export const canMakeFleet = existsSync('/usr/bin/rpmbuild') && existsSync('/usr/bin/rpm');

/** Sixteen distributions and two Windows hosts. */
export async function distributionFleet(): Promise<FleetHost[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-fleet-'));
  try {
    return [...(await debHosts(folder)), ...(await rpmHosts(folder)), ...apkHosts(), ...(await windowsHosts())];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
