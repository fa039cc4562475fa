import { apkKey } from './apk.ts';
import { dpkgKey } from './dpkg.ts';
import { distributionSchemes } from './ecosystem.ts';
import { pep440Key } from './pep440.ts';
import { rpmKey } from './rpm.ts';
import { semverKey } from './semver.ts';

/** Rises whenever a key of any scheme changes; a database with another number encodes anew. */
export const VERSION_CODEC = 1;

type VersionScheme = 'dpkg' | 'rpm' | 'semver' | 'pep440' | 'apk';

/** OSV ecosystem names before the first colon. An ecosystem that is not here has no keys: exact matches only. */
const SCHEMES: ReadonlyMap<string, VersionScheme> = new Map([
  // Vendors that OSV does not know: `dpkg:<vendor>:<release>`.
  ['dpkg', 'dpkg'],
  ['rpm', 'rpm'],
  ['apk', 'apk'],
  ...distributionSchemes,
  ['PyPI', 'pep440'],
  ['npm', 'semver'],
  ['crates.io', 'semver'],
  ['Go', 'semver'],
  ['Hex', 'semver'],
  ['Pub', 'semver'],
  ['SwiftURL', 'semver'],
]);

const KEY_OF: Readonly<Record<VersionScheme, (version: string) => Uint8Array | null>> = {
  dpkg: dpkgKey,
  rpm: rpmKey,
  semver: semverKey,
  pep440: pep440Key,
  apk: apkKey,
};

/** The version scheme of an OSV ecosystem such as `Debian:13`; null where there is none. */
export const schemeOf = (ecosystem: string): VersionScheme | null =>
  SCHEMES.get(ecosystem.split(':', 1)[0] ?? '') ?? null;

/** The memcomparable key of a version in its ecosystem; null means "not comparable", never "not affected". */
export const keyFor = (ecosystem: string, version: string): Uint8Array | null => {
  const scheme = schemeOf(ecosystem);
  return scheme === null ? null : KEY_OF[scheme](version);
};
