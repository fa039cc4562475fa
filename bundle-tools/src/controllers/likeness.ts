import type { LeafRef } from './leaf-name.ts';
import { nameKeys, nameTokens } from './name-key.ts';

// Likeness of names (level M5): good enough to ask a person, never to decide. Names are found by the numbers that they share,
// so that a part is compared with few of them.

export const leastLikeness = 0.75;
const most = 0.95;

type Known = { tokens: ReadonlySet<string>; numbers: readonly string[]; refs: LeafRef[] };

/** The names that one vendor's leaves have. */
export type Likenesses = { byKey: Map<string, Known>; byNumber: Map<string, Known[]> };

export const emptyLikenesses = (): Likenesses => ({ byKey: new Map(), byNumber: new Map() });

/** The numbers that tell models apart: `1515` of `CPU 1515-2 PN`; where there are none, the short ones. */
const numbersIn = (tokens: readonly string[]): string[] => {
  const numbers = tokens.filter((token) => /^\d/.test(token));
  const long = numbers.filter((number) => number.length > 2);
  return long.length > 0 ? long : numbers;
};

export const addLikeness = ({ byKey, byNumber }: Likenesses, key: string, ref: LeafRef): void => {
  const known = byKey.get(key);
  if (known !== undefined) {
    if (known.refs.at(-1) !== ref) known.refs.push(ref);
    return;
  }
  const tokens = nameTokens(key);
  const numbers = numbersIn(tokens);
  const added = { tokens: new Set(tokens), numbers, refs: [ref] };
  byKey.set(key, added);
  for (const number of numbers) {
    const held = byNumber.get(number);
    if (held === undefined) byNumber.set(number, [added]);
    else held.push(added);
  }
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

/** Leaves whose names are like one of these, with how much: at least what is worth a person's look. */
export const findLike = (
  { byNumber }: Likenesses,
  names: readonly string[],
): { refs: readonly LeafRef[]; likeness: number }[] => {
  const best = new Map<Known, number>();
  for (const own of names.flatMap(nameKeys).map(nameTokens)) {
    const numbers = numbersIn(own);
    for (const known of new Set(numbers.flatMap((number) => byNumber.get(number) ?? []))) {
      // CPU 1511 is as like CPU 1515 as words can be, and is another product.
      if (!isWithin(numbers, known.numbers) && !isWithin(known.numbers, numbers)) continue;
      const likeness = dice(own, known.tokens);
      if (likeness >= leastLikeness) best.set(known, Math.max(best.get(known) ?? 0, Math.min(likeness, most)));
    }
  }
  return Array.from(best, ([{ refs }, likeness]) => ({ refs, likeness }));
};
