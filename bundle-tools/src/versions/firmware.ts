// Versions of firmware and of engineering software, as vendors of controllers write them: no scheme, many habits. A version
// is cut into parts; what cannot be ordered with certainty says so instead of guessing.

/** A number, or a word such as SP, Update, HF, a, FC. */
type Part = { kind: 'number'; value: bigint } | { kind: 'word'; text: string };

export type FirmwareVersion = {
  /** Dotted numbers at the front: `2.9.7`. */
  release: readonly bigint[];
  /** What follows them: `SP1 Update 2`, `a`, `P010`, `HW001.2`. */
  rest: readonly Part[];
};

/**
 * How a version lies to a bound. `coarser`: it has the same parts as far as it goes, and the bound goes on; `finer`: the
 * bound ends first; `bare`: it lacks only a suffix that comes later than none, such as SP1. `unknown`: the two are written in ways that have no common order.
 */
export type FirmwareOrder = 'below' | 'equal' | 'above' | 'coarser' | 'bare' | 'finer' | 'unknown';

const maxLength = 128;
const maxParts = 24;

// ADVISORIES 6.1: nothing before a service pack, then updates, then hot fixes.
const ranks: ReadonlyMap<string, number> = new Map([
  ['sp', 1],
  ['servicepack', 1],
  ['update', 2],
  ['upd', 2],
  ['up', 2],
  ['hf', 3],
  ['hotfix', 3],
]);

/** Takes a version apart; undefined for what holds no number, or more than a version can be. */
export const parseFirmware = (text: string): FirmwareVersion | undefined => {
  const plain = text
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ')
    .replace(/^(?:firmware|version|fw|sw|sv|ver)\b\.?[\s:]*(?=[vr]?\s*\.?\s*\d)/, '')
    .replace(/^(?:fw|sw|sv)(?=\d)/, '')
    // The name of the firmware, told from its version by the V: `CPCI85 V05.11`.
    .replace(/^(?:[a-z]{2,5}\d{2,3}|ros|rox|msys) v(?=\d)/, '')
    .replace(/^[vr]\s*\.?\s*(?=\d)/, '')
    .replace(/service pack/g, 'servicepack');
  if (plain.length === 0 || plain.length > maxLength || !/^[\x20-\x7e]+$/.test(plain)) return undefined;
  const front = /^\d+(?:\.\d+)*/.exec(plain)?.[0] ?? '';
  const release = front === '' ? [] : front.split('.').map(BigInt);
  const tail = plain.slice(front.length);
  const rest = (tail.match(/\d+|[a-z]+/g) ?? []).map(
    (part): Part => (/^\d/.test(part) ? { kind: 'number', value: BigInt(part) } : { kind: 'word', text: part }),
  );
  // A version of letters alone (`Y`, `FB`) is a version only where it is short.
  if (release.length === 0 && (rest.length === 0 || (rest.length === 1 && plain.length > 2))) return undefined;
  if (release.length + rest.length > maxParts) return undefined;
  return { release, rest };
};

const compareNumbers = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Order of two words; undefined when unknown. Letters of one length are a row: a < b, AA < AB. */
const compareWords = (a: string, b: string): number | undefined => {
  const ranked = [ranks.get(a), ranks.get(b)];
  if (ranked[0] !== undefined && ranked[1] !== undefined) return ranked[0] - ranked[1];
  if (a === b) return 0;
  if (ranked[0] !== undefined || ranked[1] !== undefined) return undefined;
  return a.length === b.length && a.length <= 2 ? (a < b ? -1 : 1) : undefined;
};

const compareParts = (a: Part, b: Part): number | undefined => {
  if (a.kind === 'number' && b.kind === 'number') return compareNumbers(a.value, b.value);
  if (a.kind === 'word' && b.kind === 'word') return compareWords(a.text, b.text);
  return undefined;
};

/** A word that can only come later than nothing; others may be builds, hardware or regions. */
const comesLater = (part: Part): boolean => part.kind === 'word' && (ranks.has(part.text) || part.text.length === 1);

const areNames = (a: Part | undefined, b: Part | undefined): boolean =>
  a?.kind === 'word' && b?.kind === 'word' && a.text !== b.text && !(ranks.has(a.text) && ranks.has(b.text));

const isZero = (value: bigint): boolean => value === 0n;

/** Lays a device's version beside a bound of an advisory. */
export const orderOf = (version: FirmwareVersion, bound: FirmwareVersion): FirmwareOrder => {
  const shared = Math.min(version.release.length, bound.release.length);
  for (let at = 0; at < shared; at += 1) {
    const order = compareNumbers(version.release[at] ?? 0n, bound.release[at] ?? 0n);
    if (order !== 0) return order < 0 ? 'below' : 'above';
  }
  if ((version.release.length === 0) !== (bound.release.length === 0)) return 'unknown';
  const more = version.release.slice(shared);
  const missing = bound.release.slice(shared);
  if (missing.length > 0) return version.rest.length === 0 ? 'coarser' : 'unknown';
  if (more.length > 0 && !more.every(isZero)) return bound.rest.length === 0 ? 'finer' : 'unknown';
  for (let at = 0; at < Math.max(version.rest.length, bound.rest.length); at += 1) {
    const [a, b] = [version.rest[at], bound.rest[at]];
    if (a === undefined && b !== undefined) return at === 0 && comesLater(b) ? 'bare' : 'coarser';
    if (a !== undefined && b === undefined) return at === 0 && comesLater(a) ? 'above' : 'finer';
    // Different names in front are different things, unless they are the whole version.
    if (at === 0 && bound.release.length === 0 && areNames(a, b) && version.rest.length + bound.rest.length > 2)
      return 'unknown';
    const order = a === undefined || b === undefined ? 0 : compareParts(a, b);
    if (order === undefined) return 'unknown';
    if (order !== 0) return order < 0 ? 'below' : 'above';
  }
  return 'equal';
};
