// Which advisories judge a system: what its os-release says, what OSV (schema 1.7, "Defined Ecosystems") calls the same
// system, how its versions are ordered, and whether its advisories name source packages or those that are installed. The
// appliance, the host and the reader of OSV records ask this one table; who adds a distribution adds a line and its test.

/** How package managers order versions. */
type SystemScheme = 'dpkg' | 'rpm' | 'apk';

type Distribution = {
  /** `ID` of os-release in lower case, and what other agents call it. */
  readonly ids: readonly string[];
  /** OSV's name before the first colon. */
  readonly name: string;
  readonly scheme: SystemScheme;
  /** What its advisories are written about. */
  readonly names: 'source' | 'binary';
  /** What follows the colon, from `VERSION_ID`; '' where releases share their advisories, null: no release of its form. */
  readonly ofRelease: (release: string) => string | null;
  /** The same from what follows the colon in a feed; undefined: a product that no device reports itself as, null: not understood. */
  readonly ofFeed: (suffix: string) => string | null | undefined;
};

const firstPart = (release: string): string => release.split('.', 1)[0] ?? '';

/** Even years' April releases of Ubuntu carry long-term support, and OSV says so in the ecosystem. */
const isUbuntuLts = (release: string): boolean => /^\d[02468]\.04$/.test(release);

const asWritten =
  (form: RegExp) =>
  (suffix: string): string | null | undefined =>
    suffix === '' ? undefined : form.test(suffix) ? suffix : null;

/** Red Hat's way: advisories of a whole major release. */
const byMajor = {
  ofRelease: firstPart,
  ofFeed: asWritten(/^\d{1,4}$/),
} as const;

/** One set of advisories for every release. */
const anyRelease = (): string => '';

const rolling = { ofRelease: anyRelease, ofFeed: (suffix: string) => (suffix === '' ? '' : null) } as const;

// Extended support of a minor release fixes there what the main line fixes later: a version below it lacks that fix in either.
const redHat =
  /^(?:enterprise_linux(?:_eus)?|rhel_(?:eus|aus|tus|e4s|els|eus_long_life|extras[a-z0-9_]*|mission_critical)):(\d{1,3})(?:\.\d{1,3})?(?:::[a-z0-9_+-]*)?$/;

// A server's packages are spread over modules and life-cycles (`Linux Enterprise Module for Basesystem 15 SP6`, `…-LTSS`),
// and os-release tells neither: the release counts.
const suse =
  /^(?:Linux Enterprise (?!Micro\b)[A-Za-z0-9 ,.+-]*?|Package Hub )(\d{2}(?:\.\d{1,2})?)(?: SP(\d))?(?:[- ][A-Za-z][A-Za-z0-9_-]*)?$/;

const suseRelease = (release: string): string | null => {
  const match = /^(\d{2})(?:\.(\d{1,2}))?$/.exec(release);
  if (match === null) return null;
  const [, major = '', minor = ''] = match;
  // From 16 on the release is written as os-release does.
  if (Number(major) >= 16) return `Linux Enterprise Server ${release}`;
  return `Linux Enterprise Server ${major}${minor === '' || minor === '0' ? '' : ` SP${minor}`}`;
};

