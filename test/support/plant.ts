import { createHash } from 'node:crypto';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { csafAdvisory } from '../../appliance/test/support/controllers/csaf.ts';
import { advisorySample, updateSample } from '../../bundle-tools/test/samples.ts';

// A small plant, invented: who its devices are, what they run, what is published about it. Numbers of advisories and
// records of vulnerabilities lie past any that was ever given out.

type Item = Record<string, unknown>;
type Sections = Readonly<Record<string, readonly Item[]>>;

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
const hexOf = (text: string, length: number): string => sha256(text).slice(0, length);

const debian = 'Debian:13';
const alma = 'AlmaLinux:9';

/** A source package with a fix: what a device has before and after, and its binary packages. */
type Fixable = {
  source: string;
  packages: readonly string[];
  old: string;
  fixed: string;
  severity: Advisory['severity'];
  summary: string;
  sizeBytes: number;
};

const fixables = {
  openssl: {
    source: 'openssl',
    packages: ['libssl3t64', 'openssl'],
    old: '3.5.1-1',
    fixed: '3.5.1-1+deb13u1',
    severity: 'critical',
    summary: 'A certificate with a crafted name runs code in the process that checks it',
    sizeBytes: 2_412_544,
  },
  sudo: {
    source: 'sudo',
    packages: ['sudo'],
    old: '1.9.16p2-3',
    fixed: '1.9.16p2-3+deb13u1',
    severity: 'high',
    summary: 'A local user may run a command as root through the host option',
    sizeBytes: 1_904_120,
  },
  'firefox-esr': {
    source: 'firefox-esr',
    packages: ['firefox-esr'],
    old: '140.3.0esr-1~deb13u1',
    fixed: '140.5.0esr-1~deb13u1',
    severity: 'high',
    summary: 'Memory is used after it was freed while a page is laid out',
    sizeBytes: 6_812_304,
  },
  libxml2: {
    source: 'libxml2',
    packages: ['libxml2'],
    old: '2.12.7+dfsg+really2.9.14-2.1',
    fixed: '2.12.7+dfsg+really2.9.14-2.1+deb13u1',
    severity: 'high',
    summary: 'A crafted document makes the parser write past its buffer',
    sizeBytes: 698_112,
  },
  curl: {
    source: 'curl',
    packages: ['curl', 'libcurl4t64'],
    old: '8.14.1-2',
    fixed: '8.14.1-2+deb13u2',
    severity: 'medium',
    summary: 'A redirect keeps credentials that were meant for another host',
    sizeBytes: 270_336,
  },
  systemd: {
    source: 'systemd',
    packages: ['libsystemd0', 'systemd'],
    old: '257.8-1~deb13u2',
    fixed: '257.9-1~deb13u1',
    severity: 'medium',
    summary: 'A core dump of a privileged process is readable for a moment',
    sizeBytes: 3_096_576,
  },
  'postgresql-17': {
    source: 'postgresql-17',
    packages: ['postgresql-17'],
    old: '17.6-0+deb13u1',
    fixed: '17.7-0+deb13u1',
    severity: 'medium',
    summary: 'A crafted backup restores with the rights of another role',
    sizeBytes: 17_203_200,
  },
} as const satisfies Record<string, Fixable>;

export type FixableName = keyof typeof fixables;

const steady: ReadonlyArray<readonly [name: string, version: string]> = [
  ['adduser', '3.152'],
  ['apt', '3.0.3'],
  ['base-files', '13.8+deb13u1'],
  ['bash', '5.2.37-2+b5'],
  ['ca-certificates', '20250419'],
  ['chrony', '4.6.1-3'],
  ['coreutils', '9.7-3'],
  ['cron', '3.0pl1-197'],
  ['dbus', '1.16.2-2'],
  ['dpkg', '1.22.21'],
  ['grep', '3.11-4'],
  ['gzip', '1.13-1'],
  ['iproute2', '6.15.0-1'],
  ['less', '668-1'],
  ['libc6', '2.41-12'],
  ['linux-image-amd64', '6.12.48-1'],
  ['login', '1:4.16.0-2+really2.41-5'],
  ['nftables', '1.1.3-1'],
  ['openssh-server', '1:10.0p1-7'],
  ['perl-base', '5.40.1-6'],
  ['python3.13-minimal', '3.13.5-2'],
  ['rsyslog', '8.2504.0-1'],
  ['sed', '4.9-2'],
  ['tar', '1.35+dfsg-3.1'],
  ['tzdata', '2025b-4+deb13u1'],
  ['util-linux', '2.41-5'],
  ['vim-tiny', '2:9.1.1230-2'],
  ['xz-utils', '5.8.1-1'],
  ['zlib1g', '1:1.3.dfsg+really1.3.1-1+b1'],
];

