import { undoMojibake } from '../../controllers/vendors.ts';
import { BundleError } from '../../errors.ts';

// Steps into a parsed CSAF document. What decides a match is refused where it is wrong or too much; texts that only people
// read are cut.

export type Json = Readonly<Record<string, unknown>>;

export const refuse = (why: string): never => {
  throw new BundleError('METADATA', why);
};

export const refuseSize = (why: string): never => {
  throw new BundleError('LIMIT', why);
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const object = (value: unknown, where: string): Json =>
  isObject(value) ? value : refuse(`${where} is no object`);

export const optionalObject = (value: unknown, where: string): Json =>
  value === undefined ? {} : object(value, where);

export const list = (value: unknown, where: string, max: number): readonly unknown[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuse(`${where} is no list`);
  return value.length > max ? refuseSize(`${where}: more than ${max}`) : value;
};

/** A text that decides: an id, a version, a category. */
export const text = (value: unknown, where: string, max: number): string => {
  if (typeof value !== 'string') return refuse(`${where} is no text`);
  return value.length > max ? refuseSize(`${where}: more than ${max} characters`) : value;
};

export const optionalText = (value: unknown, where: string, max: number): string | undefined =>
  value === undefined ? undefined : text(value, where, max);

/** A name as people read it: damage undone, control characters out. */
export const name = (value: unknown, where: string, max: number): string =>
  undoMojibake(text(value, where, max * 4))
    .normalize('NFC')
    .replace(/[\p{Cc}\u200b\ufeff]+/gu, ' ')
    .trim()
    .slice(0, max);

/** A text that only people read. */
export const prose = (value: unknown, max: number): string => {
  if (typeof value !== 'string') return '';
  const plain = value
    .slice(0, max * 2)
    .replace(/[\p{Cc}\ufeff]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain.length <= max ? plain : `${plain.slice(0, max - 1).toWellFormed()}…`;
};

/** Whole seconds in UTC. */
export const seconds = (value: unknown, where: string): string => {
  const ms = typeof value === 'string' && value.length <= 64 ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? refuse(`${where} is no time`) : `${new Date(ms).toISOString().slice(0, 19)}Z`;
};
