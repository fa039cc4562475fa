import * as z from 'zod';
import { clean } from '../collectors/collector.ts';

// What inventory.ps1 wrote. Windows PowerShell writes a lone row without its list, dates as /Date(ms)/ and enumerations as
// numbers; PowerShell 7 writes ISO dates. Every value is read leniently: one odd row must not cost the section.

export type Row = Readonly<Record<string, unknown>>;

const reportSchema = z.object({
  format: z.literal('sallyport-windows/1'),
  sections: z.record(z.string(), z.unknown()),
  errors: z.record(z.string(), z.string()).default({}),
  limited: z.unknown().optional(),
});

export type WindowsReport = {
  /** The parts of a section by name. Throws the script's error when it could not read the section. */
  section(name: string): Row;
};

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of a file as PowerShell writes it: by its byte order mark, UTF-8 where it has none. */
export const decodeWindowsText = (bytes: Buffer): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString('utf16le');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
};

/** Parses what inventory.ps1 wrote. */
export const parseWindowsReport = (text: string): WindowsReport => {
  const parsed = reportSchema.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
  return {
    section: (name) => {
      const held = parsed.sections[name];
      if (isRow(held)) return held;
      throw new Error(`Windows did not tell ${name}: ${parsed.errors[name] ?? 'nothing was written'}`);
    },
  };
};

const maxRows = 50_000;

/** A list, a lone value, or a list that Windows PowerShell wrapped: `{"value":[…],"Count":2}`. */
const listOf = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  return isRow(value) && Array.isArray(value['value']) && 'Count' in value ? value['value'] : [value];
};

/** The rows of a part: a list, a lone row, or none. */
export const rowsOf = (section: Row, part: string): Row[] => listOf(section[part]).filter(isRow).slice(0, maxRows);

/** The first row of a part; an empty one where there is none. */
export const rowOf = (section: Row, part: string): Row => rowsOf(section, part)[0] ?? {};

/** A value as text: numbers too, everything else is nothing. */
export const textOf = (row: Row, name: string, maxLength = 256): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? clean(String(value), maxLength) : '';
};

export const numberOf = (row: Row, name: string): number | undefined => {
  const value = row[name];
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
};

export const flagOf = (row: Row, name: string): boolean | undefined => {
  const value = row[name];
  return typeof value === 'boolean' ? value : undefined;
};

/** A list of texts; a lone one is a list too. */
export const textsOf = (row: Row, name: string, maxLength = 256): string[] =>
  listOf(row[name])
    .filter((entry) => typeof entry === 'string' || typeof entry === 'number')
    .map((entry) => clean(String(entry), maxLength))
    .filter((entry) => entry !== '');

const toIso = (ms: number): string | undefined => {
  const date = new Date(ms);
  // Windows has 1601 and year 1 for "never".
  return Number.isFinite(ms) && date.getUTCFullYear() > 1970 && date.getUTCFullYear() < 3000
    ? `${date.toISOString().slice(0, 19)}Z`
    : undefined;
};

/** A day that there is; undefined for one that would roll over into the next month. */
const dayOf = (year: number, month: number, day: number): string | undefined => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? toIso(date.getTime()) : undefined;
};

/** A date in any of the ways in which Windows and installers write one. */
export const timeOf = (value: unknown): string | undefined => {
  if (isRow(value)) return timeOf(value['value'] ?? value['DateTime']);
  if (typeof value !== 'string') return undefined;
  const ms = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(value)?.[1];
  if (ms !== undefined) return toIso(Number(ms));
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(value);
  if (compact !== null) return dayOf(Number(compact[1]), Number(compact[2]), Number(compact[3]));
  // Month first, as InstalledOn is written whatever the language of the system; an installer may mean the day by a first number above 12.
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: |$)/.exec(value);
  if (slashed !== null) {
    const [first, second, year] = [Number(slashed[1]), Number(slashed[2]), Number(slashed[3])];
    return first > 12 ? dayOf(year, second, first) : dayOf(year, first, second);
  }
  // German, Russian and Kazakh: all have the day first.
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\D|$)/.exec(value);
  if (dotted !== null) return dayOf(Number(dotted[3]), Number(dotted[2]), Number(dotted[1]));
  const day = /^(\d{4})-(\d{2})-(\d{2})(?: |$)/.exec(value);
  if (day !== null) return dayOf(Number(day[1]), Number(day[2]), Number(day[3]));
  return /^\d{4}-\d{2}-\d{2}T/.test(value) ? toIso(Date.parse(value)) : undefined;
};
