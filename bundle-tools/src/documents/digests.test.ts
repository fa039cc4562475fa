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

describe('a list of digests', () => {
  it('is refused unless it is sorted, distinct and whole', () => {
    const refused = expect.objectContaining({
      code: 'METADATA',
      message: 'the list of digests is not sorted, distinct and whole',
    });
    const [low, high] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(unpackDigests(Buffer.concat([low, high]))).toEqual(['01'.repeat(32), '02'.repeat(32)]);
    for (const list of [
      [high, low],
      [low, low],
      [low, low.subarray(1)],
    ]) {
      expect(() => unpackDigests(Buffer.concat(list))).toThrow(refused);
    }
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
    const metadata = (message: string) => expect.objectContaining({ code: 'METADATA', message });
    expect(() => decodeBitmap('AAA=', 8)).toThrow(metadata('bitmap of 2 bytes for 8 lines'));
    expect(() => decodeBitmap('', 1)).toThrow(metadata('bitmap of 0 bytes for 1 lines'));
    expect(() => decodeBitmap('gA==', 7)).toThrow(metadata('bitmap: bit 7 is past 7 lines'));
    expect(decodeBitmap('gA==', 8)).toEqual([7]);
    expect(decodeBitmap('', 0)).toEqual([]);
  });

  it('is never written with a line that is not there', () => {
    for (const line of [-1, 8, 9]) {
      expect(() => encodeBitmap([line], 8)).toThrow(
        expect.objectContaining({ code: 'INTERNAL', message: `line ${line} of 8` }),
      );
    }
    expect(encodeBitmap([0, 7], 8)).toBe('gQ==');
  });
});
