import type { Body, Obj } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { isTimeZone, timeZoneFault } from '../../platform/time-zone.ts';
import { formatRecurrence, parseRecurrence } from './recurrence.ts';
import { type MaintenanceWindow, WINDOW_FOR } from './types.ts';

// Maintenance windows as objects: what is wrong with one, and one as it is computed with.

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** What is wrong with a window. */
export const windowFaults = ({ recurrence, timeZone }: Body): FieldErrors => ({
  ...(typeof recurrence === 'string' && parseRecurrence(recurrence) === undefined
    ? { recurrence: { key: 'validation.recurrence' } }
    : {}),
  ...(typeof timeZone === 'string' && timeZone !== '' && !isTimeZone(timeZone)
    ? { timeZone: timeZoneFault(timeZone) }
    : {}),
});

/** A window's text in the form in which it is kept; what is none stays as it is. */
export const keptRecurrence = (text: unknown): unknown => {
  const read = typeof text === 'string' ? parseRecurrence(text) : undefined;
  return read === undefined ? text : formatRecurrence(read);
};

/** A window that was checked when it was stored; undefined for one that only an older rule allowed. */
export const toWindow = ({ id, body }: Obj, isZone: (name: string) => boolean): MaintenanceWindow | undefined => {
  const text = String(body['recurrence'] ?? '');
  const recurrence = parseRecurrence(text);
  if (recurrence === undefined) return undefined;
  const timeZone = String(body['timeZone'] ?? '');
  return {
    id,
    name: String(body['name'] ?? id),
    text: formatRecurrence(recurrence),
    recurrence,
    // A zone that this release does not know any more: the site's.
    timeZone: isZone(timeZone) ? timeZone : '',
    // Those from before there were windows for computers.
    for: WINDOW_FOR.find((one) => one === body['for']) ?? 'controllers',
    zones: texts(body['zones']),
    controllers: texts(body['controllers']),
    groups: texts(body['groups']),
    devices: texts(body['devices']),
    leadDays: Number(body['leadDays'] ?? 0),
    processOwner: String(body['processOwner'] ?? ''),
    blackout: body['blackout'] === true,
  };
};
