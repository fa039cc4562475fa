// The bytes that all version schemes share: memcomparable, so that a range test is one memcmp in the database.

/** The longest version that gets a key; a longer one is not comparable. */
const MAX_VERSION_LENGTH = 256;

/** −∞ as a bound: sorts before every key. */
export const LOWEST: Uint8Array = new Uint8Array(0);

/** +∞ as a bound: sorts after every key, since no scheme starts with four bytes of FF. */
export const HIGHEST: Uint8Array = new Uint8Array([0xff, 0xff, 0xff, 0xff]);

/** Printable ASCII without blanks, short enough to key. */
export const isKeyable = (version: string): boolean =>
  version.length > 0 && version.length <= MAX_VERSION_LENGTH && /^[\x21-\x7e]+$/.test(version);

/** Appends `num(d)`: length of the digits without leading zeros, then the digits. Equal values give equal bytes. */
export const pushNumber = (out: number[], digits: string): void => {
  let start = 0;
  while (start < digits.length && digits[start] === '0') start += 1;
  const length = digits.length - start;
  if (length <= 249) out.push(length);
  else out.push(0xfa, length >> 8, length & 0xff);
  for (let at = start; at < digits.length; at += 1) out.push(digits.charCodeAt(at));
};

/** Appends the character codes of ASCII text. */
export const pushText = (out: number[], text: string): void => {
  for (let at = 0; at < text.length; at += 1) out.push(text.charCodeAt(at));
};

/** True for an ASCII digit's code. */
export const isDigitCode = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** True for an ASCII letter's code. */
export const isLetterCode = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);

/** Bytewise order, as SQLite compares BLOBs. */
export const compareKeys = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

/** The bound just above a key: what `last_affected` becomes. */
export const keyAfter = (key: Uint8Array): Uint8Array => {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
};

/** `lo <= key AND hi > key`. */
export const inBounds = (key: Uint8Array, lo: Uint8Array, hi: Uint8Array): boolean =>
  compareKeys(lo, key) <= 0 && compareKeys(hi, key) > 0;

/** Lower-case hex of a key. */
export const toHex = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.length).toString('hex');

/** A key from its hex form; the caller has checked the form. */
export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