const DISTRIBUTIONS: readonly Distribution[] = [
  {
    ids: ['debian', 'debian gnu/linux'],
    name: 'Debian',
    scheme: 'dpkg',
    names: 'source',
    ofRelease: firstPart,
    ofFeed: asWritten(/^\d{1,3}$/),
  },
  {
    ids: ['ubuntu'],
    name: 'Ubuntu',
    scheme: 'dpkg',
    names: 'source',
    ofRelease: (release) => `${release}${isUbuntuLts(release) ? ':LTS' : ''}`,
    // What a subscription alone brings (`Pro:22.04:LTS`, `Pro:FIPS:…`) is a product of its own.
    ofFeed: (suffix) => (suffix.startsWith('Pro:') ? undefined : asWritten(/^\d\d\.\d\d(?::LTS)?$/)(suffix)),
  },
  { ids: ['echo'], name: 'Echo', scheme: 'dpkg', names: 'source', ...rolling },
  { ids: ['almalinux'], name: 'AlmaLinux', scheme: 'rpm', names: 'binary', ...byMajor },
  { ids: ['rocky', 'rocky linux'], name: 'Rocky Linux', scheme: 'rpm', names: 'binary', ...byMajor },
  {
    ids: ['rhel', 'red hat', 'redhat', 'red hat enterprise linux'],
    name: 'Red Hat',
    scheme: 'rpm',
    names: 'binary',
    ofRelease: (release) => `enterprise_linux:${firstPart(release)}`,
    ofFeed: (suffix) => {
      const match = redHat.exec(suffix);
      if (match !== null) return `enterprise_linux:${match[1]}`;
      return suffix === '' || /^[a-z0-9_.-]+(?::[a-z0-9_.+-]*)*$/i.test(suffix) ? undefined : null;
    },
  },
  {
    ids: ['ol', 'oracle', 'oracle linux', 'oracle linux server'],
    name: 'Oracle Linux',
    scheme: 'rpm',
    names: 'binary',
    ...byMajor,
  },
  { ids: ['fedora', 'fedora linux'], name: 'Fedora', scheme: 'rpm', names: 'binary', ...byMajor },
  { ids: ['amzn', 'amazon', 'amazon linux'], name: 'Amazon Linux', scheme: 'rpm', names: 'binary', ...byMajor },
  {
    ids: ['azurelinux', 'mariner', 'azure linux', 'microsoft azure linux'],
    name: 'Azure Linux',
    scheme: 'rpm',
    names: 'source',
    ...byMajor,
  },
  {
    ids: ['sles', 'sled', 'sles_sap', 'sle_hpc', 'suse', 'suse linux enterprise server'],
    name: 'SUSE',
    scheme: 'rpm',
    names: 'source',
    ofRelease: suseRelease,
    ofFeed: (suffix) => {
      const match = suse.exec(suffix);
      if (match === null) return suffix === '' || /^[A-Z][A-Za-z0-9 .+-]*$/.test(suffix) ? undefined : null;
      return `Linux Enterprise Server ${match[1]}${match[2] === undefined ? '' : ` SP${match[2]}`}`;
    },
  },
  {
    ids: ['sle-micro', 'sl-micro', 'suse-microos'],
    name: 'SUSE',
    scheme: 'rpm',
    names: 'source',
    ofRelease: (release) => `Linux Enterprise Micro ${release}`,
    ofFeed: (suffix) => (/^Linux Enterprise Micro \d{1,2}\.\d{1,2}$/.test(suffix) ? suffix : undefined),
  },
  {
    ids: ['opensuse-leap', 'opensuse leap'],
    name: 'openSUSE',
    scheme: 'rpm',
    names: 'source',
    ofRelease: (release) => `Leap ${release}`,
    ofFeed: asWritten(/^(?:Leap(?: Micro)? \d{1,2}\.\d{1,2}|Tumbleweed)$/),
  },
  {
    ids: ['opensuse-leap-micro', 'leap-micro'],
    name: 'openSUSE',
    scheme: 'rpm',
    names: 'source',
    ofRelease: (release) => `Leap Micro ${release}`,
    ofFeed: () => undefined,
  },
  {
    ids: ['opensuse-tumbleweed', 'opensuse tumbleweed'],
    name: 'openSUSE',
    scheme: 'rpm',
    names: 'source',
    ofRelease: () => 'Tumbleweed',
    ofFeed: () => undefined,
  },
  { ids: ['mageia'], name: 'Mageia', scheme: 'rpm', names: 'source', ...byMajor },
  {
    ids: ['openeuler'],
    name: 'openEuler',
    scheme: 'rpm',
    names: 'source',
    // VERSION has the service pack, VERSION_ID has not; an agent that names it writes it as the feed does.
    ofRelease: (release) =>
      /^\d\d\.\d\d-(?:LTS(?:-SP\d)?)$/.test(release) || /^\d\d\.09$/.test(release) ? release : null,
    ofFeed: asWritten(/^\d\d\.\d\d(?:-LTS(?:-(?:SP\d|Next))?)?$/),
  },
  {
    ids: ['photon', 'vmware photon os'],
    name: 'Photon OS',
    scheme: 'rpm',
    names: 'source',
    ofRelease: (release) => `${firstPart(release)}.0`,
    ofFeed: (suffix) => (/^\d{1,2}$/.test(suffix) ? `${suffix}.0` : asWritten(/^\d{1,2}\.0$/)(suffix)),
  },
  {
    ids: ['alpine', 'alpine linux'],
    name: 'Alpine',
    scheme: 'apk',
    names: 'source',
    ofRelease: (release) => (/^\d+\.\d+/.test(release) ? `v${release.split('.').slice(0, 2).join('.')}` : null),
    ofFeed: asWritten(/^(?:v\d{1,2}\.\d{1,2}|edge)$/),
  },
  { ids: ['wolfi'], name: 'Wolfi', scheme: 'apk', names: 'source', ...rolling },
  { ids: ['chainguard'], name: 'Chainguard', scheme: 'apk', names: 'source', ...rolling },
  { ids: ['minimos'], name: 'MinimOS', scheme: 'apk', names: 'source', ...rolling },
];

