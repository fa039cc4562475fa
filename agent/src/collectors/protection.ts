import { parseDpkgStatus } from '../dpkg/status.ts';
import { processNames } from '../platform/processes.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { protectionItems, readProductReports } from '../products/reports.ts';
import { rpmPackages } from '../rpm/query.ts';
import { clamavItem } from './clamav.ts';
import { type Collector, clean, type Item, item, overlay, sortItems } from './collector.ts';
import { containerKind } from './container.ts';
import { type KnownProduct, knownProducts } from './security-products.ts';

const maxStatusBytes = 128 * 1024 * 1024;
/** The kernel keeps no more of a process's name. */
const commLength = 15;

type Versions = (name: string) => string | undefined;

const installedVersions = async (files: RootFiles): Promise<Versions> => {
  const versions = new Map([
    ...parseDpkgStatus(files.text('var/lib/dpkg/status', maxStatusBytes) ?? '').map(
      (found) => [found.name, found.version] as const,
    ),
    ...(await rpmPackages(files)).map((found) => [found.name, found.evr] as const),
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
