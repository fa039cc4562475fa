import { BlockList, isIP } from 'node:net';
import type { Field } from './types.ts';

const maxValueLength = 512;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const unitBytes: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Milliseconds of `90m`, `2h`, `30d`; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d{1,6})\s*([mhd])$/i.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * (unitMs[(match[2] ?? '').toLowerCase()] ?? 0);
}

/** Milliseconds of `2026-01-31`, `2026-01-31T10:00:00Z` or `2026-01-31T10:00:00.000Z`; undefined for anything else. */
export function dateMs(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?Z)?$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

const numberOf = (text: string, bytes: boolean): number | undefined => {
  const match = /^(-?\d{1,15}(?:\.\d{1,6})?)\s*(KB|MB|GB|TB)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = match[2]?.toUpperCase();
  if (unit !== undefined && !bytes) return undefined;
  return Number(match[1]) * (unit === undefined ? 1 : (unitBytes[unit] ?? 1));
};

const familyOf = (address: string): 'ipv4' | 'ipv6' | undefined =>
  ({ 0: undefined, 4: 'ipv4' as const, 6: 'ipv6' as const })[isIP(address) as 0 | 4 | 6];

/** Tells whether an address is in `10.0.0.0/8`, `10.0.0.5-10.0.0.9` or is `10.0.0.5`; undefined when it is no range. */
export function rangeTest(range: string): ((address: string) => boolean) | undefined {
  const list = new BlockList();
  const [first = '', last] = range.split('-').map((part) => part.trim());
  const [base = '', prefix] = first.split('/');
  const family = familyOf(base);
  if (family === undefined) return undefined;
  try {
    if (last !== undefined) {
      if (prefix !== undefined || familyOf(last) !== family) return undefined;
      list.addRange(base, last, family);
    } else if (prefix !== undefined) {
      if (!/^\d{1,3}$/.test(prefix)) return undefined;
      list.addSubnet(base, Number(prefix), family);
    } else {
      list.addAddress(base, family);
    }
  } catch {
    // node:net says what it does not take by throwing: an end before the start, a prefix that is too long.
    return undefined;
  }
  return (address) => {
    const of = familyOf(address);
    return of === family && list.check(address, of);
  };
}

/** A written value as the tree holds it; undefined when it does not fit the field and what is asked of it. */
export function parseValue(field: Field, op: string, text: string): string | number | boolean | undefined {
  const value = text.trim();
  if (value === '' || value.length > maxValueLength || /\p{Cc}/u.test(value)) return undefined;
  switch (field.type) {
    case 'number':
      return numberOf(value, field.bytes === true);
    case 'yesno':
      return { yes: true, no: false, true: true, false: false, 1: true, 0: false }[value.toLowerCase()];
    case 'choice':
      return field.options?.find((option) => option.toLowerCase() === value.toLowerCase());
    case 'time':
      if (op === 'older' || op === 'newer')
        return durationMs(value) === undefined ? undefined : value.toLowerCase().replace(/\s/g, '');
      return dateMs(value) === undefined ? undefined : value;
    case 'address':
      if (op === 'in') return rangeTest(value) === undefined ? undefined : value;
      if (op === 'starts') return value.toLowerCase();
      return isIP(value) === 0 ? undefined : value.toLowerCase();
    default:
      return value;
  }
}