type Role = 'server' | 'operator' | 'panel' | 'engineering' | 'laboratory' | 'relay';

const ofRole: Readonly<Record<Role, ReadonlyArray<readonly [string, string]>>> = {
  server: [
    ['nginx', '1.26.3-3'],
    ['rsync', '3.4.1+ds1-5'],
    ['smartmontools', '7.4-3'],
  ],
  operator: [
    ['gnome-shell', '48.4-1'],
    ['cups', '2.4.10-3'],
  ],
  panel: [
    ['weston', '14.0.2-1'],
    ['cage', '0.2.0-2'],
  ],
  engineering: [
    ['git', '1:2.47.3-0+deb13u1'],
    ['wireshark', '4.4.9-0+deb13u1'],
  ],
  laboratory: [['libreoffice-calc', '4:25.2.3-2']],
  relay: [['haproxy', '3.0.11-1']],
};

export const groupNames: Readonly<Record<Role, string>> = {
  server: 'Servers',
  operator: 'Operator stations',
  panel: 'Panels',
  engineering: 'Engineering',
  laboratory: 'Laboratory',
  relay: 'Relays',
};

export type PlantDevice = {
  name: string;
  role: Role;
  place: string;
  address: string;
  /** Sources that are still at the old version. */
  behind: readonly FixableName[];
  seenHoursAgo: number;
  restartPending?: boolean;
  system?: 'debian' | 'almalinux';
};

const device = (
  name: string,
  role: Role,
  address: string,
  behind: readonly FixableName[] = [],
  extra: Partial<PlantDevice> = {},
): PlantDevice => ({ name, role, address, behind, place: 'Building 2', seenHoursAgo: 0.02, ...extra });

/** Twenty-six devices; most are as they should be. */
export const plantDevices: readonly PlantDevice[] = [
  device('eng-ws-01', 'engineering', '10.20.4.11', ['curl']),
  device('eng-ws-02', 'engineering', '10.20.4.12', ['curl', 'systemd']),
  device('eng-ws-03', 'engineering', '10.20.4.13', ['openssl', 'sudo', 'firefox-esr', 'curl']),
  device('hist-01', 'server', '10.20.1.21', ['postgresql-17', 'curl'], { restartPending: true }),
  device('hmi-l2-01', 'panel', '10.20.2.31', ['openssl', 'sudo'], { place: 'Line 2' }),
  device('hmi-l2-02', 'panel', '10.20.2.32', ['sudo'], { place: 'Line 2' }),
  device('hmi-l2-03', 'panel', '10.20.2.33', ['sudo'], { place: 'Line 2' }),
  device('hmi-l2-04', 'panel', '10.20.2.34', [], { place: 'Line 2' }),
  device('hmi-l2-05', 'panel', '10.20.2.35', [], { place: 'Line 2', seenHoursAgo: 74 }),
  device('jump-01', 'server', '10.20.1.5', [], { system: 'almalinux' }),
  device('lab-2-01', 'laboratory', '10.20.9.41'),
  device('lab-2-02', 'laboratory', '10.20.9.42', ['systemd'], { seenHoursAgo: 4.3 }),
  device('opc-gw-1', 'server', '10.20.1.31'),
  device('opc-gw-2', 'server', '10.20.1.32', ['libxml2']),
  device('opr-1-01', 'operator', '10.20.5.41'),
  device('opr-1-02', 'operator', '10.20.5.42', [], { seenHoursAgo: 0.05 }),
  device('opr-1-03', 'operator', '10.20.5.43'),
  device('opr-1-04', 'operator', '10.20.5.44', ['systemd']),
  device('opr-2-01', 'operator', '10.20.5.51', [], { seenHoursAgo: 0.03 }),
  device('opr-2-02', 'operator', '10.20.5.52'),
  device('opr-2-03', 'operator', '10.20.5.53', ['curl']),
  device('opr-2-04', 'operator', '10.20.5.54'),
  device('relay-ro-2', 'relay', '10.20.0.12'),
  device('scada-srv-1', 'server', '10.20.1.11', ['openssl', 'libxml2', 'curl']),
  device('scada-srv-2', 'server', '10.20.1.12'),
  device('backup-01', 'server', '10.20.1.25', [], { system: 'almalinux' }),
];

/** A package as an agent reports it. */
export const debianPackage = (name: string, version: string, source = name, sourceVersion = version): Item => ({
  type: 'deb',
  name,
  version,
  arch: 'amd64',
  publisher: 'Debian',
  source,
  sourceVersion,
  purl: `pkg:deb/debian/${name}@${version}?arch=amd64`,
  sizeKb: 40 + (Number.parseInt(hexOf(name, 4), 16) % 9_000),
});

