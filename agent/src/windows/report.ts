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
  /** The parts of a section by name. Throws what the script said when it could not read the section. */
  section(name: string): Row;
};

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parses the file of inventory.ps1; its byte order mark is left out. */
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

/** The rows of a part: a list, a lone row, or none. */
export const rowsOf = (section: Row, part: string): Row[] => {
  const value = section[part];
  return (Array.isArray(value) ? value : [value]).filter(isRow).slice(0, maxRows);
};

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
export const textsOf = (row: Row, name: string, maxLength = 256): string[] => {
  const value = row[name];
  return (Array.isArray(value) ? value : [value])
    .filter((entry) => typeof entry === 'string' || typeof entry === 'number')
    .map((entry) => clean(String(entry), maxLength))
    .filter((entry) => entry !== '');
};

const toIso = (ms: number): string | undefined => {
  const date = new Date(ms);
  // Windows has 1601 and year 1 for "never".
  return Number.isFinite(ms) && date.getUTCFullYear() > 1970 && date.getUTCFullYear() < 3000
    ? `${date.toISOString().slice(0, 19)}Z`
    : undefined;
};

/** A date in any of the ways in which Windows writes one. */
export const timeOf = (value: unknown): string | undefined => {
  if (isRow(value)) return timeOf(value['value'] ?? value['DateTime']);
  if (typeof value !== 'string') return undefined;
  const ms = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(value)?.[1];
  if (ms !== undefined) return toIso(Number(ms));
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(value);
  if (compact !== null) return toIso(Date.UTC(Number(compact[1]), Number(compact[2]) - 1, Number(compact[3])));
  // Month first, as InstalledOn is written whatever the language of the system.
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: |$)/.exec(value);
  if (american !== null) return toIso(Date.UTC(Number(american[3]), Number(american[1]) - 1, Number(american[2])));
  return /^\d{4}-\d{2}-\d{2}T/.test(value) ? toIso(Date.parse(value)) : undefined;
};
