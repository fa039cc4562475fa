import type { LeafRef } from './leaf-name.ts';
import { nameKeys, nameTokens } from './name-key.ts';

// Likeness of names (level M5): good enough to ask a person, never to decide. Names are found by the numbers that they share,
// so that a part is compared with few of them.

export const leastLikeness = 0.75;
const most = 0.95;

type Known = { tokens: readonly string[]; refs: LeafRef[] };

/** The names that one vendor's leaves have. */
export type Likenesses = { byKey: Map<string, Known>; byNumber: Map<string, Known[]> };

export const emptyLikenesses = (): Likenesses => ({ byKey: new Map(), byNumber: new Map() });

const numbersIn = (tokens: readonly string[]): string[] => tokens.filter((token) => /^\d/.test(token));

export const addLikeness = ({ byKey, byNumber }: Likenesses, key: string, ref: LeafRef): void => {
  const known = byKey.get(key);
  if (known !== undefined) {
    if (known.refs.at(-1) !== ref) known.refs.push(ref);
    return;
  }
  const tokens = nameTokens(key);
  const added = { tokens, refs: [ref] };
  byKey.set(key, added);
  for (const number of numbersIn(tokens)) {
    const held = byNumber.get(number);
    if (held === undefined) byNumber.set(number, [added]);
    else held.push(added);
  }
};

/** Of two sets of words: twice what they share over what they have. */
const dice = (a: readonly string[], b: readonly string[]): number =>
  (2 * a.filter((token) => b.includes(token)).length) / (a.length + b.length);

/** Leaves whose names are like one of these, with how much: at least what is worth a person's look. */
export const findLike = (
  { byNumber }: Likenesses,
  names: readonly string[],
): { refs: readonly LeafRef[]; likeness: number }[] => {
  const best = new Map<Known, number>();
  for (const own of names.flatMap(nameKeys).map(nameTokens)) {
    const numbers = numbersIn(own);
    for (const known of new Set(numbers.flatMap((number) => byNumber.get(number) ?? []))) {
      const likeness = dice(own, known.tokens);
      if (likeness >= leastLikeness) best.set(known, Math.max(best.get(known) ?? 0, Math.min(likeness, most)));
    }
  }
  return Array.from(best, ([{ refs }, likeness]) => ({ refs, likeness }));
};
