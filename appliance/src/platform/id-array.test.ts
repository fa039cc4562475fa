import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareIds, hasId, idBytes, idsOf, placeOfId, sortedIds } from './id-array.ts';

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 0xffff_ffff }), { maxLength: 300 }).map((list) => sortedIds(list));

describe('an array of ids', () => {
  it('comes back from its bytes, wherever they lie', () => {
    fc.assert(
      fc.property(ids, fc.nat(3), (list, shift) => {
        const bytes = Buffer.alloc(shift + 4 * list.length);
        bytes.set(idBytes(list), shift);
        expect(idsOf(bytes.subarray(shift))).toEqual(list);
      }),
    );
  });

  it('is in order, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (list) => {
        expect(Array.from(sortedIds(list))).toEqual([...new Set(list)].sort((a, b) => a - b));
      }),
    );
  });

  it('says what is more and what is less', () => {
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const { added, removed } = compareIds(before, after);
        expect(added).toEqual(Array.from(after).filter((id) => !before.includes(id)));
        expect(removed).toEqual(Array.from(before).filter((id) => !after.includes(id)));
      }),
    );
  });

  it('knows what it holds, and where', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 0xffff_ffff }), (list, other) => {
        list.forEach((id, at) => {
          expect(placeOfId(list, id)).toBe(at);
        });
        expect(hasId(list, other)).toBe(list.includes(other));
      }),
    );
  });
});
