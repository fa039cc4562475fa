import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { readCode } from '../../../test/support/qr-picture.ts';
import { BundleError } from '../errors.ts';
import { parseFingerprint } from './parse.ts';
import { sheetHtml } from './sheet.ts';
import { fingerprintText, showFingerprint } from './shown.ts';
import { wordsOf } from './words.ts';

const fingerprint = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const one = createHash('sha256').update('one').digest('hex');
const messageOf = (text: string): string => {
  try {
    return parseFingerprint(text);
  } catch (error) {
    if (error instanceof BundleError && error.code === 'USAGE') return error.message;
    throw error;
  }
};

describe('a fingerprint in words', () => {
  it('are those of the published examples', () => {
    expect(wordsOf('00'.repeat(32)).join(' ')).toBe(`${'abandon '.repeat(23)}art`);
    expect(wordsOf('7f'.repeat(32)).join(' ')).toBe(
      'legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title',
    );
    expect(wordsOf('ff'.repeat(32)).join(' ')).toBe(`${'zoo '.repeat(23)}vote`);
  });

  it('come back as the same fingerprint, however they are written', () => {
    fc.assert(
      fc.property(fingerprint, (hex) => {
        const words = wordsOf(hex);
        expect(words).toHaveLength(24);
        expect(parseFingerprint(words.join(' '))).toBe(hex);
        expect(parseFingerprint(words.map((word, at) => `${at + 1}. ${word.toUpperCase()}`).join('\n'))).toBe(hex);
        expect(parseFingerprint(fingerprintText(hex).slice(2).join('\n'))).toBe(hex);
      }),
    );
  });

  it('name the word that is not on the list', () => {
    const words = [...wordsOf(one)];
    words[6] = `${words[6]}x`;
    expect(messageOf(words.join(' '))).toContain(`word 7, "${words[6]}", is not on the list; did you mean`);
    expect(messageOf('jqqq '.repeat(24))).toBe('word 1, "jqqq", is not on the list');
  });

  it('need their checksum and their number', () => {
    const words = [...wordsOf(one)];
    expect(messageOf(words.slice(1).join(' '))).toBe('a fingerprint has 24 words; 23 were given');
    // One word in 256 fits by chance; these do not.
    const swapped = [...words.slice(1), words[0]];
    expect(messageOf(swapped.join(' '))).toContain('do not fit together');
    expect(messageOf([...words.slice(0, 23), words[0]].join(' '))).toContain('do not fit together');
  });
});

describe('a fingerprint in hex', () => {
  it('is taken in any of the ways that people write it', () => {
    fc.assert(
      fc.property(
        fingerprint,
        fc.constantFrom(' ', ':', '-', '\n', ''),
        fc.integer({ min: 1, max: 64 }),
        (hex, gap, group) => {
          const text = (hex.match(new RegExp(`.{1,${group}}`, 'g')) ?? []).join(gap);
          expect(parseFingerprint(text)).toBe(hex);
          expect(parseFingerprint(text.toUpperCase())).toBe(hex);
        },
      ),
    );
  });

  it('says how many digits are there', () => {
    expect(messageOf(one.slice(1))).toBe('a fingerprint has 64 hex digits; 63 were given');
    expect(messageOf('')).toBe('a fingerprint has 64 hex digits; 0 were given');
    expect(messageOf('a '.repeat(600))).toBe('this is too long for a fingerprint');
  });
});

describe('a fingerprint on paper', () => {
  it('has a code that a reader reads from the picture', () => {
    fc.assert(
      fc.property(fingerprint, (hex) => {
        expect(parseFingerprint(readCode(showFingerprint(hex).qrSvg))).toBe(hex);
      }),
      { numRuns: runs(20) },
    );
  });

  it('has all three ways, and nothing that could run or load', () => {
    const html = sheetHtml({
      title: 'Root key <3>',
      purpose: 'Keep "this" & that.',
      fingerprint: one,
      facts: [['name', `<script>'`]],
    });
    const shown = showFingerprint(one);
    expect(html).toContain(shown.qrSvg);
    for (const word of shown.words.split(' ')) expect(html).toContain(word);
    expect(html).toContain(one.slice(0, 4));
    expect(html).toContain('Root key &lt;3&gt;');
    expect(html).toContain('&lt;script&gt;&#39;');
    expect(html).not.toMatch(/<script|<img|<link|href=|url\(/);
  });
});
