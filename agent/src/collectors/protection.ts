import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { parseDpkgStatus } from '../dpkg/status.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { protectionItems, readProductReports } from '../products/reports.ts';
import { rpmPackages } from '../rpm/query.ts';
import { type Collector, clean, type Item, item, overlay, sortItems } from './collector.ts';
import { containerKind } from './container.ts';

const maxProcesses = 100_000;

/** Short names of what runs; never a command line, which may hold passwords. */
const processNames = (files: RootFiles): Set<string> =>
  new Set(
    files
      .names('proc')
      .filter((name) => /^\d+$/.test(name))
      .slice(0, maxProcesses)
      .map((name) => files.text(`proc/${name}/comm`, 64)?.trim() ?? '')
      .filter((name) => name !== ''),
  );

// Security products that are known by their packages, files and processes. A product that has more to say of itself is
// read by a file of its own (clamav.ts).

type KnownProduct = {
  product: string;
  kind: 'antivirus' | 'firewall' | 'detection' | 'control';
  publisher: string;
  /** Any of these packages; the first that is installed gives the version. */
  packages: readonly string[];
  /** A file that is there when no package says so. */
  file?: string;
  /** Short names of its processes; none: it is no service. */
  processes: readonly string[];
};

const knownProducts: readonly KnownProduct[] = [
  {
    product: 'Kaspersky Endpoint Security for Linux',
    kind: 'antivirus',
    publisher: 'Kaspersky',
    packages: ['kesl', 'kesl-astra'],
    file: 'opt/kaspersky/kesl/bin/kesl-control',
    processes: ['kesl'],
  },
  {
    product: 'Dr.Web for Linux',
    kind: 'antivirus',
    publisher: 'Doctor Web',
    packages: ['drweb-workstations', 'drweb-file-servers', 'drweb-configd'],
    file: 'opt/drweb.com/bin/drweb-configd',
    processes: ['drweb-configd'],
  },
  {
    product: 'ESET Server Security',
    kind: 'antivirus',
    publisher: 'ESET',
    packages: ['efs', 'eea'],
    file: 'opt/eset/efs/sbin/startd',
    processes: ['scand', 'oaeventd'],
  },
  {
    product: 'Sophos Protection for Linux',
    kind: 'antivirus',
    publisher: 'Sophos',
    packages: [],
    file: 'opt/sophos-spl/bin/wdctl',
    processes: ['sophos_threat_d', 'soapd'],
  },
  {
    product: 'Microsoft Defender for Endpoint',
    kind: 'antivirus',
    publisher: 'Microsoft',
    packages: ['mdatp'],
    processes: ['wdavdaemon'],
  },
  {
    product: 'CrowdStrike Falcon Sensor',
    kind: 'detection',
    publisher: 'CrowdStrike',
    packages: ['falcon-sensor'],
    processes: ['falcon-sensor', 'falcon-sensor-b'],
  },
  {
    product: 'Wazuh agent',
    kind: 'detection',
    publisher: 'Wazuh',
    packages: ['wazuh-agent'],
    processes: ['wazuh-agentd'],
  },
  { product: 'Linux Audit', kind: 'detection', publisher: '', packages: ['auditd', 'audit'], processes: ['auditd'] },
  { product: 'Fail2ban', kind: 'detection', publisher: '', packages: ['fail2ban'], processes: ['fail2ban-server'] },
  { product: 'Suricata', kind: 'detection', publisher: 'OISF', packages: ['suricata'], processes: ['Suricata-Main'] },
  { product: 'USBGuard', kind: 'control', publisher: '', packages: ['usbguard'], processes: ['usbguard-daemon'] },
  { product: 'fapolicyd', kind: 'control', publisher: '', packages: ['fapolicyd'], processes: ['fapolicyd'] },
  { product: 'firewalld', kind: 'firewall', publisher: '', packages: ['firewalld'], processes: ['firewalld'] },
];

const databaseFolder = 'var/lib/clamav';
const headerBytes = 512;
/** freshclam itself warns after this time. */
const oldAfterMs = 7 * 24 * 3600 * 1000;

type ClamDatabase = { name: string; version: number; builtMs: number };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `07 Sep 2023 03-29 -0400`: the time in the header of a database has no colon, which parts its fields. */
const parseBuilt = (text: string): number => {
  const match = /^(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d{2})-(\d{2}) ([+-])(\d{2})(\d{2})$/.exec(text);
  const month = months.indexOf(match?.[2]?.toLowerCase() ?? '');
  if (match === null || month === -1) return Number.NaN;
  const number = (at: number): number => Number(match[at]);
  const offset = (number(7) * 60 + number(8)) * (match[6] === '-' ? -1 : 1);
  return Date.UTC(number(3), month, number(1), number(4), number(5)) - offset * 60_000;
};

/** The first 512 bytes of a .cvd or .cld file. */
export const parseClamHeader = (name: string, header: string): ClamDatabase | undefined => {
  const [magic, built = '', version = ''] = header.split(':');
  const builtMs = parseBuilt(built.trim());
  if (magic !== 'ClamAV-VDB' || !/^\d{1,10}$/.test(version) || !Number.isFinite(builtMs)) return undefined;
  return { name, version: Number(version), builtMs };
};

/** The signature databases of a root, newest first. */
const clamDatabases = (files: RootFiles): ClamDatabase[] =>
  files
    .names(databaseFolder)
    .filter((name) => /^[a-z]+\.c[vl]d$/.test(name))
    .map((name) =>
      parseClamHeader(
        name.replace(/\..*$/, ''),
        files.bytes(`${databaseFolder}/${name}`, { maxBytes: headerBytes })?.toString('latin1') ?? '',
      ),
    )
    .filter((one) => one !== undefined)
    .sort((a, b) => b.builtMs - a.builtMs);

