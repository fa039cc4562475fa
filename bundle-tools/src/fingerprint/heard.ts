import { wordlist } from '@scure/bip39/wordlists/english.js';
import { wordsOf } from './words.ts';

/** No two words of the list begin with the same letters, so many. */
const tellingLetters = 4;

/** Whether what a person typed is the word: as a whole, its first four letters or more, or its number in the list. */
const isHeard = (word: string, typed: string): boolean => {
  const given = typed.normalize('NFKC').trim().toLowerCase();
  if (/^\d{1,4}$/.test(given)) return wordlist[Number(given) - 1] === word;
  return given === word || (given.length >= tellingLetters && word.startsWith(given));
};

/**
 * Places, from 1, at which words that a person heard are not those of the fingerprint; empty: all 24 are. Words are compared
 * with the file's own, so nothing has to be shown to compare with (BIP-39 list, 2048 words).
 */
export function wrongWords(hex: string, heard: readonly string[]): readonly number[] {
  return wordsOf(hex).flatMap((word, at) => (isHeard(word, heard[at] ?? '') ? [] : [at + 1]));
}

/** Places, from 1, that a person left empty. */
export function missingWords(heard: readonly string[]): readonly number[] {
  return heard.flatMap((typed, at) => (typed.trim() === '' ? [at + 1] : []));
}
