import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Stored } from './item.ts';

// The values of perDevice fields, parallel to a section's ids: one column per field, numbers as the difference from the
// column's least (install dates lie close together), then deflated. One byte in front says whether it is.

const plain = 0;
const deflated = 1;
const worthBytes = 128;
const maxInflatedBytes = 64 << 20;

type Column = { least?: number; values: Array<string | number | null> };

const packColumn = (values: ReadonlyArray<Stored>): Column => {
  const numbers = values.filter((value) => typeof value === 'number');
  const least = numbers.length > 0 ? numbers.reduce((low, value) => Math.min(low, value)) : undefined;
  const packed = values.map((value) => (typeof value === 'number' && least !== undefined ? value - least : value));
  return { ...(least === undefined ? {} : { least }), values: packed as Array<string | number | null> };
};

/** Packs columns of equal length; null when there is nothing in any of them. */
export const packAttributes = (columns: Readonly<Record<string, ReadonlyArray<Stored>>>): Buffer | null => {
  const filled = Object.entries(columns).filter(([, values]) => values.some((value) => value !== null));
  if (filled.length === 0) return null;
  const json = Buffer.from(
    JSON.stringify(Object.fromEntries(filled.map(([name, values]) => [name, packColumn(values)]))),
  );
  if (json.length < worthBytes) return Buffer.concat([Buffer.of(plain), json]);
  return Buffer.concat([Buffer.of(deflated), deflateRawSync(json, { level: 3 })]);
};

/** The columns by field name; absent ones were empty. */
export const unpackAttributes = (packed: Uint8Array | null): Record<string, Array<string | number | null>> => {
  if (packed === null) return {};
  const body = packed.subarray(1);
  const json = packed[0] === deflated ? inflateRawSync(body, { maxOutputLength: maxInflatedBytes }) : Buffer.from(body);
  const columns = JSON.parse(json.toString('utf8')) as Record<string, Column>;
  return Object.fromEntries(
    Object.entries(columns).map(([name, { least, values }]) => [
      name,
      least === undefined ? values : values.map((value) => (typeof value === 'number' ? value + least : value)),
    ]),
  );
};
