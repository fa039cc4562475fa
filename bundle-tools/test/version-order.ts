import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect } from 'vitest';
import { runs } from '../../test/support/chance.ts';
import { compareKeys, HIGHEST, keyAfter, toHex } from '../src/versions/key.ts';

// What all schemes are held against: their published lists, the laws of an order, and programs that order versions.

type Pair = readonly [string, string];
type KeyOf = (version: string) => Uint8Array | null;

/** Text of the given pieces. */
export const textOf = (pieces: readonly string[], minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { minLength, maxLength }).map((parts) => parts.join(''));

/** Pairs of versions: 2,000 versions are made, and each is laid beside many of the others. */
export const pairsOf = (versions: fc.Arbitrary<string>, count: number): Pair[] => {
  const pool = fc.sample(versions, runs(2_000));
  return Array.from({ length: runs(count) }, (_, at) => {
    const first = at % pool.length;
    const second = (first * 31 + Math.floor(at / pool.length) * 17 + 1) % pool.length;
    return [pool[first] ?? '', pool[second] ?? ''];
  });
};

/** Two versions a line, as programs are asked. */
export const linesOf = (pairs: readonly Pair[]): string => `${pairs.map((pair) => pair.join(' ')).join('\n')}\n`;

/**
 * Asks a program that prints one sign a line, `x` where it takes one of the two versions for none; undefined where it is
 * not installed.
 */
export const signsOf = (
  command: string,
  args: readonly string[],
  input: string,
): (number | undefined)[] | undefined => {
  const run = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 64 << 20, timeout: 60_000 });
  if (run.error !== undefined || run.status !== 0) return undefined;
  return run.stdout
    .trim()
    .split('\n')
    .map((line) => (line === 'x' ? undefined : Math.sign(Number(line))));
};

type Verdict = { a: string; b: string; ours: number | undefined; theirs: number | undefined };

const verdicts = (pairs: readonly Pair[], oracle: ReadonlyArray<number | undefined>, keyOf: KeyOf): Verdict[] => {
  expect(oracle).toHaveLength(pairs.length);
  const keys = new Map([...new Set(pairs.flat())].map((version) => [version, keyOf(version)]));
  return pairs.map(([a, b], at) => {
    const [x, y] = [keys.get(a), keys.get(b)];
    return { a, b, ours: x && y ? compareKeys(x, y) : undefined, theirs: oracle[at] };
  });
};

/** Every pair as the oracle has it, those that it refuses included. */
export const expectSame = (pairs: readonly Pair[], oracle: ReadonlyArray<number | undefined>, keyOf: KeyOf): void => {
  const differences = verdicts(pairs, oracle, keyOf).filter(({ ours, theirs }) => ours !== theirs);
  expect(differences.slice(0, 5)).toEqual([]);
};

/** Every pair with two keys as the oracle has it; answers the share of pairs without. */
export const shareWithoutOrder = (
  pairs: readonly Pair[],
  oracle: ReadonlyArray<number | undefined>,
  keyOf: KeyOf,
): number => {
  const all = verdicts(pairs, oracle, keyOf);
  const ordered = all.filter(({ ours }) => ours !== undefined);
  expect(ordered.filter(({ ours, theirs }) => ours !== theirs).slice(0, 5)).toEqual([]);
  return 1 - ordered.length / all.length;
};

/** A published list, lowest first; an inner list holds versions that are equal. All pairs are compared. */
export const expectRising = (keyOf: KeyOf, list: ReadonlyArray<string | readonly string[]>): void => {
  const flat = list.flatMap((entry, at) => [entry].flat().map((version) => ({ version, at })));
  const wrong = flat.flatMap((a) =>
    flat.flatMap((b) => {
      const [x, y] = [keyOf(a.version), keyOf(b.version)];
      const order = x === null || y === null ? undefined : compareKeys(x, y);
      return order === Math.sign(a.at - b.at) ? [] : [`${a.version} ${b.version}: ${order}`];
    }),
  );
  expect(wrong).toEqual([]);
};

/** Keys are an order of their own: two-sided, transitive, none a prefix of another, below the highest bound. */
export const expectOrder = (keyOf: KeyOf, versions: fc.Arbitrary<string>): void => {
  fc.assert(
    fc.property(versions, versions, versions, (...texts) => {
      const [a, b, c] = texts.map(keyOf);
      if (!a || !b || !c) return;
      expect(compareKeys(a, b)).toBe(-compareKeys(b, a) + 0);
      if (compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0) expect(compareKeys(a, c)).toBeLessThanOrEqual(0);
      expect(compareKeys(a, HIGHEST)).toBeLessThan(0);
      if (compareKeys(a, b) === 0) return;
      expect(toHex(a).startsWith(toHex(b)) || toHex(b).startsWith(toHex(a))).toBe(false);
      // The bound above a key lies below every greater key: `last_affected` is sound.
      if (compareKeys(a, b) < 0) expect(compareKeys(keyAfter(a), b)).toBeLessThan(0);
    }),
    { numRuns: runs(2_000) },
  );
};
