import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSets, packIds, unpackIds } from './id-set.ts';

const ids = fc
  .uniqueArray(fc.integer({ min: 1, max: 2 ** 40 }), { maxLength: 200 })
  .map((list) => list.sort((a, b) => a - b));

describe('packed ids', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(ids, (list) => {
        expect(unpackIds(packIds(list))).toEqual(list);
      }),
    );
  });

  it('refuse disorder and repeats', () => {
    expect(() => packIds([2, 1])).toThrow('not sorted');
    expect(() => packIds([1, 1])).toThrow('not sorted');
  });
});

describe('compareSets', () => {
  it('turns one set into the other', () => {
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const { added, removed } = compareSets(before, after);
        const gone = new Set(removed);
        const result = [...before.filter((id) => !gone.has(id)), ...added].sort((a, b) => a - b);
        expect(result).toEqual(after);
      }),
    );
  });
});
