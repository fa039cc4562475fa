import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { generateSealKey } from '../trust/keys.ts';
import { isSealed, openSealed, sealTo } from './sealed.ts';

const [a, b, c] = [generateSealKey(), generateSealKey(), generateSealKey()];
const seal = { code: 'SEAL' };

describe('a sealed file', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])('of %i bytes opens for each recipient', (size) => {
    const bytes = Buffer.alloc(size, 'sallyport');
    const sealed = sealTo(bytes, [a.publicKey, b.publicKey]);
    expect(isSealed(sealed)).toBe(true);
    expect(Buffer.compare(openSealed(sealed, [a]), bytes)).toBe(0);
    expect(Buffer.compare(openSealed(sealed, [c, b]), bytes)).toBe(0);
    expect(() => openSealed(sealed, [c])).toThrow(expect.objectContaining(seal));
    expect(() => openSealed(sealed, [])).toThrow(expect.objectContaining(seal));
  });

  it('is refused with any bit changed', () => {
    const sealed = sealTo(Buffer.from('a request'), [a.publicKey, b.publicKey]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sealed.length * 8 - 1 }), (bit) => {
        const altered = Uint8Array.from(sealed);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        for (const keys of [[a], [b], [b, a]]) {
          expect(() => openSealed(altered, keys)).toThrow(expect.objectContaining(seal));
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('is refused when it is cut anywhere, or longer', () => {
    const sealed = sealTo(Buffer.from('a request'), [a.publicKey]);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openSealed(sealed.subarray(0, length), [a])).toThrow(expect.objectContaining(seal));
    }
    expect(() => openSealed(Buffer.concat([sealed, Buffer.alloc(1)]), [a])).toThrow(expect.objectContaining(seal));
    expect(() => openSealed(Buffer.concat([sealed, sealed]), [a])).toThrow(expect.objectContaining(seal));
  });

  it('is refused when frames are cut off, exchanged or repeated', () => {
    const sealed = sealTo(Buffer.alloc(65_536 * 3, 'x'), [a.publicKey]);
    const head = 9 + 80 + 24;
    const frame = (n: number): Uint8Array => sealed.subarray(head + n * 65_553, head + (n + 1) * 65_553);
    const join = (...order: number[]): Uint8Array => Buffer.concat([sealed.subarray(0, head), ...order.map(frame)]);
    expect(openSealed(join(0, 1, 2), [a])).toHaveLength(65_536 * 3);
    for (const order of [[0], [0, 1], [0, 2], [1, 0, 2], [0, 0, 1, 2], [0, 1, 2, 2], [0, 1, 1, 2]]) {
      expect(() => openSealed(join(...order), [a])).toThrow(expect.objectContaining(seal));
    }
  });

  it('has one to eight recipients', () => {
    const nine = Array.from({ length: 9 }, () => a.publicKey);
    expect(() => sealTo(new Uint8Array(1), [])).toThrow(expect.objectContaining(seal));
    expect(() => sealTo(new Uint8Array(1), nine)).toThrow(expect.objectContaining(seal));
    expect(openSealed(sealTo(new Uint8Array(1), nine.slice(1)), [a])).toHaveLength(1);
  });
});
