import { describe, expect, it } from 'vitest';
import { wordsOf } from '../src/i18n/catalogue.ts';
import { langs } from '../src/i18n/types.ts';
import { refusalCalls } from '../src/refusals.ts';

const codes = Object.keys(refusalCalls);

describe('refusals in words', () => {
  it('are the closed list of the bundle format', () => {
    expect(codes).toHaveLength(36);
  });

  it.each(langs)('have a name, a cause, a meaning and a next step, none of them shared: %s', (lang) => {
    const words = wordsOf(lang);
    for (const part of ['', '.why', '.safety', '.next']) {
      const texts = codes.map((code) => words[`error.${code}${part}`]);
      expect(codes.filter((_, at) => typeof texts[at] !== 'string' || texts[at] === '')).toEqual([]);
      expect(new Set(texts).size).toBe(codes.length);
    }
  });

  it.each(langs)('say whom to call: %s', (lang) => {
    for (const who of new Set(Object.values(refusalCalls))) expect(wordsOf(lang)[`refusal.call.${who}`]).toBeTruthy();
  });
});
