import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { RootFiles } from '../platform/root-files.ts';
import { clean, type Item, item } from './collector.ts';

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
export const clamavItem = (
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
