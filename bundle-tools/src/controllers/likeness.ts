import { held } from './held.ts';
import type { LeafRef } from './leaf-name.ts';
import { nameTokens } from './name-key.ts';

// Likeness of names (level M5): good enough to ask a person, never to decide. Names are found by the numbers that they share,
// so that a part is compared with few of them; names with the same numbers are looked at together.

export const leastLikeness = 0.75;
const most = 0.95;

/** Words and numbers of a name. */
type Words = { tokens: readonly string[]; numbers: readonly string[] };
type Known = { tokens: ReadonlySet<string>; refs: LeafRef[] };
/** The names that have the same numbers. */
type Alike = { numbers: readonly string[]; known: Known[] };

/** The names that one vendor's leaves have. */
export type Likenesses = {
  byKey: Map<string, Known>;
  byNumbers: Map<string, Alike>;
  byNumber: Map<string, Alike[]>;
  wordsOf: (key: string) => Words;
};

/** The numbers that tell models apart: `1515` of `CPU 1515-2 PN`; where there are none, the short ones. */
export const numbersIn = (tokens: readonly string[]): string[] => {
  const numbers = tokens.filter((token) => /^\d/.test(token));
  const long = numbers.filter((number) => number.length > 2);
  return long.length > 0 ? long : numbers;
};

export const emptyLikenesses = (): Likenesses => {
  const words = held<Words>();
  const wordsOf = (key: string): Words =>
    words(key, () => {
      const tokens = nameTokens(key);
      return { tokens, numbers: numbersIn(tokens) };
    });
  return { byKey: new Map(), byNumbers: new Map(), byNumber: new Map(), wordsOf };
};

const alikeOf = ({ byNumbers, byNumber }: Likenesses, numbers: readonly string[]): Alike => {
  const name = numbers.join();
  const found = byNumbers.get(name);
  if (found !== undefined) return found;
  const made: Alike = { numbers, known: [] };
  byNumbers.set(name, made);
  for (const number of numbers) {
    const others = byNumber.get(number);
    if (others === undefined) byNumber.set(number, [made]);
    else others.push(made);
  }
  return made;
};

export const addLikeness = (own: Likenesses, key: string, ref: LeafRef): void => {
  const known = own.byKey.get(key);
  if (known !== undefined) {
    if (known.refs.at(-1) !== ref) known.refs.push(ref);
    return;
  }
  const { tokens, numbers } = own.wordsOf(key);
  const added = { tokens: new Set(tokens), refs: [ref] };
  own.byKey.set(key, added);
  if (numbers.length > 0) alikeOf(own, numbers).known.push(added);
};

/** Of two sets of words: twice what they share over what they have; 0 where their sizes alone are too far apart. */
const dice = (a: readonly string[], b: ReadonlySet<string>): number => {
  const sum = a.length + b.size;
  if ((2 * Math.min(a.length, b.size)) / sum < leastLikeness) return 0;
  let shared = 0;
  for (const token of a) if (b.has(token)) shared += 1;
  return (2 * shared) / sum;
};

const isWithin = (a: readonly string[], b: readonly string[]): boolean => a.every((number) => b.includes(number));

/** Leaves whose names are like one of these, with how much: at least what is worth a person's look. `keys`: of nameKeys. */
export const findLike = (
  { byNumber, wordsOf }: Likenesses,
  keys: readonly string[],
): { refs: readonly LeafRef[]; likeness: number }[] => {
  const best = new Map<Known, number>();
  for (const { tokens, numbers } of keys.map(wordsOf)) {
    const [only] = numbers;
    const alike =
      numbers.length === 1 && only !== undefined
        ? (byNumber.get(only) ?? [])
        : new Set(numbers.flatMap((number) => byNumber.get(number) ?? []));
    for (const { numbers: theirs, known: names } of alike) {
      // CPU 1511 is as like CPU 1515 as words can be, and is another product.
      if (!isWithin(numbers, theirs) && !isWithin(theirs, numbers)) continue;
      for (const known of names) {
        const likeness = dice(tokens, known.tokens);
        if (likeness >= leastLikeness) best.set(known, Math.max(best.get(known) ?? 0, Math.min(likeness, most)));
      }
    }
  }
  return Array.from(best, ([{ refs }, likeness]) => ({ refs, likeness }));
};
