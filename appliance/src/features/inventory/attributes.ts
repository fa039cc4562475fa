import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Stored } from './item.ts';

// The values of perDevice fields, parallel to a section's ids, one column per field. A column of whole numbers is kept as
// multiples of their common step above the least one (install dates lie close together), the bytes of equal weight side
// by side; any other column is JSON. All of it is deflated: a device with 2,000 packages takes about 12 KB.
//
// Layout before deflation: length of the header (4 bytes, big endian), header in JSON, then the number columns. Zero
// stands for null.

type Values = ReadonlyArray<Stored>;
type Column =
  | { name: string; count: number; least: number; step: number; width: number }
  | { name: string; values: Values };

const maxInflatedBytes = 64 << 20;
// Beyond 48 bits the arithmetic of numbers would no longer be exact.
const maxWidth = 6;

const gcd = (a: number, b: number): number => {
  let [high, low] = [a, b];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
};

/** How a column of numbers packs; undefined when it has to be JSON. */
const numberColumn = (name: string, values: Values): (Column & { width: number }) | undefined => {
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
  const largest = (most - least) / step + 1;
  let width = 1;
  while (width <= maxWidth && largest >= 256 ** width) width += 1;
  return width > maxWidth ? undefined : { name, count: values.length, least, step, width };
};

const packNumbers = (column: { least: number; step: number; width: number }, values: Values): Buffer => {
  const bytes = Buffer.alloc(values.length * column.width);
  values.forEach((value, at) => {
    let rest = value === null ? 0 : ((value as number) - column.least) / column.step + 1;
    for (let plane = 0; plane < column.width; plane += 1) {
      bytes[plane * values.length + at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  });
  return bytes;
};

const unpackNumbers = (column: { count: number; least: number; step: number; width: number }, bytes: Uint8Array) =>
  Array.from({ length: column.count }, (_, at) => {
    let packed = 0;
    for (let plane = column.width - 1; plane >= 0; plane -= 1)
      packed = packed * 256 + (bytes[plane * column.count + at] ?? 0);
    return packed === 0 ? null : (packed - 1) * column.step + column.least;
  });

/** Packs columns of equal length; null when there is nothing in any of them. */
export const packAttributes = (columns: Readonly<Record<string, Values>>): Buffer | null => {
  const header: Column[] = [];
  const bodies: Buffer[] = [];
  for (const [name, values] of Object.entries(columns)) {
    if (values.every((value) => value === null)) continue;
    const numbers = numberColumn(name, values);
    header.push(numbers ?? { name, values });
    if (numbers !== undefined && 'least' in numbers) bodies.push(packNumbers(numbers, values));
  }
  if (header.length === 0) return null;
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return deflateRawSync(Buffer.concat([length, json, ...bodies]), { level: 6 });
};

/** The columns by field name, or only the one that is asked for; absent ones were empty. */
export const unpackAttributes = (packed: Uint8Array | null, only?: string): Record<string, Stored[]> => {
  if (packed === null) return {};
  const bytes = inflateRawSync(packed, { maxOutputLength: maxInflatedBytes });
  const headerEnd = 4 + bytes.readUInt32BE(0);
  const header = JSON.parse(bytes.subarray(4, headerEnd).toString('utf8')) as Column[];
  const columns: Record<string, Stored[]> = {};
  let at = headerEnd;
  for (const column of header) {
    if ('values' in column) {
      if (only !== undefined && column.name !== only) continue;
      columns[column.name] = [...column.values];
      continue;
    }
    const end = at + column.count * column.width;
    if (only === undefined || column.name === only)
      columns[column.name] = unpackNumbers(column, bytes.subarray(at, end));
    at = end;
  }
  return columns;
};
