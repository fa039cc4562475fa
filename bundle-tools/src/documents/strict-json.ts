import { BundleError } from '../errors.ts';

type StrictJsonOptions = {
  maxBytes: number;
  /** Advisory data carries scores; no document of the exchange carries a fraction. */
  allowFractions?: boolean;
  /** How deep arrays and objects may nest. */
  maxDepth?: number;
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const integer = /-?(?:0|[1-9][0-9]*)/y;
const fraction = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const space = /[ \t\n\r]*/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const refuse = (why: string, at: number): never => {
  throw new BundleError('METADATA', `JSON: ${why} at character ${at}`);
};

type Cursor = { readonly text: string; at: number; readonly fractions: boolean; readonly maxDepth: number };

const skipSpace = (cursor: Cursor): void => {
  space.lastIndex = cursor.at;
  space.test(cursor.text);
  cursor.at = space.lastIndex;
};

const readEscape = (cursor: Cursor): string => {
  const { text } = cursor;
  const letter = text[cursor.at + 1] ?? '';
  if (letter === 'u') {
    const digits = text.slice(cursor.at + 2, cursor.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return refuse('bad escape', cursor.at);
    cursor.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  const character = escapes[letter];
  if (character === undefined) return refuse('bad escape', cursor.at);
  cursor.at += 2;
  return character;
};

const readString = (cursor: Cursor): string => {
  const { text } = cursor;
  const start = cursor.at;
  cursor.at += 1;
  let value = '';
  let escaped = false;
  for (;;) {
    plain.lastIndex = cursor.at;
    plain.test(text);
    value += text.slice(cursor.at, plain.lastIndex);
    cursor.at = plain.lastIndex;
    const next = text[cursor.at];
    if (next === '"') break;
    if (next !== '\\') return refuse(next === undefined ? 'string without an end' : 'control character', cursor.at);
    value += readEscape(cursor);
    escaped = true;
  }
  cursor.at += 1;
  // Two different lone surrogates become one replacement character when signed bytes are rebuilt.
  if (escaped && !value.isWellFormed()) return refuse('lone surrogate', start);
  return value;
};

const readNumber = (cursor: Cursor): number => {
  const pattern = cursor.fractions ? fraction : integer;
  pattern.lastIndex = cursor.at;
  const digits = pattern.exec(cursor.text)?.[0];
  if (digits === undefined) return refuse('unexpected character', cursor.at);
  const value = Number(digits);
  if (Object.is(value, -0) || !Number.isFinite(value)) return refuse('number out of range', cursor.at);
  if (!/[.eE]/.test(digits) && !Number.isSafeInteger(value)) return refuse('number out of range', cursor.at);
  cursor.at += digits.length;
  return value;
};

const readArray = (cursor: Cursor, depth: number): unknown[] => {
  const items: unknown[] = [];
  cursor.at += 1;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === ']') {
    cursor.at += 1;
    return items;
  }
  for (;;) {
    items.push(readValue(cursor, depth + 1));
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    cursor.at += 1;
    if (next === ']') return items;
    if (next !== ',') return refuse('expected , or ]', cursor.at - 1);
  }
};

const readObject = (cursor: Cursor, depth: number): Record<string, unknown> => {
  const object: Record<string, unknown> = {};
  cursor.at += 1;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === '}') {
    cursor.at += 1;
    return object;
  }
  for (;;) {
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== '"') return refuse('expected a key', cursor.at);
    const start = cursor.at;
    const key = readString(cursor);
    if (key === '__proto__') return refuse('reserved key', start);
    if (Object.hasOwn(object, key)) return refuse(`duplicate key ${JSON.stringify(key.slice(0, 80))}`, start);
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== ':') return refuse('expected :', cursor.at);
    cursor.at += 1;
    object[key] = readValue(cursor, depth + 1);
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    cursor.at += 1;
    if (next === '}') return object;
    if (next !== ',') return refuse('expected , or }', cursor.at - 1);
  }
};

const readWord = (cursor: Cursor, word: string, value: boolean | null): boolean | null => {
  if (!cursor.text.startsWith(word, cursor.at)) return refuse('unexpected character', cursor.at);
  cursor.at += word.length;
  return value;
};

const readValue = (cursor: Cursor, depth: number): unknown => {
  if (depth > cursor.maxDepth) return refuse('nested too deeply', cursor.at);
  skipSpace(cursor);
  switch (cursor.text[cursor.at]) {
    case '{':
      return readObject(cursor, depth);
    case '[':
      return readArray(cursor, depth);
    case '"':
      return readString(cursor);
    case 't':
      return readWord(cursor, 'true', true);
    case 'f':
      return readWord(cursor, 'false', false);
    case 'n':
      return readWord(cursor, 'null', null);
    default:
      return readNumber(cursor);
  }
};

/**
 * Parses JSON as section 3 wants it: UTF-8 without a mark, no key twice, integers only, nothing after. A document
 * that two parsers could read differently is refused with METADATA; a longer one than `maxBytes` with LIMIT.
 */
export const parseStrictJson = (bytes: Uint8Array, options: StrictJsonOptions): unknown => {
  if (bytes.length > options.maxBytes) {
    throw new BundleError('LIMIT', `JSON: ${bytes.length} bytes, at most ${options.maxBytes} are allowed`);
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (error) {
    throw new BundleError('METADATA', 'JSON: not UTF-8', { cause: error });
  }
  const cursor: Cursor = {
    text,
    at: 0,
    fractions: options.allowFractions ?? false,
    maxDepth: options.maxDepth ?? 32,
  };
  const value = readValue(cursor, 0);
  skipSpace(cursor);
  if (cursor.at !== text.length) return refuse('more after the value', cursor.at);
  return value;
};
