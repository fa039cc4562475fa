import {
  MAX_FACT_CHARS,
  type PartReading,
  type Reading,
  type ReadingFact,
} from '@sallyport/bundle-tools/controllers/reading';

/** Text of a file: hostile until shown otherwise (OT F10). Control and direction characters go, length is capped. */
export const fileText = (text: string): string =>
  text
    .slice(0, 4 * MAX_FACT_CHARS)
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, ' ')
    .trim()
    .slice(0, MAX_FACT_CHARS)
    // A pair that the cut went through.
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed();

/** One value, or none where none is reported: a missing value is never replaced (OT 1, rule 4). */
export const fact = (field: string, text: string | undefined, raw: string | undefined = text): ReadingFact[] => {
  const value = fileText(text ?? '');
  return value === '' ? [] : [{ field, value, raw: fileText(raw ?? '') }];
};

export const part = (type: PartReading['type'], key: string, items: readonly ReadingFact[]): PartReading => ({
  type,
  key: fileText(key).slice(0, 128) || '?',
  facts: [...items],
});

/** The value of a field, where it has one. */
export const factValue = ({ facts: items }: Pick<Reading, 'facts'>, field: string): string | undefined => {
  const found = items.find((item) => item.field === field);
  return found !== undefined && 'value' in found ? found.value : undefined;
};

const macPattern = /^(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$/i;

/** `00:1b:1b:93:cf:32` of the ways in which people write it; undefined for anything else and for no address at all. */
export const macOf = (text: string): string | undefined => {
  if (!macPattern.test(text.trim())) return undefined;
  const digits = text.toLowerCase().replace(/[^0-9a-f]/g, '');
  return /^(?:0{12}|f{12})$/.test(digits) ? undefined : digits.replace(/(..)(?!$)/g, '$1:');
};

/** A dotted IPv4 address without leading zeros; undefined for anything else and for 0.0.0.0. */
export const ipv4Of = (text: string): string | undefined => {
  const parts = text.trim().split('.');
  const isAddress = parts.length === 4 && parts.every((digits) => /^\d{1,3}$/.test(digits) && Number(digits) < 256);
  const address = parts.map(Number).join('.');
  return isAddress && address !== '0.0.0.0' ? address : undefined;
};
