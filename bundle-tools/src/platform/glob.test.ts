import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { globOf } from './glob.ts';

/** What a pattern means, tried out: slow, and only for small ones. */
function means(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*') return means(pattern.slice(1), text) || (text !== '' && means(pattern, text.slice(1)));
  return pattern[0] === text[0] && means(pattern.slice(1), text.slice(1));
}

const small = (letters: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((all) => all.join(''));

describe('a glob', () => {
  it.each([
    ['vim*', 'vim-tiny', true],
    ['vim*', 'gvim', false],
    ['*vim', 'gvim', true],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*a', 'a', false],
    ['a**b', 'ab', true],
    ['*aab*', 'aaab', true],
    ['.+(x)[y]\\d', '.+(x)[y]\\d', true],
    ['.', 'a', false],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(globOf(pattern).fits(text)).toBe(expected);
  });

  it('means what trying everything says', () => {
    fc.assert(
      fc.property(small(['a', 'b', '*'], 8), small(['a', 'b'], 10), (pattern, text) => {
        expect(globOf(pattern).fits(text)).toBe(means(pattern, text));
      }),
      { numRuns: runs(5_000) },
    );
  });

  it('compares each character a bounded number of times', () => {
    fc.assert(
      fc.property(small(['a', 'b', '*'], 60), small(['a', 'b'], 300), (pattern, text) => {
        const glob = globOf(pattern);
        glob.fits(text);
        expect(glob.compared()).toBeLessThanOrEqual(2 * (pattern.length + text.length));
      }),
      { numRuns: runs(2_000) },
    );
    for (const length of [1_000, 10_000, 100_000]) {
      for (const pattern of [
        `${'a*'.repeat(200)}b`,
        `*${'a'.repeat(200)}b*`,
        `*${'ab'.repeat(100)}*${'a*'.repeat(99)}c`,
      ]) {
        const glob = globOf(pattern);
        expect(glob.fits('a'.repeat(length))).toBe(false);
        expect(glob.compared()).toBeLessThanOrEqual(2 * (pattern.length + length));
      }
    }
  });
});