const toldSettings =
  /^(ScanOnAccess|OnAccessPrevention|OnAccessIncludePath|OnAccessMountPath|MaxFileSize|MaxScanSize|DisableCache|AlertEncrypted)\s+(\S.*)$/;

const settingsOf = (files: RootFiles): string[] =>
  (files.text('etc/clamav/clamd.conf') ?? files.text('etc/clamd.d/scan.conf') ?? '')
    .split('\n')
    .map((line) => toldSettings.exec(line.trim()))
    .filter((match) => match !== null)
    .map((match) => clean(`${match[1] ?? ''}: ${match[2] ?? ''}`, 500))
    .sort()
    .slice(0, 100);

const onOff = (running: boolean): 'on' | 'off' => (running ? 'on' : 'off');

/** ClamAV; undefined where it is not installed. `versionOf`: of an installed package. */
const clamavItem = (
  files: RootFiles,
  versionOf: (name: string) => string | undefined,
  running: ReadonlySet<string> | undefined,
  nowMs: number,
): Item | undefined => {
  const version = ['clamav-daemon', 'clamd', 'clamav', 'clamav-base'].map(versionOf).find((one) => one !== undefined);
  if (version === undefined && !files.has('usr/sbin/clamd') && !files.has('usr/bin/clamscan')) return undefined;
  const databases = clamDatabases(files);
  const daily = databases.find((one) => one.name === 'daily') ?? databases[0];
  return item({
    product: 'ClamAV',
    kind: 'antivirus',
    publisher: 'Cisco',
    version,
    state: running === undefined ? 'unknown' : onOff(running.has('clamd')),
    realTime: running === undefined ? 'unknown' : onOff(running.has('clamonacc')),
    // Without a single database it finds nothing.
    databaseState: daily !== undefined && nowMs - daily.builtMs < oldAfterMs ? 'current' : 'old',
    databaseVersion: databases
      .map((one) => `${one.name} ${one.version}`)
      .sort()
      .join(', ')
      .slice(0, 100),
    databaseAt: daily === undefined ? undefined : toTime(daily.builtMs),
    components:
      running === undefined
        ? undefined
        : ['clamd', 'clamonacc', 'freshclam'].map((name) => `${name}: ${onOff(running.has(name))}`),
    settings: settingsOf(files),
  });
};

const maxStatusBytes = 128 * 1024 * 1024;
/** The kernel keeps no more of a process's name. */
const commLength = 15;

type Versions = (name: string) => string | undefined;

const installedVersions = async (files: RootFiles): Promise<Versions> => {
  const versions = new Map([
    ...parseDpkgStatus(files.text('var/lib/dpkg/status', maxStatusBytes) ?? '').map(
      (found) => [found.name, found.version] as const,
    ),
    ...(await rpmPackages(files)).packages.map((found) => [found.name, found.evr] as const),
  ]);
  return (name) => versions.get(name);
};

const knownItem = (
  files: RootFiles,
  versionOf: Versions,
  running: ReadonlySet<string> | undefined,
  known: KnownProduct,
): Item | undefined => {
  const version = known.packages.map(versionOf).find((one) => one !== undefined);
  if (version === undefined && (known.file === undefined || !files.has(known.file))) return undefined;
  const isRunning = known.processes.some((name) => running?.has(name.slice(0, commLength)));
  return item({
    product: known.product,
    kind: known.kind,
    publisher: known.publisher,
    version: version === undefined ? undefined : clean(version, 100),
    state: running === undefined ? 'unknown' : isRunning ? 'on' : 'off',
  });
};

/** What the kernel itself enforces; undefined where it has no such module. */
const kernelItems = (files: RootFiles): Item[] => {
  const enforce = files.text('sys/fs/selinux/enforce')?.trim();
  const appArmor = files.text('sys/module/apparmor/parameters/enabled')?.trim();
  return [
    ...(enforce === undefined
      ? []
      : // Permissive: it watches and hinders nothing.
        [item({ product: 'SELinux', kind: 'control', state: enforce === '1' ? 'on' : 'paused' })]),
    ...(appArmor === undefined
      ? []
      : [item({ product: 'AppArmor', kind: 'control', state: appArmor === 'Y' ? 'on' : 'off' })]),
  ];
};

/** The front end ufw says itself whether it is switched on. */
const ufwItem = (files: RootFiles, versionOf: Versions): Item[] => {
  const version = versionOf('ufw');
  if (version === undefined) return [];
  const isOn = /^\s*ENABLED\s*=\s*yes/im.test(files.text('etc/ufw/ufw.conf') ?? '');
  return [item({ product: 'ufw', kind: 'firewall', version: clean(version, 100), state: isOn ? 'on' : 'off' })];
};

export const collector: Collector = {
  collection: 'protection',
  every: 'hour',
  collect: async ({ files, clock, products }) => {
    const versionOf = await installedVersions(files);
    const running = files.has('proc/self/comm') ? processNames(files) : undefined;
    const clam = clamavItem(files, versionOf, running, clock());
    const items = [
      ...(clam === undefined ? [] : [clam]),
      ...knownProducts.map((known) => knownItem(files, versionOf, running, known)),
      ...ufwItem(files, versionOf),
      // In a container these are the host's.
      ...(containerKind(files) === undefined ? kernelItems(files) : []),
      // What a product says of itself counts for more than what is seen from outside.
      ...protectionItems(readProductReports(products)),
    ].filter((one) => one !== undefined);
    return sortItems(overlay(items, 'product', 'kind'), 'product', 'kind');
  },
};
