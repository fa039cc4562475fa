import { dpkgTroubled } from '../dpkg/status.ts';
import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, type Item, item, sortItems } from './collector.ts';

// What `apt-get --simulate dist-upgrade` prints of each package that it would bring to a newer version:
// Inst curl [8.14.1-2+deb13u4] (8.14.1-2+deb13u7 Debian:13.8/stable, Debian-Security:13/stable-security [amd64]) []

type AptUpdate = {
  name: string;
  installed: string;
  offered: string;
  arch: string;
  /** `Debian-Security:13/stable-security`, … */
  origins: string[];
};

const line = /^Inst (\S+) \[([^\]\s]+)\] \((\S+)((?: [^[()]*)?) \[([a-z0-9-]+)\]\)/;
const maxUpdates = 20_000;

/** Packages of which a newer version is known; what would only be installed beside them is left out. */
export const parseAptSimulation = (text: string): AptUpdate[] =>
  text
    .split('\n')
    .map((one) => line.exec(one))
    .filter((match) => match !== null)
    .map(([, name = '', installed = '', offered = '', origins = '', arch = '']) => ({
      name,
      installed,
      offered,
      arch,
      origins: origins
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    }))
    .slice(0, maxUpdates);

/** Whether one of the places that offer it is a distribution's channel of security fixes. */
export const isSecurityUpdate = (update: AptUpdate): boolean =>
  update.origins.some((origin) => /security/i.test(origin));

// Errata that dnf and zypper know from the metadata they hold already.

type Erratum = {
  id: string;
  kind: 'security' | 'feature' | 'other';
  severity: 'critical' | 'important' | 'moderate' | 'low' | undefined;
  packages: string[];
  title: string;
  releasedAt: string | undefined;
};

const maxErrata = 20_000;

const severityOf = (text: string): Erratum['severity'] =>
  (['critical', 'important', 'moderate', 'low'] as const).find((one) => text.toLowerCase().startsWith(one));

const kindOf = (text: string): Erratum['kind'] =>
  /sec/i.test(text) ? 'security' : /enhancement|feature|recommended/i.test(text) ? 'feature' : 'other';

const merge = (errata: readonly Erratum[]): Erratum[] => {
  const byId = new Map<string, Erratum>();
  for (const one of errata) {
    const held = byId.get(one.id);
    if (held === undefined) byId.set(one.id, one);
    else held.packages.push(...one.packages);
  }
  return [...byId.values()].slice(0, maxErrata);
};

const isoDate = (text: string | undefined): string | undefined => {
  const day = /^(\d{4}-\d{2}-\d{2})/.exec(text ?? '')?.[1];
  return day === undefined ? undefined : `${day}T00:00:00Z`;
};

/**
 * `dnf updateinfo list`. dnf 4: `RHSA-2024:4312 Important/Sec. openssh-8.7p1-38.el9_4.1.x86_64`; dnf 5 has columns for
 * name, type, severity, package and date.
 */
export const parseDnfErrata = (text: string): Erratum[] =>
  merge(
    text.split('\n').flatMap((row): Erratum[] => {
      const cells = row.trim().split(/\s+/);
      const [id = '', second = '', third = '', fourth] = cells;
      if (!/^[A-Z]+[A-Z0-9]*-[\w:.-]+$/.test(id)) return [];
      if (cells.length === 3) {
        const [severity = '', kind = severity] = second.split('/');
        return [
          {
            id,
            kind: kindOf(kind),
            severity: severityOf(severity),
            packages: [third],
            title: '',
            releasedAt: undefined,
          },
        ];
      }
      if (fourth === undefined) return [];
      const releasedAt = isoDate(cells[4]);
      return [{ id, kind: kindOf(second), severity: severityOf(third), packages: [fourth], title: '', releasedAt }];
    }),
  );

/** `zypper list-patches`: repository, name, category, severity, interactive, status, summary between bars. */
export const parseZypperPatches = (text: string): Erratum[] =>
  merge(
    text.split('\n').flatMap((row): Erratum[] => {
      const cells = row.split('|').map((cell) => cell.trim());
      const [, id = '', category = '', severity = '', , status = ''] = cells;
      const title = cells.at(-1) ?? '';
      if (cells.length < 7 || !/^needed$/i.test(status) || id === '') return [];
      return [
        { id, kind: kindOf(category), severity: severityOf(severity), packages: [], title, releasedAt: undefined },
      ];
    }),
  );

// Updates that the package manager knows of from the lists that it holds. It is asked with everything switched off that
// would reach the network or write; how old the lists are is another question, which `foundBy` leaves to the reader.

const timeoutMs = 180_000;
const maxOutputBytes = 32 * 1024 * 1024;
const maxStatusBytes = 128 * 1024 * 1024;

const aptItem = (update: AptUpdate): Item =>
  item({
    update: clean(`${update.name}=${update.offered}`, 128),
    title: clean(`${update.name} ${update.installed} → ${update.offered}`, 500),
    state: 'missing',
    kind: isSecurityUpdate(update) ? 'security' : 'other',
    packages: [clean(update.name)],
    foundBy: 'apt',
  });

const erratumItem = (erratum: Erratum, foundBy: string): Item =>
  item({
    update: clean(erratum.id, 128),
    title: clean(erratum.title, 500),
    state: 'missing',
    kind: erratum.kind,
    severity: erratum.severity,
    packages: [...new Set(erratum.packages.map((name) => clean(name)))].sort().slice(0, 256),
    releasedAt: erratum.releasedAt,
    foundBy,
  });

const ask = async (command: string, args: readonly string[]): Promise<string> => {
  const asked = await runChild({ command, args, timeoutMs, maxOutputBytes });
  if (asked.exit !== 0) throw new Error(`${command} ended with ${String(asked.exit)}: ${asked.output.slice(0, 300)}`);
  return asked.stdout;
};

/** Updates of what `apt-get --simulate dist-upgrade` prints. */
export function aptItems(simulation: string): Item[] {
  return parseAptSimulation(simulation).map(aptItem);
}

const aptUpdates = async (): Promise<Item[]> =>
  aptItems(
    await ask('apt-get', [
      '--simulate',
      '--quiet',
      // A simulation downloads nothing and changes nothing; without lock, without writing a cache of its own.
      '-o',
      'Debug::NoLocking=true',
      '-o',
      'Dir::Cache::pkgcache=',
      '-o',
      'Dir::Cache::srcpkgcache=',
      'dist-upgrade',
    ]),
  );

/** Packages that dpkg could not finish are updates that failed. */
const failedItems = (files: RootFiles): Item[] =>
  dpkgTroubled(files.text('var/lib/dpkg/status', maxStatusBytes) ?? '').map((found) =>
    item({
      update: clean(`${found.name}=${found.version}`, 128),
      title: clean(`${found.name} ${found.version}`, 500),
      state: 'failed',
      kind: 'other',
      packages: [clean(found.name)],
      errorCode: clean(found.state, 50),
      foundBy: 'dpkg',
    }),
  );

const unique = (items: readonly Item[]): Item[] => [
  ...new Map(items.map((one) => [String(one['update']), one])).values(),
];

export const collector: Collector = {
  collection: 'os-update',
  followsPackages: true,
  collect: async ({ files }) => {
    // The package managers answer for the machine; another root has only what dpkg wrote down.
    const isApt = files.isMachine && files.has('usr/bin/apt-get') && files.has('var/lib/dpkg/status');
    const isDnf = files.isMachine && files.has('usr/bin/dnf');
    const isZypper = files.isMachine && files.has('usr/bin/zypper');
    if (!isApt && !isDnf && !isZypper) return undefined;
    const items = [
      ...(isApt ? await aptUpdates() : []),
      ...(isApt ? failedItems(files) : []),
      ...(isDnf
        ? parseDnfErrata(await ask('dnf', ['-C', '-q', 'updateinfo', 'list', '--updates'])).map((one) =>
            erratumItem(one, 'dnf'),
          )
        : []),
      ...(isZypper
        ? parseZypperPatches(await ask('zypper', ['--non-interactive', '--no-refresh', 'list-patches'])).map((one) =>
            erratumItem(one, 'zypper'),
          )
        : []),
    ];
    return sortItems(unique(items), 'update');
  },
};
