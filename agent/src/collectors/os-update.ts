import { dpkgTroubled } from '../dpkg/status.ts';
import { type AptUpdate, isSecurityUpdate, parseAptSimulation } from '../packages/apt-simulation.ts';
import { type Erratum, parseDnfErrata, parseZypperPatches } from '../packages/rpm-errata.ts';
import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, type Item, item, sortItems } from './collector.ts';

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
