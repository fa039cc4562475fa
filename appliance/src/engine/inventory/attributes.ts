import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Stored } from './types.ts';

// The values of perDevice fields, parallel to a section's ids, one column per field. Where most are what their items usually
// have (usual-value-store.ts), only the others are listed. A column of whole numbers is kept as multiples of their common step
// above the least one; or, where they are few, as in the install dates of a system that was installed and updated in runs, as
// their places among the different ones. Bytes of equal weight stand side by side. Any other column is JSON. All of it is
// deflated: a device with 2,000 packages takes about 2.5 KB.
//
// Layout before deflation: length of the header (4 bytes, big endian), header in JSON, then the number columns: the gaps
// between the different numbers, in base 128, where they are counted; then the numbers or their places. Zero stands for null.

type Values = ReadonlyArray<Stored>;
type Numbers = { name: string; count: number; least: number; step: number; width: number; distinct?: number };
type Column =
  | Numbers
  | { name: string; values: Values }
  /** By their places, those that are not as usual; `count` is that of all. */
  | { name: string; count: number; except: ReadonlyArray<readonly [number, Stored]> };

const maxInflatedBytes = 64 << 20;
// Beyond 48 bits the arithmetic of numbers would no longer be exact.
const maxWidth = 6;

const gcd = (a: number, b: number): number => {
  let [high, low] = [a, b];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
};

/** Bytes that numbers up to one take. */
const widthOf = (largest: number): number => {
  let width = 1;
  while (width <= maxWidth && largest >= 256 ** width) width += 1;
  return width;
};

/** How a column of numbers packs, each as it is; undefined when it has to be JSON. */
const plainNumbers = (name: string, values: Values): Numbers | undefined => {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  // Their difference would be rounded, and so would what is read back.
  if (!Number.isSafeInteger(most - least)) return undefined;
  let step = 0;
  for (const value of values) if (value !== null) step = gcd(step, (value as number) - least);
  if (step === 0) step = 1;
  const width = widthOf((most - least) / step + 1);
  return width > maxWidth ? undefined : { name, count: values.length, least, step, width };
};

/** Numbers from zero on, the bytes of equal weight side by side. */
const packPlanes = (numbers: ArrayLike<number>, width: number): Buffer => {
  const bytes = Buffer.alloc(numbers.length * width);
  for (let at = 0; at < numbers.length; at += 1) {
    let rest = numbers[at] as number;
    for (let plane = 0; plane < width; plane += 1) {
      bytes[plane * numbers.length + at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return bytes;
};

const packGaps = (rising: ArrayLike<number>): Buffer => {
  const bytes: number[] = [];
  let previous = 0;
  for (let n = 0; n < rising.length; n += 1) {
    let gap = (rising[n] as number) - previous;
    previous = rising[n] as number;
    for (; gap >= 0x80; gap = Math.floor(gap / 0x80)) bytes.push((gap % 0x80) | 0x80);
    bytes.push(gap);
  }
  return Buffer.from(bytes);
};

/** The column's entry in the header and its bytes. */
const packNumbers = (plain: Numbers, values: Values): { column: Numbers; bytes: Buffer } => {
  const { least, step, width } = plain;
  const numbers = Float64Array.from(values, (value) => (value === null ? 0 : ((value as number) - least) / step + 1));
  const distinct = Float64Array.from(new Set(numbers)).sort();
  const narrow = widthOf(distinct.length);
  if (narrow < width) {
    const gaps = packGaps(distinct);
    if (gaps.length + values.length * narrow < values.length * width) {
      const places = new Map(Array.from(distinct, (number, place) => [number, place]));
      const bytes = packPlanes(
        Float64Array.from(numbers, (number) => places.get(number) as number),
        narrow,
      );
      return {
        column: { ...plain, width: narrow, distinct: distinct.length },
        bytes: Buffer.concat([gaps, bytes]),
      };
    }
  }
  return { column: plain, bytes: packPlanes(numbers, width) };
};

/** Reads the bytes of number columns, one after the other. */
const numberReader = (bytes: Uint8Array, start: number) => {
  let at = start;
  const rising = (count: number): Float64Array => {
    const numbers = new Float64Array(count);
    let number = 0;
    for (let n = 0; n < count; n += 1) {
      for (let factor = 1; ; factor *= 0x80) {
        const byte = bytes[at++] ?? 0;
        number += (byte & 0x7f) * factor;
        if (byte < 0x80) break;
      }
      numbers[n] = number;
    }
    return numbers;
  };
  return ({ count, least, step, width, distinct }: Numbers): Stored[] => {
    const known = distinct === undefined ? undefined : rising(distinct);
    const first = at;
    at += count * width;
    return Array.from({ length: count }, (_, n) => {
      let packed = 0;
      for (let plane = width - 1; plane >= 0; plane -= 1)
        packed = packed * 256 + (bytes[first + plane * count + n] ?? 0);
      const number = known === undefined ? packed : (known[packed] ?? 0);
      return number === 0 ? null : (number - 1) * step + least;
    });
  };
};

/** Where most of a column is as usual: what is not. Null is never usual. */
const exceptional = (name: string, values: Values, usual: Values | undefined): Column | undefined => {
  if (usual === undefined) return undefined;
  const except: Array<readonly [number, Stored]> = [];
  const most = values.length >> 3;
  for (let n = 0; n < values.length; n += 1) {
    const value = values[n] as Stored;
    if (value !== null && value === usual[n]) continue;
    if (except.length === most) return undefined;
    except.push([n, value]);
  }
  return { name, count: values.length, except };
};

/** Packs columns of equal length; null when there is nothing in any of them. `usual` has columns of the same length. */
export const packAttributes = (
  columns: Readonly<Record<string, Values>>,
  usual: Readonly<Record<string, Values>> = {},
): Buffer | null => {
  const header: Column[] = [];
  const bodies: Buffer[] = [];
  for (const [name, values] of Object.entries(columns)) {
    if (values.every((value) => value === null)) continue;
    const others = exceptional(name, values, usual[name]);
    const plain = others === undefined ? plainNumbers(name, values) : undefined;
    if (plain === undefined) {
      header.push(others ?? { name, values });
      continue;
    }
    const { column, bytes } = packNumbers(plain, values);
    header.push(column);
    bodies.push(bytes);
  }
  if (header.length === 0) return null;
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return deflateRawSync(Buffer.concat([length, json, ...bodies]), { level: 6 });
};

/**
 * The columns by field name, or only the one that is asked for; absent ones were empty. `usualOf` is asked for what the items
 * usually have of a field.
 */
export const unpackAttributes = (
  packed: Uint8Array | null,
  usualOf: (name: string) => Values,
  only?: string,
): Record<string, Stored[]> => {
  if (packed === null) return {};
  const bytes = inflateRawSync(packed, { maxOutputLength: maxInflatedBytes });
  const headerEnd = 4 + bytes.readUInt32BE(0);
  const header = JSON.parse(bytes.subarray(4, headerEnd).toString('utf8')) as Column[];
  const read = numberReader(bytes, headerEnd);
  const columns: Record<string, Stored[]> = {};
  for (const column of header) {
    const isAsked = only === undefined || column.name === only;
    if ('values' in column) {
      if (isAsked) columns[column.name] = [...column.values];
    } else if ('except' in column) {
      if (!isAsked) continue;
      const values = Array.from(usualOf(column.name));
      for (const [place, value] of column.except) values[place] = value;
      columns[column.name] = values;
    } else {
      // Read in any case: the next column begins where this one ends.
      const values = read(column);
      if (isAsked) columns[column.name] = values;
    }
  }
  return columns;
};
