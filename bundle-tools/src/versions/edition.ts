// An edition that is paid for goes on fixing a release, under an ecosystem of its own beside that of everybody's (OSV 1.7:
// `Ubuntu:Pro:18.04:LTS` beside `Ubuntu:18.04:LTS`). Its packages are those of the release with later versions. Further variants
// (`Ubuntu:Pro:FIPS:…`, `…:FIPS-updates:…`, `…:Realtime:…`) are other builds: what is said of them says nothing of these.

/** The edition, as its vendor calls it. */
export const UBUNTU_PRO = 'Ubuntu Pro';
export const EDITIONS = [UBUNTU_PRO] as const;

/** The stream of a component of a system that has the edition. */
export const PAID_STREAM = 'pro';

/** How ecosystems of the edition begin, and those of everybody. */
export const PAID_PREFIX = 'Ubuntu:Pro:';
export const PLAIN_PREFIX = 'Ubuntu:';

const RELEASE = /^\d\d\.\d\d:LTS$/;

/** The ecosystem of the edition beside one; undefined where there is none. */
export function paidEcosystem(ecosystem: string): string | undefined {
  if (!ecosystem.startsWith(PLAIN_PREFIX)) return undefined;
  const release = ecosystem.slice(PLAIN_PREFIX.length);
  return RELEASE.test(release) ? `${PAID_PREFIX}${release}` : undefined;
}

/** The ecosystem that an edition's is beside; undefined for any other, and for variants. */
export function plainEcosystem(ecosystem: string): string | undefined {
  if (!ecosystem.startsWith(PAID_PREFIX)) return undefined;
  const release = ecosystem.slice(PAID_PREFIX.length);
  return RELEASE.test(release) ? `${PLAIN_PREFIX}${release}` : undefined;
}

/** The edition of a release; undefined where it has none. */
export function editionOf(ecosystem: string): string | undefined {
  return paidEcosystem(ecosystem) === undefined ? undefined : UBUNTU_PRO;
}

/** Whether a version is one that only the edition brings (`1.1.1-1ubuntu2.1~18.04.23+esm4`). Its kernels do not say so. */
export function isPaidBuild(version: string): boolean {
  return /[+~.-]esm\d/.test(version);
}

/**
 * Whether a package is of a variant of the edition (`1.1.1-1ubuntu2.fips.2.1~18.04.23.4`, `linux-fips`): its version sorts above those
 * of the release whatever it fixes.
 */
export function isVariantBuild(name: string, version: string): boolean {
  return /[.+~-]fips(?![a-z])/i.test(version) || /-fips(?![a-z])/.test(name);
}

/** Whether a system takes packages from the edition: its repositories have suites of their own (`bionic-infra-security`). */
export function followsEdition(suites: readonly string[]): boolean {
  return suites.some((suite) => /^[a-z]+-(?:infra|apps)-(?:security|updates)$/.test(suite));
}
