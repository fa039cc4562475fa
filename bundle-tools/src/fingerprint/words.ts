import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { BundleError } from '../errors.ts';

// A fingerprint is 32 bytes; BIP-39 writes them as 24 words of a list of 2048, eight bits of which are a checksum. Words
// survive a bad telephone line better than hex, and a mistyped one is noticed before anything is compared.

const wordCount = 24;
const known = new Set(wordlist);

const usage = (message: string, cause?: unknown): BundleError => new BundleError('USAGE', message, { cause });

/** The 24 words of a fingerprint. */
export const wordsOf = (hex: string): ReadonlyArray<string> =>
  entropyToMnemonic(new Uint8Array(Buffer.from(hex, 'hex')), wordlist).split(' ');

const nearest = (word: string): string => {
  // No two words of the list begin with the same four letters.
  const alike = wordlist.filter((candidate) => candidate.slice(0, 3) === word.slice(0, 3)).slice(0, 4);
  return alike.length === 0 ? '' : `; did you mean ${alike.join(', ')}?`;
};

/** The fingerprint behind 24 words; names the word that is not on the list, and refuses a wrong checksum. USAGE. */
export const hexOfWords = (words: ReadonlyArray<string>): string => {
  for (const [at, word] of words.entries())
    if (!known.has(word)) throw usage(`word ${at + 1}, "${word}", is not on the list${nearest(word)}`);
  if (words.length !== wordCount) throw usage(`a fingerprint has ${wordCount} words; ${words.length} were given`);
  try {
    return Buffer.from(mnemonicToEntropy(words.join(' '), wordlist)).toString('hex');
  } catch (error) {
    throw usage('the words do not fit together: one is wrong or in another place', error);
  }
};
