import { type Shape, toStored } from './item.ts';
import type { CutItems, Field, Stored } from './types.ts';
import { fits } from './validate.ts';

// Most packages of a report are known by the very bytes that our agent sends them in. So the bytes of a section are cut
// into items, and only an item whose bytes are new is parsed. What a device says for itself alone (when a package was
// installed, say) is taken out of the bytes first. Whatever is not plainly canonical JSON of flat objects is not cut, and
// the caller reads it whole.

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const space = 0x20;

/** Where the string that begins at `at` ends; 0 where it holds what a canonical one does not. */
const stringEnd = (bytes: Uint8Array, at: number): number => {
  for (let n = at + 1; n < bytes.length; n += 1) {
    const byte = bytes[n] as number;
    if (byte === quote) return n + 1;
    if (byte === backslash) n += 1;
    else if (byte < space) return 0;
  }
  return 0;
};

/** Where the value that begins at `at` ends; 0 for anything but a string, a number, true, false or null. */
const valueEnd = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] === quote) return stringEnd(bytes, at);
  for (let n = at; n < bytes.length; n += 1) {
    const byte = bytes[n] as number;
    if (byte === comma || byte === closeBrace) return n === at ? 0 : n;
    if (byte === openBrace || byte === openBracket || byte === quote || byte <= space) return 0;
  }
  return 0;
};

const isAt = (bytes: Uint8Array, at: number, end: number, name: Uint8Array): boolean => {
  if (end - at !== name.length) return false;
  for (let n = 0; n < name.length; n += 1) if (bytes[at + n] !== name[n]) return false;
  return true;
};

const parsed = (bytes: Buffer, at: number, end: number): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8', at, end)) as unknown;
  } catch {
    return undefined;
  }
};

const digits = (bytes: Uint8Array, at: number, end: number): number => {
  let value = 0;
  for (let n = at; n < end; n += 1) {
    const digit = (bytes[n] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
};

/** The time in `"2026-01-02T03:04:05Z"`; NaN for most that is odd, which is then parsed as any other value. */
const plainTime = (bytes: Uint8Array, at: number, end: number): number => {
  const isShaped =
    end - at === 22 &&
    bytes[at + 5] === 0x2d &&
    bytes[at + 8] === 0x2d &&
    bytes[at + 11] === 0x54 &&
    bytes[at + 14] === 0x3a &&
    bytes[at + 17] === 0x3a &&
    bytes[at + 20] === 0x5a;
  if (!isShaped) return Number.NaN;
  const year = digits(bytes, at + 1, at + 5);
  const month = digits(bytes, at + 6, at + 8);
  const day = digits(bytes, at + 9, at + 11);
  const hour = digits(bytes, at + 12, at + 14);
  const minute = digits(bytes, at + 15, at + 17);
  const second = digits(bytes, at + 18, at + 20);
  const isPlain =
    year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60;
  return isPlain ? Date.UTC(year, month - 1, day, hour, minute, second) : Number.NaN;
};

/** The number in up to 15 digits without a zero before them; NaN for anything else. */
const plainInteger = (bytes: Uint8Array, at: number, end: number): number =>
  end - at > 15 || (bytes[at] === 0x30 && end - at > 1) ? Number.NaN : digits(bytes, at, end);

/** The value of a device's field as it is stored; undefined where it does not fit. */
const storedReader = (field: Field): ((bytes: Buffer, at: number, end: number) => Stored | undefined) => {
  const isThere = fits(field);
  const plain = { time: plainTime, integer: plainInteger }[field.type as string];
  return (bytes, at, end) => {
    const number = plain === undefined ? Number.NaN : plain(bytes, at, end);
    if (!Number.isNaN(number)) return number;
    const value = parsed(bytes, at, end);
    return value === null || isThere(value) ? toStored(field, value) : undefined;
  };
};

/** What cuts sections of a collection; undefined for one that is better read whole. */
export const itemCutter = (shape: Shape): ((bytes: Buffer) => CutItems | undefined) | undefined => {
  if (shape.collection.mode !== 'shared' || shape.perDevice.some(({ field }) => field.required)) return undefined;
  const perDevice = shape.perDevice.map(({ name, field }) => ({
    name,
    read: storedReader(field),
    key: new Uint8Array(Buffer.from(name)),
  }));

  return (bytes) => {
    // An item takes two bytes at least and a comma.
    const most = bytes.length >> 1;
    const starts: number[] = [];
    const ends: number[] = [];
    const keyEnds: number[] = [];
    const hashes: number[] = [];
    // Compared and kept four bytes at a time. Of an item at most two bytes more than it has are taken.
    const words = new Int32Array((bytes.length >> 1) + 2);
    const keys = new Uint8Array(words.buffer);
    const columns = perDevice.map((): Stored[] => []);
    let keyEnd = 0;
    let at = 0;
    if (bytes[at++] !== openBracket) return undefined;
    while (bytes[at] === openBrace && starts.length < most) {
      const row = starts.length;
      const start = at;
      at += 1;
      for (const column of columns) column.push(null);
      let seen = 0;
      while (bytes[at] === quote) {
        const member = at;
        const nameEnd = stringEnd(bytes, at);
        if (nameEnd === 0 || bytes[nameEnd] !== colon) return undefined;
        const end = valueEnd(bytes, nameEnd + 1);
        if (end === 0) return undefined;
        let own = true;
        for (let n = 0; n < perDevice.length; n += 1) {
          const { read, key } = perDevice[n] as (typeof perDevice)[number];
          if (!isAt(bytes, member + 1, nameEnd - 1, key)) continue;
          const value = read(bytes, nameEnd + 1, end);
          if ((seen & (1 << n)) !== 0 || value === undefined) return undefined;
          seen |= 1 << n;
          (columns[n] as Stored[])[row] = value;
          own = false;
        }
        if (own) {
          for (let n = member; n < end; n += 1) {
            const byte = bytes[n] as number;
            // A name that is written otherwise might be one of the device's.
            if (n < nameEnd && byte === backslash) return undefined;
            keys[keyEnd++] = byte;
          }
          keys[keyEnd++] = comma;
        }
        at = end;
        if (bytes[at] !== comma) break;
        at += 1;
        if (bytes[at] !== quote) return undefined;
      }
      if (bytes[at++] !== closeBrace) return undefined;
      starts.push(start);
      ends.push(at);
      const firstWord = keyEnds.at(-1) ?? 0;
      const endWord = (keyEnd + 3) >> 2;
      keyEnd = endWord << 2;
      let hash = 0x811c9dc5;
      for (let n = firstWord; n < endWord; n += 1)
        hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ (words[n] as number), 0x01000193);
      keyEnds.push(endWord);
      hashes.push(hash);
      if (bytes[at] !== comma) break;
      at += 1;
      if (bytes[at] !== openBrace) return undefined;
    }
    if (bytes[at] !== closeBracket || at + 1 !== bytes.length) return undefined;
    return {
      bytes,
      count: starts.length,
      starts: Uint32Array.from(starts),
      ends: Uint32Array.from(ends),
      keys: words.subarray(0, keyEnd >> 2),
      keyEnds: Uint32Array.from(keyEnds),
      hashes: Int32Array.from(hashes),
      columns: Object.fromEntries(perDevice.map(({ name }, n) => [name, columns[n] as Stored[]])),
    };
  };
};

/** One item of a cut section, parsed; undefined where it is no JSON. */
export const cutItem = ({ bytes, starts, ends }: CutItems, n: number): unknown =>
  parsed(bytes, starts[n] as number, ends[n] as number);
