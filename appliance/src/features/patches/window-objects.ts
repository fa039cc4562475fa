import type { Body, Obj } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { parseRecurrence } from './recurrence.ts';
import type { MaintenanceWindow } from './types.ts';

// Maintenance windows as objects: what is wrong with one, and one as it is computed with.

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** What is wrong with a window. */
export const windowFaults = (body: Body): FieldErrors =>
  typeof body['recurrence'] === 'string' && parseRecurrence(body['recurrence']) === undefined
    ? { recurrence: { key: 'validation.recurrence' } }
    : {};

/** A window that was checked when it was stored; undefined for one that only an older rule allowed. */
export const toWindow = ({ id, body }: Obj): MaintenanceWindow | undefined => {
  const text = String(body['recurrence'] ?? '');
  const recurrence = parseRecurrence(text);
  if (recurrence === undefined) return undefined;
  return {
    id,
    name: String(body['name'] ?? id),
    text,
    recurrence,
    zones: texts(body['zones']),
    controllers: texts(body['controllers']),
    leadDays: Number(body['leadDays'] ?? 0),
    processOwner: String(body['processOwner'] ?? ''),
    blackout: body['blackout'] === true,
  };
};
