import { BundleError } from '../errors.ts';
import { hexOfWords } from './words.ts';

const hexDigits = 64;
/** Far above 24 words with their numbers; what is longer was pasted by mistake. */
const maxLength = 1_000;

/**
 * A fingerprint as a person types it: hex with or without spaces, colons and dashes, or the words, with or without
 * their numbers. Returns plain hex; USAGE says what is wrong with it.
 */
export const parseFingerprint = (text: string): string => {
  if (text.length > maxLength) throw new BundleError('USAGE', 'this is too long for a fingerprint');
  const lower = text.normalize('NFKC').toLowerCase();
  const plain = lower.replace(/[\s:-]/g, '');
  if (/^[0-9a-f]*$/.test(plain)) {
    if (plain.length === hexDigits) return plain;
    throw new BundleError('USAGE', `a fingerprint has ${hexDigits} hex digits; ${plain.length} were given`);
  }
  return hexOfWords(lower.match(/\p{L}+/gu) ?? []);
};
