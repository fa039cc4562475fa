import { sameVersion } from '../../platform/same-version.ts';
import { codeKey } from './normalise.ts';
import { serialKey } from './serials.ts';
import type { ControllerPart, FieldTable } from './types.ts';

// What was configured against what is there (OT 1.3, F4).

export type Drift = { part: ControllerPart; field: string; configured: string; observed: string };

const agree = (form: string | undefined, one: string, two: string): boolean => {
  if (form === 'version') return sameVersion(one, two);
  if (form === 'code') return codeKey(one) === codeKey(two);
  if (form === 'serial') return serialKey(one) === serialKey(two);
  return one.toLowerCase() === two.toLowerCase();
};

/** Where the two sides of a record differ. */
export const driftOf = (table: FieldTable, parts: readonly ControllerPart[]): Drift[] =>
  parts.flatMap((part) =>
    table.compared(part.type).flatMap(([field, form]) => {
      const [configured, observed] = [part.configured[field], part.observed[field]];
      const isBoth = configured !== undefined && observed !== undefined;
      return isBoth && !agree(form, configured, observed) ? [{ part, field, configured, observed }] : [];
    }),
  );
