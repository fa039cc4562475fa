import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allOf, anyOf, countOf, numbersOf, setOf, without } from './device-set.ts';

const some = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 40 });
const sorted = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);

it('sets of devices are joined, cut and counted as sets of numbers are', () => {
  fc.assert(
    fc.property(some, some, some, (a, b, c) => {
      const [left, right, third] = [setOf(a), setOf(b), setOf(c)];
      expect(numbersOf(left)).toEqual(sorted(a));
      expect(countOf(left)).toBe(new Set(a).size);
      expect(numbersOf(anyOf([left, right, third]))).toEqual(sorted([...a, ...b, ...c]));
      expect(numbersOf(allOf([left, right, third]))).toEqual(
        sorted(a).filter((one) => b.includes(one) && c.includes(one)),
      );
      expect(numbersOf(without(left, right))).toEqual(sorted(a).filter((one) => !b.includes(one)));
      // None of it changes what it was made of.
      expect(numbersOf(left)).toEqual(sorted(a));
    }),
  );
  expect(numbersOf(anyOf([]))).toEqual([]);
});
