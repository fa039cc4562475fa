import { orderOf, parseFirmware } from '../../versions/firmware.ts';
import type { Bound, Interval } from './bounds.ts';

// `>= 1.0 | < 2.3`, `1.0 | 1.1 | <= 3`, `< 33.017 34.014 35.013`: terms of a version text, and what they mean together.

type Term = { operator: string; version: string };

const maxIntervals = 64;
const lower: ReadonlySet<string> = new Set(['>', '>=']);

/** Stands for the lower-case x of `8.1x` while the text is in lower case; a capital X may be a letter of the version. */
export const DIGIT = '#';

/** Cuts a text into terms; undefined where something is left over. */
export const termsOf = (text: string): Term[] | undefined => {
  const terms: Term[] = [];
  for (const piece of text.split(/\||,| and | or |;/).map((part) => part.trim())) {
    if (piece === '') continue;
    const found = [...piece.matchAll(/(<=|>=|<|>|=)?\s*([^<>=|]+)/g)];
    if (found.map(([whole]) => whole).join('') !== piece) return undefined;
    for (const [, operator, version] of found)
      terms.push({ operator: operator ?? '', version: (version ?? '').trim().replace(/^"(.*)"$/, '$1') });
  }
  return terms;
};

const stemPattern = /^(?:v|r)?(\d+(?:\.\d+)*)(?:(?:\.[x*])+|-x|\.xx)$/;
const digitPattern = /^(?:v|r)?(\d+(?:\.\d+)*)#$/;

/** `V5.x`, `12.2.x.x`, `8.1x`: whether a version ends in a wildcard. */
export const isWild = (version: string): boolean => stemPattern.test(version) || digitPattern.test(version);

const nextOf = (version: string): string => {
  const parts = version.split('.').map(BigInt);
  return parts.map((part, at) => (at === parts.length - 1 ? part + 1n : part)).join('.');
};

/** The first version that a wildcard stands for, and the first behind them. */
const rangeOf = (version: string): { from: string; behind: string } | undefined => {
  const stem = stemPattern.exec(version)?.[1];
  if (stem !== undefined) return { from: stem, behind: nextOf(stem) };
  const digits = digitPattern.exec(version)?.[1];
  return digits === undefined ? undefined : { from: `${digits}0`, behind: `${nextOf(digits)}0` };
};

/** Terms with bounds in place of wildcards: `<= 8.x` is `< 9`. */
const withoutWildcards = (terms: readonly Term[]): (Term | Interval)[] =>
  terms.map((term) => {
    const range = rangeOf(term.version);
    if (range === undefined) return term;
    const { from, behind } = range;
    switch (term.operator) {
      case '<':
      case '>=':
        return { operator: term.operator, version: from };
      case '<=':
        return { operator: '<', version: behind };
      case '>':
        return { operator: '>=', version: behind };
      default:
        return { low: { version: from, inclusive: true }, high: { version: behind, inclusive: false } };
    }
  });

const toBound = ({ operator, version }: Term): Bound => ({ version, inclusive: operator.endsWith('=') });

const isTerm = (one: Term | Interval): one is Term => 'operator' in one;

const isReversed = (low: string, high: string): boolean => {
  const [a, b] = [parseFirmware(low), parseFirmware(high)];
  return a !== undefined && b !== undefined && orderOf(a, b) === 'above';
};

type Combined = { intervals: Interval[]; unsure?: Interval[] };

const plainVersion = /^(?:v|r)?(\d+(?:\.\d+)+)$/;

const compareReleases = (a: readonly number[], b: readonly number[]): number => {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = (a[at] ?? 0) - (b[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
};

/**
 * `< 4.2.21 | < 5.0.27 | < 5.1.19`, `< 33.017 34.014`: the fixed versions of several branches. A version behind the fix of its
 * own branch and before that of a later one is fixed by one reading of the words and not by another: unsure.
 */
const branches = (terms: readonly Term[]): Combined | undefined => {
  const operator = terms[0]?.operator ?? '';
  if (terms.length < 2 || !operator.startsWith('<')) return undefined;
  if (!terms.every((term, at) => term.operator === operator || (at > 0 && term.operator === ''))) return undefined;
  const found = terms.map(({ version }) => plainVersion.exec(version)?.[1]?.split('.').map(Number));
  if (found.some((parts) => parts === undefined)) return undefined;
  const bounds = (found as number[][]).sort(compareReleases);
  const depth = [1, 2].find(
    (size) => new Set(bounds.map((parts) => parts.slice(0, size).join('.'))).size === bounds.length,
  );
  if (depth === undefined || bounds.some((parts) => parts.length <= depth)) return undefined;
  const inclusive = operator === '<=';
  const high = (parts: readonly number[]): Bound => ({ version: parts.join('.'), inclusive });
  const stem = (parts: readonly number[]): Bound => ({ version: parts.slice(0, depth).join('.'), inclusive: true });
  const intervals = bounds.map(
    (parts, at): Interval => (at === 0 ? { high: high(parts) } : { low: stem(parts), high: high(parts) }),
  );
  const unsure = bounds.slice(1).map(
    (parts, at): Interval => ({
      low: { version: (bounds[at] ?? []).join('.'), inclusive: !inclusive },
      high: { version: stem(parts).version, inclusive: false },
    }),
  );
  return { intervals, unsure };
};

/** Pairs a lower bound with the upper bound that follows it; undefined where the terms do not combine. */
export const combine = (written: readonly Term[]): Combined | undefined => {
  const perBranch = branches(written);
  if (perBranch !== undefined) return perBranch;
  const terms = withoutWildcards(written);
  const intervals: Interval[] = [];
  const uppers = terms.filter((term) => isTerm(term) && term.operator.startsWith('<')).length;
  for (let at = 0; at < terms.length; at += 1) {
    const term = terms[at];
    const next = terms[at + 1];
    if (term === undefined) return undefined;
    if (!isTerm(term)) {
      intervals.push(term);
      continue;
    }
    if (lower.has(term.operator)) {
      if (next !== undefined && isTerm(next) && next.operator.startsWith('<')) {
        // The bounds are in the wrong order: no version lies between them, so they exclude none.
        if (isReversed(term.version, next.version)) return undefined;
        intervals.push({ low: toBound(term), high: toBound(next) });
        at += 1;
        continue;
      }
      // A lower bound alone must be alone: followed by others it is unclear what it bounds.
      if (terms.length > 1) return undefined;
      intervals.push({ low: toBound(term) });
    } else if (term.operator.startsWith('<')) {
      // One upper bound among single versions is a list; two of them contradict each other.
      if (uppers > 1) return undefined;
      intervals.push({ high: toBound(term) });
    } else {
      const bound = { version: term.version, inclusive: true };
      intervals.push({ low: bound, high: bound });
    }
  }
  return intervals.length > maxIntervals ? undefined : { intervals };
};
