import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareIds, hasId, packIds, unpackIds } from './packed-ids.ts';

const ids = fc
  .uniqueArray(fc.integer({ min: 1, max: 0xffff_ffff }), { maxLength: 300 })
  .map((list) => list.sort((a, b) => a - b));

describe('packed ids', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(ids, (list) => {
        expect([...unpackIds(packIds(list), list.length)]).toEqual(list);
      }),
    );
  });

  it('take a byte or less for ids that lie close together', () => {
    const list = Array.from({ length: 2_000 }, (_, index) => index * 50 + 1);
    expect(packIds(list).length).toBeLessThanOrEqual(2_000);
    const neighbours = Array.from({ length: 2_000 }, (_, index) => 100_000 + index);
    expect(packIds(neighbours).length).toBeLessThan(260);
  });

  it('are read as earlier versions wrote them', () => {
    expect([...unpackIds(Buffer.of(1, 0x81, 1, 2, 3), 4)]).toEqual([1, 130, 132, 135]);
  });

  it('refuse what does not rise or does not fit', () => {
    for (const bad of [[2, 1], [1, 1], [0], [-1], [1.5], [0x1_0000_0000]])
      expect(() => packIds(bad)).toThrow(RangeError);
  });

  it('refuse bytes that were cut, prolonged or do not rise', () => {
    fc.assert(
      fc.property(
        ids.filter((list) => list.length > 0),
        (list) => {
          const packed = packIds(list);
          expect(() => unpackIds(packed.subarray(0, -1), list.length)).toThrow(RangeError);
          expect(() => unpackIds(Buffer.concat([packed, Buffer.of(1)]), list.length)).toThrow(RangeError);
          expect(() => unpackIds(packed, list.length + 1)).toThrow(RangeError);
        },
      ),
    );
    expect(() => unpackIds(Buffer.of(1, 0), 2)).toThrow(RangeError);
    expect(() => unpackIds(Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), 1)).toThrow(RangeError);
  });

  it('say what is more and what is less', () => {
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const { added, removed } = compareIds(Uint32Array.from(before), Uint32Array.from(after));
        expect(added).toEqual(after.filter((id) => !before.includes(id)));
        expect(removed).toEqual(before.filter((id) => !after.includes(id)));
      }),
    );
  });

  it('know what they hold', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 1000 }), (list, id) => {
        expect(hasId(Uint32Array.from(list), id)).toBe(list.includes(id));
        for (const held of list) expect(hasId(Uint32Array.from(list), held)).toBe(true);
      }),
    );
  });
});
