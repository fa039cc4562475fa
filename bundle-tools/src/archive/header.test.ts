import fc from 'fast-check';
import tar from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { decodeHeader, encodeHeader } from './header.ts';

const segment = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019._-')), minLength: 1, maxLength: 20 });
const name = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
  .filter((text) => text.split('/').every((part) => part !== '.' && part !== '..'));
const size = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 8 ** 11 - 1 }));

const theirHeader = async (entryName: string, entrySize: number): Promise<Uint8Array> => {
  const pack = tar.pack();
  const sink = pack.entry({
    name: entryName,
    size: entrySize,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
    type: 'file',
  });
  sink.on('error', () => undefined);
  // Leaving the loop after the first block destroys the pack: no body is ever sent.
  for await (const block of pack as AsyncIterable<Uint8Array>) return block;
  throw new Error('tar-stream wrote nothing');
};

describe('a header', () => {
  it('is the one that tar-stream writes, and is read back', async () => {
    await fc.assert(
      fc.asyncProperty(name, size, async (entryName, entrySize) => {
        const mine = encodeHeader(entryName, entrySize);
        expect(Buffer.compare(mine, await theirHeader(entryName, entrySize))).toBe(0);
        expect(decodeHeader(mine)).toEqual({ name: entryName, size: entrySize });
      }),
    );
  });

  it('is refused with any bit changed, unless it is the header of another entry', () => {
    const block = encodeHeader('o/aa', 5);
    for (let bit = 0; bit < block.length * 8; bit += 1) {
      const altered = Uint8Array.from(block);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeHeader(altered)).toThrow(expect.objectContaining({ code: 'HEADER' }));
    }
  });

  it('has the sum that the format shows', () => {
    const text = Buffer.from(encodeHeader('bundle.dsse.json', 8 ** 11 - 1)).toString('latin1');
    expect(text.slice(124, 136)).toBe('77777777777 ');
    expect(text.slice(257, 265)).toBe('ustar\x0000');
    expect(() => encodeHeader('x', 8 ** 11)).toThrow('bytes');
    expect(() => encodeHeader('x'.repeat(101), 1)).toThrow('name');
  });
});
