import type { FuzzTarget } from '../target.ts';

/** Fails on one word in 2^48: only a fuzzer that follows comparisons comes to it. For the test of the fuzzer. */
export const target: FuzzTarget = {
  name: 'crash',
  run: (data) => {
    if (data.toString('latin1').slice(0, 6) === 'buried') throw new TypeError('found what was buried');
  },
  seeds: () => ['nothing'],
};
