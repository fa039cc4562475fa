import encodeQR from 'qr';
import { groupHex } from '../trust/keys.ts';
import { wordsOf } from './words.ts';

/** Modules of quiet zone around the code, as the standard asks for. */
const border = 4;

/** A fingerprint as a QR code, in SVG without style: dark on white whatever surrounds it. Holds the hex in capitals. */
export const qrSvg = (hex: string): string => {
  // Capitals and digits have a denser mode of their own.
  const modules = encodeQR(hex.toUpperCase(), 'raw', { ecc: 'medium', border });
  const size = modules.length;
  const path = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" aria-hidden="true" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
};

/** One fingerprint in the three ways in which people compare it. */
type ShownFingerprint = { readonly hex: string; readonly words: string; readonly qrSvg: string };

/** A fingerprint as hex, as words and as a QR code. */
export const showFingerprint = (hex: string): ShownFingerprint => ({
  hex,
  words: wordsOf(hex).join(' '),
  qrSvg: qrSvg(hex),
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
