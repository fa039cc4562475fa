import { apkKey } from './apk.ts';
import { composerKey } from './composer.ts';
import { dpkgKey } from './dpkg.ts';
import { distributionSchemes } from './ecosystem.ts';
import { gemKey } from './gem.ts';
import { mavenKey } from './maven.ts';
import { nugetKey } from './nuget.ts';
import { cranKey, hackageKey } from './number-row.ts';
import { pep440Key } from './pep440.ts';
import { rpmKey } from './rpm.ts';
import { hexKey, pubKey, semverKey } from './semver.ts';

/** Rises whenever a key of any scheme changes; a database with another number encodes anew. */
export const VERSION_CODEC = 2;

type VersionScheme = keyof typeof KEY_OF;

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
  ['SwiftURL', 'semver'],
  ['Hex', 'hex'],
  ['Pub', 'pub'],
  ['Maven', 'maven'],
  ['NuGet', 'nuget'],
  ['RubyGems', 'gem'],
  ['Packagist', 'composer'],
  ['CRAN', 'cran'],
  ['Hackage', 'hackage'],
]);

const KEY_OF = {
  dpkg: dpkgKey,
  rpm: rpmKey,
  semver: semverKey,
  pep440: pep440Key,
  apk: apkKey,
  hex: hexKey,
  pub: pubKey,
  maven: mavenKey,
  nuget: nugetKey,
  gem: gemKey,
  composer: composerKey,
  cran: cranKey,
  hackage: hackageKey,
} satisfies Readonly<Record<string, (version: string) => Uint8Array | null>>;

/** The version scheme of an OSV ecosystem such as `Debian:13`; null where there is none. */
export const schemeOf = (ecosystem: string): VersionScheme | null =>
  SCHEMES.get(ecosystem.split(':', 1)[0] ?? '') ?? null;

/** The memcomparable key of a version in its ecosystem; null means "not comparable", never "not affected". */
export const keyFor = (ecosystem: string, version: string): Uint8Array | null => {
  const scheme = schemeOf(ecosystem);
  return scheme === null ? null : KEY_OF[scheme](version);
};
