import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGapBits, packGapBits, unpackGapBits } from './gap-bits.ts';

const idsOf = (packed: Uint8Array): number[] => [...unpackGapBits(packed)];

/** Gaps of every width that there is, runs of neighbours among them. */
const gaps = fc.array(
  fc.integer({ min: 0, max: 24 }).chain((width) => fc.integer({ min: 1, max: 2 ** width })),
  { minLength: 1, maxLength: 200 },
);
const rising = (list: readonly number[]): number[] => {
  let id = 0;
  return list.map((gap) => {
    id += gap;
    return id;
  });
};

describe('gaps as bits', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(gaps, (list) => {
        const ids = rising(list);
        const packed = packGapBits(ids, Number.POSITIVE_INFINITY);
        expect(packed === undefined ? ids : idsOf(packed)).toEqual(ids);
        expect(packed === undefined).toBe(list.length < 4);
        expect(isGapBits(packed ?? Buffer.of(0))).toBe(true);
      }),
    );
    const far = [1 << 24, 1 << 25, (1 << 25) + 1, 3 << 24];
    expect(idsOf(packGapBits(far, 100) ?? Buffer.of(1))).toEqual(far);
  });

  it('take a bit for a neighbour, and few more than the number has for a jump', () => {
    const neighbours = Array.from({ length: 8_000 }, (_, n) => n + 1);
    expect(packGapBits(neighbours, 8_000)?.length).toBe(1_002);
    const apart = Array.from({ length: 1_000 }, (_, n) => (n + 1) * 50);
    // Seven bits each.
    expect(packGapBits(apart, 2_000)?.length).toBe(877);
  });

  it('are not made where they are no shorter, or where a gap is too large or none', () => {
    const ids = [3, 9, 14, 15, 29];
    const size = packGapBits(ids, 100)?.length ?? 0;
    expect(size).toBeGreaterThan(2);
    expect(packGapBits(ids, size)).toBeUndefined();
    for (const bad of [[], [1, 2, 3], [1, 2, 3, 3], [1, 2, 4, 3], [0, 1, 2, 3], [5, 6, 7, 8 + (1 << 24)]])
      expect(packGapBits(bad, 100)).toBeUndefined();
  });

  it('are refused when cut, prolonged or of no known order', () => {
    fc.assert(
      fc.property(gaps, (list) => {
        const packed = packGapBits(rising(list), Number.POSITIVE_INFINITY);
        fc.pre(packed !== undefined);
        const cut = (): number => idsOf(packed.subarray(0, -1)).length;
        try {
          expect(cut()).toBeLessThan(list.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(() => idsOf(Buffer.concat([packed, Buffer.of(0)]))).toThrow(RangeError);
      }),
    );
    for (const bad of [Buffer.of(), Buffer.of(0), Buffer.of(0, 10, 0x80), Buffer.of(1, 0, 0x80)])
      expect(() => unpackGapBits(bad)).toThrow(RangeError);
  });
});
