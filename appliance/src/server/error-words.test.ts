import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { refusalCalls } from '@sallyport/ui/refusals';
import { describe, expect, it } from 'vitest';
import { AppError, errorTable, toFailure } from '../platform/errors.ts';
import { nextStep } from './next-step.ts';

// What a person reads of an error: what, cause and next step, in three languages; the next step of commands and the API is the English one.

const codes = [
  ...new Set([...Object.keys(errorTable), ...Object.keys(refusalCalls), 'FETCH_FAILED', 'SOURCE_INVALID']),
];

describe('the words of an error', () => {
  it.each(['kk', 'ru', 'en'] as const)('say of every code what, why and what next in %s', (lang) => {
    const { tDynamic } = catalogue(lang);
    const lacking = codes.flatMap((code) => {
      const [what, why, next] = ['', '.why', '.next'].map((part) => tDynamic(`error.${code}${part}`, {}, ''));
      const isWhole = what && why && next && new Set([what, why, next]).size === 3 && /[.!?]$/.test(next);
      return isWhole ? [] : [`${code}: ${what} | ${why} | ${next}`];
    });
    expect(lacking).toEqual([]);
  });

  it('have the next step of one case in place of that of its code', () => {
    const failure = toFailure(
      new AppError('CONFLICT', 'device 12 is discovered, not enrolled', {}, { next: 'install the agent' }),
    );
    expect(nextStep(failure)).toBe('install the agent');
    expect(nextStep({ ...failure, next: undefined })).toBe(catalogue('en').t('error.CONFLICT.next'));
  });
});
