import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { codePattern, type Step } from './code-pattern.ts';
import { codesIn } from './code-patterns.ts';

const letters = fc.array(fc.constantFrom('A', '1', '-'), { maxLength: 3 }).map((all) => all.join(''));
const steps = fc.array<Step>(
  fc.oneof(
    fc.constantFrom('one' as const, 'rest' as const),
    fc.array(letters, { minLength: 1, maxLength: 3 }).map((oneOf) => ({ oneOf })),
  ),
  { maxLength: 6 },
);
const codes = fc.array(fc.constantFrom('A', '1', '-', '/', ' ', 'b'), { maxLength: 9 }).map((all) => all.join(''));

/** What the steps mean, tried out: slow, and only for small ones. */
function means([step, ...rest]: readonly Step[], code: string): boolean {
  if (step === undefined) return code === '' || '/ -'.includes(code.charAt(0));
  if (step === 'one') return /^[A-Z0-9]/.test(code) && means(rest, code.slice(1));
  if (step === 'rest') return means(rest, code) || (/^[A-Z0-9-]/.test(code) && means([step, ...rest], code.slice(1)));
  return step.oneOf.some((text) => code.startsWith(text) && means(rest, code.slice(text.length)));
}

describe('a shortened part number', () => {
  it('means what trying everything says', () => {
    fc.assert(
      fc.property(steps, codes, (all, code) => {
        expect(codePattern(all)?.fits(code)).toBe(means(all, code));
      }),
      { numRuns: runs(5_000) },
    );
  });

  it('of many stars is answered without going back', () => {
    const [code] = codesIn('A1*A*A*A*A*A*A*A*A*A*A*A*A*A*A*A*A*A*B');
    if (code === undefined || !('pattern' in code)) throw new Error('no pattern');
    expect(code.pattern.fits(`A1${'A'.repeat(5_000)}`)).toBe(false);
    expect(code.pattern.fits(`A1${'A'.repeat(5_000)}B`)).toBe(true);
  });
});
