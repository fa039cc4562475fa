import { AppError } from '../errors.ts';

// Which characters the bytes of a table are. Spreadsheets write UTF-8 with or without a mark, UTF-16, and on machines of
// this region Windows-1251; the four are told apart, and a person may choose.

export const CSV_ENCODINGS = ['utf-8', 'utf-16le', 'windows-1251'] as const;
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

/** The encoding by mark, else by what the bytes can be. */
export const csvEncoding = (bytes: Uint8Array): CsvEncoding => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (looksUtf16(bytes)) return 'utf-16le';
  return isUtf8(bytes) ? 'utf-8' : 'windows-1251';
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
