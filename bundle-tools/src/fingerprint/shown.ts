import { groupHex } from '../trust/keys.ts';
import { qrSvg } from './qr.ts';
import { wordsOf } from './words.ts';

/** One fingerprint in the three ways in which people compare it. */
type ShownFingerprint = { readonly hex: string; readonly words: string; readonly qrSvg: string };

/** A fingerprint as hex, as words and as a QR code of the hex in capitals. */
export const showFingerprint = (hex: string): ShownFingerprint => ({
  hex,
  words: wordsOf(hex).join(' '),
  qrSvg: qrSvg(hex.toUpperCase()),
});

const hexPerLine = 32;
const wordsPerLine = 6;

const inLines = <T>(items: ReadonlyArray<T>, perLine: number): ReadonlyArray<ReadonlyArray<T>> =>
  Array.from({ length: Math.ceil(items.length / perLine) }, (_, line) =>
    items.slice(line * perLine, (line + 1) * perLine),
  );

/** The hex of a fingerprint in lines of groups of four. */
export const hexLines = (hex: string): ReadonlyArray<string> =>
  inLines(hex.split(''), hexPerLine).map((line) => groupHex(line.join('')));

/** The words of a fingerprint with their numbers, some to a line. */
export const wordLines = (hex: string): ReadonlyArray<string> =>
  inLines([...wordsOf(hex).entries()], wordsPerLine).map((line) =>
    line
      .map(([at, word]) => `${String(at + 1).padStart(2)} ${word.padEnd(8)}`)
      .join('  ')
      .trimEnd(),
  );

/** Hex and words for a terminal, indented below their heading. */
export const fingerprintText = (hex: string): ReadonlyArray<string> => [
  ...hexLines(hex).map((line) => `  ${line}`),
  ...wordLines(hex).map((line) => `  ${line}`),
];
