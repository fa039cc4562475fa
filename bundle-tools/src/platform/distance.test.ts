import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { distanceWithin } from './distance.ts';

/** By the definition, without a bound. */
const whole = (a: string, b: string): number => {
  const known = new Map<string, number>();
  const of = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const key = `${i}/${j}`;
    const held = known.get(key);
    if (held !== undefined) return held;
    const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
    const found = Math.min(
      of(i - 1, j) + 1,
      of(i, j - 1) + 1,
      of(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
      isSwap ? of(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
    );
    known.set(key, found);
    return found;
  };
  return of(a.length, b.length);
};

describe('the distance of two texts', () => {
  it('is that of the definition up to its bound, and infinite beyond', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, fc.nat(13), (a, b, most) => {
        const real = whole(a, b);
        expect(distanceWithin(a, b, most)).toBe(real <= most ? real : Number.POSITIVE_INFINITY);
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('counts a swap of two letters as one change', () => {
    expect(distanceWithin('PLC-70', 'PLC-07', 1)).toBe(1);
    expect(distanceWithin('', '', 0)).toBe(0);
  });
});
