import { isKeyable, pushNumber } from './key.ts';

// Composer, by "Versions and constraints" of its documentation: a version is brought to four numbers and a stability
// (composer/semver, VersionParser::normalize) and compared as PHP's version_compare does. Branches (`dev-main`) have no
// order there, and no key here.

const STABILITY_FLAG = /@(?:stable|rc|beta|alpha|dev)$/i;
const CLASSIC =
  /^v?(\d{1,5})(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)(\d*(?:[.-]\d+)*))?([.-]?dev)?$/i;
const DATE =
  /^v?(\d{4}(?:[.:-]?\d{2}){1,6}(?:[.:-]?\d{1,3}){0,2})[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)(\d*(?:[.-]\d+)*))?([.-]?dev)?$/i;
const BRANCH = /^v?(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?[.-]?dev$/i;

/** What Composer writes for `x` in the name of a branch. */
const ANY_NUMBER = '9999999';
/** PHP reads numbers into 64 bits and stops at the greatest. */
const MOST_DIGITS = 18;

// version_compare: dev < alpha < beta < RC < the end < a number < patch.
const DEV = 0x01;
const END = 0x05;
const NUMBER = 0x06;
const RANK: ReadonlyMap<string, number> = new Map([
  ['alpha', 0x02],
  ['a', 0x02],
  ['beta', 0x03],
  ['b', 0x03],
  ['rc', 0x04],
  ['patch', 0x07],
  ['pl', 0x07],
  ['p', 0x07],
]);

type Normal = { numbers: string[]; stability?: string | undefined; count?: string | undefined; isDev: boolean };

const modified = (numbers: string[], groups: ReadonlyArray<string | undefined>): Normal => {
  const [stability, count, dev] = groups;
  return stability === 'stable'
    ? { numbers, isDev: false }
    : { numbers, stability: stability?.toLowerCase(), count, isDev: dev !== undefined };
};

const normalise = (version: string): Normal | undefined => {
  const unflagged = version.replace(STABILITY_FLAG, '');
  if (/^dev-/i.test(unflagged)) return undefined;
  const plain = /^([^,+]+)\+./.exec(unflagged)?.[1] ?? unflagged;
  const classic = CLASSIC.exec(plain);
  if (classic !== null)
    return modified(
      classic.slice(1, 5).map((part: string | undefined) => part ?? '0'),
      classic.slice(5),
    );
  const date = DATE.exec(plain);
  if (date !== null) return modified((date[1] ?? '').split(/\D/), date.slice(2));
  const branch = BRANCH.exec(plain);
  if (branch === null) return undefined;
  const numbers = branch
    .slice(1, 5)
    .map((part: string | undefined) => (/^\d/.test(part ?? '') ? (part ?? '') : ANY_NUMBER));
  return { numbers, isDev: true };
};

/** The key of a version on Packagist; null for branches and for what Composer does not take for a version. */
export const composerKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version)) return null;
  const normal = normalise(version);
  if (normal === undefined) return null;
  const out: number[] = [];
  const counts = normal.count?.match(/\d+/g) ?? [];
  if ([...normal.numbers, ...counts].some((part) => part.replace(/^0+/, '').length > MOST_DIGITS)) return null;
  for (const part of normal.numbers) {
    out.push(NUMBER);
    pushNumber(out, part);
  }
  if (normal.stability !== undefined) {
    const rank = RANK.get(normal.stability);
    if (rank === undefined) return null;
    out.push(rank);
  }
  for (const part of counts) {
    out.push(NUMBER);
    pushNumber(out, part);
  }
  if (normal.isDev) out.push(DEV);
  out.push(END);
  return Uint8Array.from(out);
};
