import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBitmap, encodeBitmap } from './bitmap.ts';
import { hasDigest, packDigests, unpackDigests } from './digests.ts';

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

describe('packed digests', () => {
  it('are found again, and no others', () => {
    fc.assert(
      fc.property(fc.uniqueArray(digest, { maxLength: 50 }), digest, (digests, stranger) => {
        const packed = packDigests([...digests, ...digests]);
        expect(unpackDigests(packed)).toEqual([...digests].sort());
        for (const one of digests) expect(hasDigest(packed, one)).toBe(true);
        expect(hasDigest(packed, stranger)).toBe(digests.includes(stranger));
      }),
    );
  });
});

describe('a bitmap', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), fc.array(fc.nat(200)), (count, numbers) => {
        const lines = [...new Set(numbers.filter((n) => n < count))].sort((a, b) => a - b);
        expect(decodeBitmap(encodeBitmap(lines, count), count)).toEqual(lines);
      }),
    );
  });

  it('has the length of its lines and no bit past them', () => {
    expect(() => decodeBitmap('AAA=', 8)).toThrow('bitmap');
    expect(() => decodeBitmap('', 1)).toThrow('bitmap');
    expect(() => decodeBitmap('gA==', 7)).toThrow('bit 7');
    expect(decodeBitmap('gA==', 8)).toEqual([7]);
    expect(decodeBitmap('', 0)).toEqual([]);
  });
});