const rpm = (name: string, version: string): Item => ({
  type: 'rpm',
  name,
  version,
  arch: 'x86_64',
  publisher: 'AlmaLinux',
  source: name,
  sourceVersion: version,
  purl: `pkg:rpm/almalinux/${name}@${version}?arch=x86_64`,
});

const rpms: ReadonlyArray<readonly [string, string]> = [
  ['bash', '5.1.8-9.el9'],
  ['chrony', '4.6.1-1.el9'],
  ['glibc', '2.34-168.el9_6.23'],
  ['openssh-server', '8.7p1-45.el9'],
  ['sudo', '1.9.5p2-10.el9_6.1'],
  ['systemd', '252-51.el9_6.2'],
];

const fixableOf = (name: FixableName): Fixable => fixables[name];

/** Every device has these; the database and the browser only where they belong. */
const fixablesOn = ({ role, name }: PlantDevice): FixableName[] => [
  'openssl',
  'sudo',
  'libxml2',
  'curl',
  'systemd',
  ...(role === 'operator' || role === 'engineering' ? (['firefox-esr'] as const) : []),
  ...(name === 'hist-01' ? (['postgresql-17'] as const) : []),
];

/** What a device has installed; `behind` decides which fixes it lacks. */
export const softwareOf = (one: PlantDevice, behind: readonly FixableName[] = one.behind): Item[] => {
  if (one.system === 'almalinux') return rpms.map(([name, version]) => rpm(name, version));
  const fixed = fixablesOn(one).flatMap((name) => {
    const { source, packages, old, fixed: newer } = fixableOf(name);
    const version = behind.includes(name) ? old : newer;
    return packages.map((binary) => debianPackage(binary, version, source, version));
  });
  return [
    ...steady.map(([name, version]) => debianPackage(name, version)),
    ...ofRole[one.role].map(([n, v]) => debianPackage(n, v)),
    ...fixed,
  ].sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
};

/** Address of the network card, made from the name. */
export const macOf = (name: string): string => `3c:ec:ef:${hexOf(name, 6).replace(/(..)(?=.)/g, '$1:')}`;

export const serialOf = (name: string): string => `AQ${hexOf(`serial ${name}`, 8).toUpperCase()}`;

const people = ['a.seitkali', 'd.akhmetov', 'm.ospanova', 'r.kim'];

/** Everything that a device reports but its software. */
export const sectionsOf = (one: PlantDevice, bootedAt: string): Sections => {
  const { name, address, system = 'debian' } = one;
  const at = Number.parseInt(hexOf(name, 2), 16);
  const user = people[at % people.length] ?? 'operator';
  return {
    identity: [
      {
        name,
        dnsName: `${name}.plant.example`,
        dnsDomain: 'plant.example',
        ipv4: [address],
        macs: [macOf(name)],
        osType: 'linux',
        isVirtual: one.role === 'server',
      },
    ],
    platform: [
      system === 'debian'
        ? {
            vendor: 'debian',
            release: '13',
            codename: 'trixie',
            arch: 'amd64',
            kernel: '6.12.48+deb13-amd64',
            suites: ['trixie', 'trixie-security'],
          }
        : { vendor: 'almalinux', release: '9.6', arch: 'x86_64', kernel: '5.14.0-570.el9', suites: ['baseos'] },
    ],
    activity: [{ bootedAt, lastUpdateAt: bootedAt, restartPending: one.restartPending ?? false }],
    accounts: [
      { name: 'root', fullName: 'root', isAdmin: true, enabled: true, uid: 0, shell: '/bin/bash' },
      { name: user, fullName: `Full name of ${user}`, isAdmin: false, enabled: true, uid: 1000, shell: '/bin/bash' },
    ],
    sessions: [{ account: user, kind: 'local', startedAt: bootedAt }],
    hardware: [
      { type: 'board', maker: 'Advantech', model: 'AIMB-788', serial: serialOf(name) },
      { type: 'cpu', maker: 'Intel', model: 'Core i5-12500TE' },
      { type: 'memory', maker: 'Innodisk', model: 'DDR5-4800', capacityBytes: 17_179_869_184, slot: 'DIMM 0' },
      {
        type: 'disk',
        maker: 'Micron',
        model: '7450 480GB',
        serial: hexOf(`disk ${name}`, 12),
        capacityBytes: 480_103_981_056,
      },
      { type: 'network', maker: 'Intel', model: 'I226-LM', mac: macOf(name) },
    ],
  };
};

const keyHex = (ecosystem: string, version: string): string => toHex(keyFor(ecosystem, version) ?? new Uint8Array());

