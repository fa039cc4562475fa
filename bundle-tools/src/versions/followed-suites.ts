// What a system takes its packages from, by its distribution and release: the suites of apt, the repositories of dnf, zypper and
// apk, as the distribution itself sets them up. Not what a device's own list of sources says: behind a gap that list is often
// empty, and a device that follows nothing would look as if nothing newer existed. Who adds a distribution adds a line and its test.

/** Stands for all that a host's sources publish for the release by their signed Release file and take by default. */
export const BY_RELEASE = '*';

type Release = {
  /** What follows the colon in the ecosystem (versions/ecosystem.ts). */
  readonly release: string;
  readonly codename: string | undefined;
  readonly arch: string;
};

type Policy = (system: Release) => readonly string[];

const debianNames: Readonly<Record<string, string>> = {
  '8': 'jessie',
  '9': 'stretch',
  '10': 'buster',
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
  '14': 'forky',
  '15': 'duke',
};

const ubuntuNames: Readonly<Record<string, string>> = {
  '16.04': 'xenial',
  '18.04': 'bionic',
  '20.04': 'focal',
  '22.04': 'jammy',
  '24.04': 'noble',
  '24.10': 'oracular',
  '25.04': 'plucky',
  '25.10': 'questing',
};

/** The release's own name: of the table, else as the device says it. */
const nameOf = (names: Readonly<Record<string, string>>, { release, codename }: Release): string | undefined => {
  const name = names[release.split(':', 1)[0] ?? ''] ?? codename?.toLowerCase();
  return name !== undefined && /^[a-z][a-z0-9-]{0,30}$/.test(name) ? name : undefined;
};

const debian: Policy = (system) => {
  const name = nameOf(debianNames, system);
  if (name === undefined) return [];
  // Up to buster the security suite was a folder of the release's.
  const security = /^\d+$/.test(system.release) && Number(system.release) < 11 ? `${name}/updates` : `${name}-security`;
  return [name, `${name}-updates`, security];
};

const ubuntu: Policy = (system) => {
  const name = nameOf(ubuntuNames, system);
  return name === undefined ? [] : [name, `${name}-updates`, `${name}-security`];
};

const appStreams: Policy = () => ['baseos', 'appstream', 'extras'];

const redHat: Policy = ({ release, arch }) => {
  const major = release.split(':').at(-1) ?? '';
  if (Number(major) < 8) return [`rhel-${major}-server-rpms`];
  // Its names have the architecture: one with a hole is the name of nothing.
  if (arch === '') return [];
  return ['baseos', 'appstream'].map((part) => `rhel-${major}-for-${arch}-${part}-rpms`);
};

const oracle: Policy = ({ release }) =>
  Number(release) < 8 ? [`ol${release}_latest`] : [`ol${release}_baseos_latest`, `ol${release}_appstream`];

const suse: Policy = ({ release, arch }) => {
  const [, major, pack] = /^Linux Enterprise Server (\d{2})(?: SP(\d))?$/.exec(release) ?? [];
  if (major === undefined || arch === '') return [];
  const version = pack === undefined ? major : `${major}-SP${pack}`;
  const products =
    major === '15'
      ? [`SLE-Product-SLES${version}`, `SLE-Module-Basesystem${version}`, `SLE-Module-Server-Applications${version}`]
      : [`SLES${version}`];
  // As zypper names them: https://documentation.suse.com, "Products, modules and their repositories".
  return products.flatMap((product) => ['Pool', 'Updates'].map((part) => `${product}-${part}-${arch}`));
};

const leap: Policy = ({ release }) =>
  release === 'Tumbleweed'
    ? ['repo-oss', 'repo-update']
    : ['repo-oss', 'repo-update', 'repo-backports-update', 'repo-sle-update'];

/** By OSV's name of the distribution. */
const POLICIES: Readonly<Record<string, Policy>> = {
  Debian: debian,
  Ubuntu: ubuntu,
  AlmaLinux: appStreams,
  'Rocky Linux': appStreams,
  'Red Hat': redHat,
  'Oracle Linux': oracle,
  Fedora: () => ['fedora', 'updates'],
  'Amazon Linux': ({ release }) => (release === '2' ? ['amzn2-core'] : ['amazonlinux']),
  SUSE: suse,
  openSUSE: leap,
  Alpine: () => ['main', 'community'],
};

/**
 * What a system of an ecosystem (`Debian:13`) follows unless an administrator says otherwise; `BY_RELEASE` alone where no rule
 * knows its distribution.
 */
export const defaultSuites = (system: {
  readonly ecosystem: string;
  readonly codename?: string | undefined;
  readonly arch: string;
}): readonly string[] => {
  const at = system.ecosystem.indexOf(':');
  const name = at < 0 ? system.ecosystem : system.ecosystem.slice(0, at);
  const release = at < 0 ? '' : system.ecosystem.slice(at + 1);
  const found = POLICIES[name]?.({ release, codename: system.codename, arch: system.arch }) ?? [];
  return found.length === 0 ? [BY_RELEASE] : found;
};
