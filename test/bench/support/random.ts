// Seeded, so that two runs measure the same work (mulberry32; quality enough for a fleet).

export type Random = {
  /** At least 0, below 1. */
  next(): number;
  /** An integer of at least 0 and below `end`. */
  below(end: number): number;
  hex(digits: number): string;
};

/** Numbers that follow from the seed alone. */
export const random = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    hex: (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join(''),
  };
};