/** Registries of languages: packages are the same on any system. OSV may add where a package is from (`Maven:https://…`). */
const LANGUAGES: ReadonlySet<string> = new Set([
  'PyPI',
  'npm',
  'crates.io',
  'Go',
  'Hex',
  'Pub',
  'SwiftURL',
  'Maven',
  'NuGet',
  'RubyGems',
  'Packagist',
  'CRAN',
  'Hackage',
]);

const joined = (name: string, suffix: string): string => (suffix === '' ? name : `${name}:${suffix}`);

const BY_ID = new Map(DISTRIBUTIONS.flatMap((one) => one.ids.map((id) => [id, one] as const)));

/** The version schemes of the distributions by OSV's name. */
export const distributionSchemes: ReadonlyMap<string, SystemScheme> = new Map(
  DISTRIBUTIONS.map(({ name, scheme }) => [name, scheme]),
);

/** Whether the package manager of an ecosystem is apt's, whose repositories a host reads (updates/sources/apt). */
export const isOfApt = (ecosystem: string): boolean => {
  const name = ecosystem.split(':', 1)[0] ?? '';
  return name === 'dpkg' || distributionSchemes.get(name) === 'dpkg';
};

/** Systems that OSV does not know and whose package manager is not dpkg, by `ID` of os-release. */
const OTHER_FAMILIES: ReadonlyMap<string, SystemScheme> = new Map([
  ...[
    'altlinux',
    'anolis',
    'centos',
    'cloudlinux',
    'eurolinux',
    'opencloudos',
    'openmandriva',
    'redos',
    'rosa',
    'scientific',
    'virtuozzo',
  ].map((vendor) => [vendor, 'rpm'] as const),
  ['postmarketos', 'apk'],
]);

type PlatformName = {
  vendor: string;
  release: string;
  /** The package manager of a vendor that has no ecosystem of its own; by default as its name says, else dpkg. */
  family?: SystemScheme | undefined;
};

/**
 * The ecosystem of a platform as devices report it (`ID` and `VERSION_ID` of os-release): OSV's where it has one, else
 * `dpkg:<vendor>:<release>`, so that a vendor without public advisories still has comparable versions. Null without a
 * release: advisories of one release never apply to another.
 */
export const ecosystemOf = (platform: PlatformName): string | null => {
  const { release } = platform;
  const vendor = platform.vendor.toLowerCase();
  const known = BY_ID.get(vendor);
  if (known?.ofRelease === anyRelease) return known.name;
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]{0,49}$/.test(release)) return null;
  if (known !== undefined) {
    const suffix = known.ofRelease(release);
    return suffix === null ? null : joined(known.name, suffix);
  }
  return /^[a-z0-9][a-z0-9._-]{0,39}$/.test(vendor)
    ? `${platform.family ?? OTHER_FAMILIES.get(vendor) ?? 'dpkg'}:${vendor}:${release}`
    : null;
};

/** A feed's name of an ecosystem as inventories are named; `isKnown`: false where no rule reads it. */
export const feedEcosystem = (named: string): { ecosystem: string; isKnown: boolean } => {
  const at = named.indexOf(':');
  const [name, suffix] = at < 0 ? [named, ''] : [named.slice(0, at), named.slice(at + 1)];
  if (LANGUAGES.has(name)) return { ecosystem: name, isKnown: true };
  if (name === 'dpkg' || name === 'rpm' || name === 'apk') return { ecosystem: named, isKnown: suffix !== '' };
  const rules = DISTRIBUTIONS.filter((one) => one.name === name);
  const read = rules.map((rule) => rule.ofFeed(suffix));
  const found = read.find((one) => typeof one === 'string');
  if (found !== undefined && found !== null) return { ecosystem: joined(name, found), isKnown: true };
  return { ecosystem: named, isKnown: rules.length > 0 && read.every((one) => one === undefined) };
};

/** Whether advisories of an ecosystem are written about source packages; a system without a rule is taken by its family. */
export const namesSources = (ecosystem: string): boolean => {
  const name = ecosystem.split(':', 1)[0] ?? '';
  const known = DISTRIBUTIONS.find((one) => one.name === name);
  return known === undefined ? name === 'dpkg' || name === 'apk' : known.names === 'source';
};
