import { createHash } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingWords, wrongWords } from './heard.ts';
import { wordsOf } from './words.ts';

const fingerprint = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

describe('words that a person heard', () => {
  it('agree as a whole, by four letters, by their number, in capitals', () => {
    fc.assert(
      fc.property(fingerprint, (hex) => {
        const words = wordsOf(hex);
        expect(wrongWords(hex, words)).toEqual([]);
        expect(
          wrongWords(
            hex,
            words.map((word) => ` ${word.slice(0, 4).toUpperCase()} `),
          ),
        ).toEqual([]);
        const numbers = words.map((word) => String(wordlist.indexOf(word) + 1).padStart(4, '0'));
        expect(wrongWords(hex, numbers)).toEqual([]);
      }),
    );
  });

  it('are named by their places where another word, too few letters or nothing stands', () => {
    fc.assert(
      fc.property(fingerprint, fc.uniqueArray(fc.integer({ min: 1, max: 24 }), { minLength: 1 }), (hex, places) => {
        const other = (word: string): string => wordlist[(wordlist.indexOf(word) + 1) % wordlist.length] ?? '';
        for (const spoilt of [other, () => '', () => '1.5', () => 'jqqq']) {
          const heard = wordsOf(hex).map((word, at) => (places.includes(at + 1) ? spoilt(word) : word));
          expect(wrongWords(hex, heard)).toEqual([...places].sort((a, b) => a - b));
        }
      }),
    );
    const hex = createHash('sha256').update('one').digest('hex');
    expect(
      wrongWords(
        hex,
        wordsOf(hex).map((word) => word.slice(0, 2)),
      ),
    ).toHaveLength(24);
    expect(missingWords(['a', ' ', '', 'b'])).toEqual([2, 3]);
  });
});
