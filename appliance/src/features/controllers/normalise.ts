import { isIP } from 'node:net';
import type { FactField } from '../../engine/inventory/types.ts';

// What is kept of what was received (OT F6, F10). Each form has one rule; all of them have one number, which every fact
// names, so that facts can be worked out again when a rule changes. Texts of devices are hostile: capped, without control
// characters, without signs that turn the direction of writing; pages escape them.

export const normaliserVersion = 1;

const defaultLength = 240;

const plain = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g, ' ')
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .trim();

/** At most so many UTF-16 units, never half of a character. */
const capped = (text: string, most: number): string =>
  text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');

const yesNo: Readonly<Record<string, string>> = {
  true: 'yes',
  yes: 'yes',
  '1': 'yes',
  да: 'yes',
  иә: 'yes',
  false: 'no',
  no: 'no',
  '0': 'no',
  нет: 'no',
  жоқ: 'no',
};

const macOf = (text: string): string | undefined => {
  const digits = text.toLowerCase().replace(/[^0-9a-f]/g, '');
  return digits.length === 12 && /^[0-9a-fA-F:.\- ]+$/.test(text) ? (digits.match(/../g) ?? []).join(':') : undefined;
};

const timeOf = (text: string): string | undefined => {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text,
  );
  if (found === null) return undefined;
  const ms = Date.parse(found[4] === undefined ? `${text}T00:00:00Z` : text.replace(' ', 'T') + (found[7] ? '' : 'Z'));
  return Number.isNaN(ms) ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`;
};

/** The value of a field as it is kept; undefined when there is none in it. */
export const normalise = (field: FactField, given: string): string | undefined => {
  const text = plain(given);
  if (text === '') return undefined;
  const most = field.maxLength ?? defaultLength;
  const fromChoices = (value: string): string | undefined => {
    const folded = value.toLowerCase().replace(/[\s_]+/g, '-');
    return field.choices?.find((choice) => choice.toLowerCase().replace(/[\s_]+/g, '-') === folded);
  };
  if (field.choices !== undefined) return fromChoices(text);
  switch (field.form ?? 'text') {
    case 'code':
      return capped(text.toUpperCase(), most);
    case 'mac':
      return macOf(text);
    case 'address':
      return isIP(text) === 0 ? undefined : text.toLowerCase();
    case 'number':
      return /^-?\d{1,15}$/.test(text) ? String(Number(text)) : undefined;
    case 'time':
      return timeOf(text);
    case 'yes-no':
      return yesNo[text.toLowerCase()];
    default:
      return capped(text, most);
  }
};

/** Raw text as received, kept for evidence: without control characters and capped, nothing else. */
export const keptRaw = (raw: string, most = 1_024): string =>
  capped(raw.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').toWellFormed(), most);

/** How order numbers are compared: upper case without blanks. */
export const codeKey = (code: string): string => code.toUpperCase().replace(/\s+/g, '');
