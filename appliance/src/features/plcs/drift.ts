import type { FieldTable } from './fields.ts';
import { codeKey } from './normalise.ts';
import { serialKey } from './serials.ts';
import type { PlcPart } from './types.ts';

// What was configured against what is there (OT 1.3, F4). A project writes versions with fewer parts than a device does:
// `V2.9` and `V2.9.4` are the same as far as the shorter one goes, and so are `33.011` and `33.11`.

export type Drift = { part: PlcPart; field: string; configured: string; observed: string };

const versionParts = (version: string): string[] =>
  (
    version
      .toLowerCase()
      .replace(/^(?:fw|firmware)?[\s:]*v?(?=[\d])/, '')
      .match(/\d+|[a-z]+/g) ?? []
  ).map((part) => (/^\d+$/.test(part) ? part.replace(/^0+(?=\d)/, '') : part));

/** Whether two versions agree as far as the shorter one goes. */
export const sameVersion = (one: string, two: string): boolean => {
  const [a, b] = [versionParts(one), versionParts(two)];
  const length = Math.min(a.length, b.length);
  if (length === 0) return a.length === b.length && one.trim().toLowerCase() === two.trim().toLowerCase();
  return a.slice(0, length).every((part, at) => part === b[at]);
};

const agree = (form: string | undefined, one: string, two: string): boolean => {
  if (form === 'version') return sameVersion(one, two);
  if (form === 'code') return codeKey(one) === codeKey(two);
  if (form === 'serial') return serialKey(one) === serialKey(two);
  return one.toLowerCase() === two.toLowerCase();
};

/** Where the two sides of a record differ. */
export const driftOf = (table: FieldTable, parts: readonly PlcPart[]): Drift[] =>
  parts.flatMap((part) =>
    table.compared(part.sort).flatMap(([field, form]) => {
      const [configured, observed] = [part.configured[field], part.observed[field]];
      const isBoth = configured !== undefined && observed !== undefined;
      return isBoth && !agree(form, configured, observed) ? [{ part, field, configured, observed }] : [];
    }),
  );
