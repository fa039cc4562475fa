import { AppError } from '../errors.ts';

// Which characters the bytes of a table are. Spreadsheets write UTF-8 with or without a mark, UTF-16, and on machines of
// this region Windows-1251; programs of MS-DOS wrote code page 866, those of Unix KOI8-R. They are told apart, and a person
// may choose.

const CYRILLIC_ENCODINGS = ['windows-1251', 'ibm866', 'koi8-r'] as const;
export const CSV_ENCODINGS = ['utf-8', 'utf-16le', ...CYRILLIC_ENCODINGS] as const;
export type CsvEncoding = (typeof CSV_ENCODINGS)[number];

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Half of the bytes of western and of much Cyrillic text in UTF-16 are 0 or 4. */
const looksUtf16 = (bytes: Uint8Array): boolean => {
  const odd = bytes.subarray(0, 4_096).filter((_, index) => index % 2 === 1);
  return odd.length >= 2 && odd.filter((byte) => byte === 0 || byte === 4).length > 0.8 * odd.length;
};

// A wrong code page turns letters into signs, into rare letters, or swaps their case: `мЮЯНЯ` for `Насос`.
const frequent = /[оеаинтрсл]/gi;
const plausible = /[а-яё]{2}|[А-ЯЁ][а-яё]|[А-ЯЁ]{2}/g;
const implausible =
  /[а-яё][А-ЯЁ]|[\u0080-\u009f\u2500-\u25ff]|[^\x00-\x7f\p{L}][а-яёА-ЯЁ]|[а-яёА-ЯЁ][^\x00-\x7f\p{L}]/gu;

/** The Cyrillic code page in which the bytes read most like words; Windows-1251 where none is better. */
const cyrillicEncoding = (bytes: Uint8Array): CsvEncoding => {
  let best: { encoding: CsvEncoding; score: number } | undefined;
  for (const encoding of CYRILLIC_ENCODINGS) {
    const text = new TextDecoder(encoding).decode(bytes.subarray(0, 65_536));
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    const score = count(frequent) + count(plausible) - 2 * count(implausible);
    if (best === undefined || score > best.score) best = { encoding, score };
  }
  return best?.encoding ?? 'windows-1251';
};

/** The encoding by mark, else by what the bytes can be. */
export const csvEncoding = (bytes: Uint8Array): CsvEncoding => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (looksUtf16(bytes)) return 'utf-16le';
  return isUtf8(bytes) ? 'utf-8' : cyrillicEncoding(bytes);
};

/** Text without its mark; MALFORMED for bytes that are none in the encoding. */
export const csvText = (bytes: Uint8Array, encoding: CsvEncoding): string => {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    const zero = text.indexOf('\u0000');
    if (zero === -1) return text;
    throw new AppError('MALFORMED', `a zero character at ${zero}: no table`, { offset: zero });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('MALFORMED', `its bytes are no ${encoding}`, { offset: 0 }, { cause });
  }
};
