import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allOf,
  anyOf,
  bytesOf,
  countBoth,
  countOf,
  numbersOf,
  setOf,
  withNumber,
  without,
  withPart,
} from './number-set.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 60 });
const rising = (some: Iterable<number>): number[] => [...some].sort((a, b) => a - b);

describe('sets of numbers', () => {
  it('join, meet, differ and count as sets do, whatever their lengths', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [left, right] = [setOf(a), setOf(b)];
        expect(numbersOf(left)).toEqual(rising(a));
        expect(numbersOf(anyOf([left, right]))).toEqual(rising(new Set([...a, ...b])));
        expect(numbersOf(allOf([left, right]))).toEqual(rising(a.filter((n) => b.includes(n))));
        expect(numbersOf(without(left, right))).toEqual(rising(a.filter((n) => !b.includes(n))));
        expect(countOf(left)).toBe(a.length);
        expect(countBoth(left, right)).toBe(a.filter((n) => b.includes(n)).length);
        expect(rising([...bytesOf(left).entries()].flatMap(([n, byte]) => (byte === 1 ? [n] : [])))).toEqual(rising(a));
        // The sets that went in are as they were.
        expect(numbersOf(left)).toEqual(rising(a));
        expect(numbersOf(right)).toEqual(rising(b));
      }),
    );
  });

  it('change by one number and keep no bytes of zero at their end', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.boolean()), { maxLength: 40 }), (steps) => {
        const plain = new Set<number>();
        let set = setOf([]);
        for (const [number, isIn] of steps) {
          if (isIn) plain.add(number);
          else plain.delete(number);
          set = withNumber(set, number, isIn);
          expect(numbersOf(set)).toEqual(rising(plain));
          expect(set.at(-1)).not.toBe(0);
        }
      }),
    );
  });

  it('are put together from parts', () => {
    const part = setOf([1, 9]);
    expect(numbersOf(withPart(withPart(setOf([3]), 128, part), 0, part))).toEqual([1, 3, 9, 1025, 1033]);
    expect(numbersOf(anyOf([]))).toEqual([]);
  });
});
