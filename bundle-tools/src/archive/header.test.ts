import fc from 'fast-check';
import tar from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { blockBytes, decodeHeader, encodeHeader, endBytes, entrySize, isZeroBlock, paddingOf } from './header.ts';

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

describe('an entry', () => {
  const refused = (message: string) => expect.objectContaining({ code: 'HEADER', message });

  it('has a name that leads nowhere', () => {
    for (const good of ['a', 'o/aa', 'A-Z_0.9', '...', 'a/.b', `${'x'.repeat(50)}/${'y'.repeat(49)}`]) {
      expect(decodeHeader(encodeHeader(good, 1))).toEqual({ name: good, size: 1 });
    }
    const odd = [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      './a',
      '../a',
      'a/..',
      'a/./b',
      'a/../b',
      'a b',
      'a\\b',
      'ä',
      'a\n',
    ];
    for (const bad of [...odd, 'x'.repeat(101)]) {
      expect(() => encodeHeader(bad, 1)).toThrow(refused(`${JSON.stringify(bad)} is no entry name`));
    }
  });

  it('has a size that eleven digits hold', () => {
    for (const bad of [-1, 1.5, Number.NaN, 8 ** 11]) {
      expect(() => encodeHeader('a', bad)).toThrow(refused(`no entry has ${bad} bytes`));
    }
  });

  it('takes whole blocks', () => {
    expect(blockBytes).toBe(512);
    expect(endBytes).toBe(1024);
    expect([0, 1, 511, 512, 513].map(paddingOf)).toEqual([0, 511, 1, 0, 511]);
    expect([0, 1, 511, 512, 513].map(entrySize)).toEqual([512, 1024, 1024, 1024, 1536]);
    const block = new Uint8Array(512);
    expect(isZeroBlock(block)).toBe(true);
    block[511] = 1;
    expect(isZeroBlock(block)).toBe(false);
  });

  it('is told by what is wrong with its header', () => {
    const changed = (at: number, text: string): Uint8Array => {
      const block = Buffer.from(encodeHeader('o/aa', 5));
      block.write(text, at, 'latin1');
      return block;
    };
    expect(() => decodeHeader(changed(0, '../a'))).toThrow(refused('the name of an entry is not of our form'));
    expect(() => decodeHeader(changed(124, '8'))).toThrow(refused('the size of o/aa is not of our form'));
    expect(() => decodeHeader(changed(134, ' '))).toThrow(refused('the size of o/aa is not of our form'));
    expect(() => decodeHeader(changed(50, 'x'))).toThrow(refused('the header of o/aa is not the one that we write'));
    expect(() => decodeHeader(changed(500, 'x'))).toThrow(refused('the header of o/aa is not the one that we write'));
    const full = 'x'.repeat(100);
    expect(decodeHeader(encodeHeader(full, 0)).name).toBe(full);
  });
});
