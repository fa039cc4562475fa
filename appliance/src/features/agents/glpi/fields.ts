import { isIP } from 'node:net';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Item } from '../../../engine/inventory/types.ts';
import { cleanLine } from '../../../platform/text.ts';
import type { Row } from './message.ts';

// The values of foreign agents: text padded with NUL, numbers in quotes, dates in local time, and what firmware says
// where its maker left it empty.

const placeholder =
  /^(?:-+|\.+|n\/?a|none|null|unknown|undefined|not (?:specified|available|applicable|provided|present)|default string|to be filled.*|o\.?e\.?m\.?|system (?:manufacturer|product name|serial number|version)|0x0+|0+|f+|x+)$/i;

/** One line of at most `maxLength` characters, control characters and padding removed; undefined where it says nothing. */
export const line = (row: Row, name: string, maxLength = 256): string | undefined => {
  const value = row[name];
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = cleanLine(String(value)).trim();
  if (text === '') return undefined;
  return text.length > maxLength ? text.slice(0, maxLength).toWellFormed().trimEnd() : text;
};

/** As `line`, without the placeholders of firmware. */
export const known = (row: Row, name: string, maxLength = 256): string | undefined => {
  const text = line(row, name, maxLength);
  return text === undefined || placeholder.test(text) ? undefined : text;
};

/** The first of these that says something. */
export const firstKnown = (row: Row, names: readonly string[], maxLength = 256): string | undefined => {
  for (const name of names) {
    const text = known(row, name, maxLength);
    if (text !== undefined) return text;
  }
  return undefined;
};

/** A number above zero, rounded, times `unit`; undefined for anything else. */
export const amount = (row: Row, name: string, unit = 1): number | undefined => {
  const text = line(row, name, 40);
  if (text === undefined || !/^\d{1,15}(?:\.\d{1,15})?$/.test(text)) return undefined;
  const value = Math.round(Number(text) * unit);
  return value > 0 && Number.isSafeInteger(value) ? value : undefined;
};

/** Yes or no as agents write it. */
export const flag = (row: Row, name: string): boolean | undefined => {
  const value = row[name];
  if (typeof value === 'boolean') return value;
  const text = line(row, name, 10)?.toLowerCase();
  if (text === undefined) return undefined;
  if (['1', 'true', 'yes', 'on', 'enabled'].includes(text)) return true;
  return ['0', 'false', 'no', 'off', 'disabled'].includes(text) ? false : undefined;
};

/** The texts of a value that may be one or many. */
export const lines = (row: Row, name: string, maxLength = 256): string[] => {
  const value = row[name];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.map((entry) => line({ entry }, 'entry', maxLength)).filter((text) => text !== undefined);
};

/** Rows inside a row; one or many. */
export const rowsIn = (row: Row, name: string): Row[] => {
  const value = row[name];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.filter((entry): entry is Row => typeof entry === 'object' && entry !== null && !Array.isArray(entry));
};

const hex4 = (text: string | undefined): string | undefined =>
  text !== undefined && /^(?:0x)?[0-9a-f]{1,4}$/i.test(text)
    ? text.replace(/^0x/i, '').toLowerCase().padStart(4, '0')
    : undefined;

/** A vendor or product number of PCI or USB: four hex digits. */
export const hexId = (row: Row, name: string): string | undefined => hex4(line(row, name, 20));

const datePattern =
  /^(?:(\d{4})[-/](\d{1,2})[-/](\d{1,2})|(\d{1,2})[-/](\d{1,2})[-/](\d{4})|(\d{4})(\d{2})(\d{2}))(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?/;

type DateRule = {
  /** Minutes east of Greenwich of the clock that wrote it. */
  offsetMinutes: number;
  /** The agent writes January as 0. */
  monthFromZero?: boolean;
};

/** `YYYY-MM-DDThh:mm:ssZ` of a date as agents write them: 2026-11-24, 24/11/2026, 20261124, each with or without a time. */
export const timeOf = (row: Row, name: string, rule: DateRule): string | undefined => {
  const match = datePattern.exec(line(row, name, 40) ?? '');
  if (match === null) return undefined;
  const [, y1, m1, d1, d2, m2, y2, y3, m3, d3, hour, minute, second] = match;
  const year = Number(y1 ?? y2 ?? y3);
  const month = Number(m1 ?? m2 ?? m3) - (rule.monthFromZero === true ? 0 : 1);
  const day = Number(d1 ?? d2 ?? d3);
  const [hours, minutes, seconds] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const local = new Date(Date.UTC(year, month, day, hours, minutes, seconds));
  // A day that does not exist rolls over into the next month.
  if (local.getUTCMonth() !== month || local.getUTCDate() !== day || hours > 23 || minutes > 59 || seconds > 59) {
    return undefined;
  }
  const ms = local.getTime() - (hour === undefined ? 0 : rule.offsetMinutes * 60_000);
  return year < 1980 || year > 9999 ? undefined : toTime(ms);
};

/** `+0200` and `-0330` in minutes. */
export const offsetMinutes = (text: string | undefined): number => {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text ?? '');
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return minutes > 14 * 60 ? 0 : minutes * (match[1] === '-' ? -1 : 1);
};

/** A hardware address as twelve hex digits in pairs; undefined for none, zeros and broadcast. */
export const macOf = (row: Row, name: string): string | undefined => {
  const digits = (line(row, name, 40) ?? '').toLowerCase().replace(/[:.-]/g, '');
  if (!/^[0-9a-f]{12}$/.test(digits) || /^(?:0{12}|f{12})$/.test(digits)) return undefined;
  return digits.match(/../g)?.join(':');
};

/** The addresses of a field, without those that mean nothing outside the host. */
export const addressesOf = (row: Row, name: string, version: 4 | 6): string[] =>
  lines(row, name, 60)
    .flatMap((text) => text.split(/[\s,]+/))
    .map((text) => text.replace(/[%/].*$/, '').toLowerCase())
    .filter((text) => isIP(text) === version)
    .filter((text) => !/^(?:127\.|0\.|169\.254\.|::1$|::$|fe[89ab])/.test(text));

type Value = string | number | boolean | readonly string[] | undefined;

/** An item of the known values: absent, undefined and empty are the same. */
export const item = (values: Record<string, Value>): Item => {
  const found: Item = {};
  for (const name in values) {
    const value = values[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    found[name] = value;
  }
  return found;
};