const advisory = (
  id: string,
  feed: string,
  ecosystem: string,
  modified: string,
  about: Pick<Fixable, 'severity' | 'summary'> & { source: string; fixed?: string },
  number: number,
): Advisory => ({
  id,
  feed,
  aliases: [`CVE-2026-9${String(number).padStart(4, '0')}`],
  upstream: [],
  related: [],
  modified,
  published: modified,
  severity: about.severity,
  summary: about.summary,
  references: [`https://security.example.org/${id}`],
  affected: [
    {
      ecosystem,
      package: about.source,
      ranges: [
        about.fixed === undefined
          ? { lo: '', hi: 'ffffffff', comparable: true }
          : { lo: '', hi: keyHex(ecosystem, about.fixed), fixed: about.fixed, comparable: true },
      ],
      versions: [],
    },
  ],
});

/** What the maker of most controllers says: one that certainly applies, one that needs a look, one that is fixed. */
const controllerAdvisories: Advisory[] = [
  csafAdvisory('siemens', {
    id: 'SSA-900101',
    leaves: [{ order: '6ES7 515-2AM02-0AB0', version: '< V2.9.7' }],
    vulnerabilities: {
      'CVE-2026-90101': {
        affected: [0],
        cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H',
        score: 9.1,
        fix: 'V2.9.7',
      },
    },
  }),
  csafAdvisory('siemens', {
    id: 'SSA-900102',
    leaves: [{ order: '6ES7 214-1AG40-0XB0', version: '< V4.4.0' }],
    vulnerabilities: { 'CVE-2026-90102': { affected: [0], fix: 'V4.4.0' } },
  }),
  csafAdvisory('siemens', {
    id: 'SSA-900103',
    leaves: [{ name: 'SIMATIC S7-1200 CPU family', version: 'all versions with the web server switched on' }],
    vulnerabilities: { 'CVE-2026-90103': { affected: [0] } },
  }),
];

/** What the catalogue of known exploited vulnerabilities says of one of them. */
const exploited: Advisory = advisorySample('CVE-2026-90103', 'cisa-kev', {
  modified: '',
  threat: { exploited: { since: '2026-10-20', due: '2026-11-10', ransomware: false } },
});

/** The feeds as they are at a day; `modified` per feed says how old they are. */
export const feedsAt = (
  modified: { debian: string; alma: string },
  names: readonly FixableName[],
): { feed: string; advisories: Advisory[] }[] => [
  {
    feed: 'debian-security',
    advisories: [
      ...names.map((name, at) =>
        advisory(`DSA-9${String(101 + at)}-1`, 'debian-security', debian, modified.debian, fixableOf(name), 101 + at),
      ),
      advisory(
        'DSA-9190-1',
        'debian-security',
        debian,
        modified.debian,
        { source: 'tar', severity: 'low', summary: 'A crafted archive makes the listing of its members slow' },
        190,
      ),
    ],
  },
  {
    feed: 'almalinux',
    advisories: [
      advisory(
        'ALSA-2026:9014',
        'almalinux',
        alma,
        modified.alma,
        {
          source: 'sudo',
          fixed: '1.9.5p2-10.el9_6.2',
          severity: 'high',
          summary: 'A local user may run a command as root through the host option',
        },
        102,
      ),
    ],
  },
  { feed: 'cisa-kev', advisories: [{ ...exploited, modified: modified.debian }] },
  { feed: 'siemens', advisories: controllerAdvisories.map((one) => ({ ...one, modified: modified.debian })) },
];

type PlantFile = { path: string; bytes: Uint8Array; kind: 'update' };

/** The updates that fix `names`, one per binary package, and their files; the files are filler of a likely size. */
export const updatesFor = (names: readonly FixableName[]): { updates: Update[]; files: PlantFile[] } => {
  const made = names.flatMap((name) => {
    const { source, packages, fixed, sizeBytes } = fixableOf(name);
    return packages.map((binary) => {
      const bytes = Buffer.alloc(Math.round(sizeBytes / 8 / packages.length), `${binary} ${fixed}\n`);
      const purl = `pkg:deb/debian/${binary}@${fixed}?arch=amd64`;
      const files = [sha256(bytes)];
      const update = updateSample(binary, fixed, {
        purl,
        source,
        suites: ['trixie-security'],
        security: true,
        signer: 'openpgp:0000000000000000000000000000000000000000',
        files,
      });
      return {
        update,
        file: { path: `updates/${binary}_${fixed.replace(':', '%3a')}_amd64.deb`, bytes, kind: 'update' as const },
      };
    });
  });
  return { updates: made.map(({ update }) => update), files: made.map(({ file }) => file) };
};
