import { once } from '../platform/once.ts';
import { vendorRelatives, vendorTable } from './vendor-table.ts';

// One name per vendor, whatever a source calls it (ADVISORIES 6: 498 spellings, encoding damage, several vendors in one
// string). Derived values name this map and its number (OT F7).

export const VENDOR_MAP = 1;

/** UTF-8 that was read as Windows-1252, put right: `GeutebrÃ¼ck`. Other text comes back as it was. */
export const undoMojibake = (text: string): string => {
  if (!/[ÂÃâ]/.test(text)) return text;
  const bytes: number[] = [];
  for (const character of text) {
    const code = windows1252.get(character) ?? character.codePointAt(0) ?? 0;
    if (code > 0xff) return text;
    bytes.push(code);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
};

// The characters that Windows-1252 has between 0x80 and 0x9f.
const windows1252: ReadonlyMap<string, number> = new Map(
  Array.from('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ').map((character, at) => [
    character,
    0x80 + at,
  ]),
);

const legalForms =
  /\b(?:ag|a\/s|as|bv|co|company|corp|corporation|gmbh|inc|incorporated|international|intl|kg|limited|llc|ltd|ltda|nv|oy|plc|pvt|s\.?a\.?|s\.?p\.?a\.?|s\.?r\.?l\.?|se|sp\.? z o\.? ?o\.?)\b\.?/g;

/** What is compared: no case, no accents, no legal form, no marks. */
const fold = (text: string): string =>
  undoMojibake(text)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f®™©]/g, '')
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    .replace(/&/g, ' & ')
    .replace(legalForms, ' ')
    .replace(/[^a-z0-9&+]+/g, ' ')
    .trim();

const bySpelling = once(
  (): ReadonlyMap<string, string> =>
    new Map(vendorTable.flatMap(([name, ...others]) => [name, ...others].map((spelling) => [fold(spelling), name]))),
);

const clean = (text: string): string => undoMojibake(text).normalize('NFKC').replace(/\s+/g, ' ').trim().slice(0, 200);

const known = (text: string): string | undefined => {
  const folded = fold(text);
  // A name in brackets is another name of the same vendor: `Pilz GmbH & Co. KG (Pilz)`.
  const inside = /\(([^)]+)\)/.exec(text)?.[1];
  return bySpelling().get(folded) ?? (inside === undefined ? undefined : bySpelling().get(fold(inside)));
};

/** The vendor's one name, where the map knows the spelling. */
export const knownVendor = (raw: string): string | undefined => known(raw.slice(0, 500));

/** The vendor's one name; the cleaned text where the map does not know it. */
export const vendorName = (raw: string): string => knownVendor(raw) ?? clean(raw.slice(0, 500));

/** All vendors that a text names: `AVEVA Software, LLC and Schneider Electric Software, LLC`. */
export const vendorNames = (raw: string): string[] => {
  const text = raw.slice(0, 500);
  const whole = known(text);
  if (whole !== undefined) return [whole];
  const names = new Set<string>();
  for (const piece of text.split(/,|;|\/| and | formerly | a subsidiary of | an affiliate of |\|/i)) {
    const name = known(piece) ?? clean(piece);
    if (fold(name) !== '' && !/^(?:and|multiple)$/i.test(name)) names.add(name);
  }
  return [...names].slice(0, 16);
};

/** Two texts name one vendor. */
export const vendorKey = (raw: string): string => fold(vendorName(raw));

const relatives = once((): ReadonlyMap<string, readonly string[]> => {
  const map = new Map<string, string[]>();
  for (const [a, b] of vendorRelatives) {
    const [left, right] = [vendorKey(a), vendorKey(b)];
    map.set(left, [...(map.get(left) ?? []), right]);
    map.set(right, [...(map.get(right) ?? []), left]);
  }
  return map;
});

/** Keys of vendors under whose name products of this one may stand. */
export const relativesOf = (key: string): readonly string[] => relatives().get(key) ?? [];
