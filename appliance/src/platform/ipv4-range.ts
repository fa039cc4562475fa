import { isIPv4 } from 'node:net';
import { AppError } from './errors.ts';

// Ranges of IPv4 addresses as numbers. IPv6 networks are too wide to ask one address after the other.

export type AddressRange = { first: number; last: number };

/** A /16: at five addresses a second, three and a half hours. */
const maxRangeAddresses = 65_536;

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** An address as people write it. */
export const addressText = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** Reads `10.1.2.0/24`, `10.1.2.10-10.1.2.40` or one address; undefined for anything else, or for too many addresses. */
export const parseRange = (text: string): AddressRange | undefined => {
  const [from = '', rest] = text.trim().split(/[/-]/, 2);
  if (!isIPv4(from) || /[/-].*[/-]/.test(text)) return undefined;
  const start = numberOf(from);
  if (rest === undefined) return { first: start, last: start };
  if (text.includes('-')) {
    const last = isIPv4(rest.trim()) ? numberOf(rest.trim()) : -1;
    return last < start || last - start >= maxRangeAddresses ? undefined : { first: start, last };
  }
  const bits = /^\d{1,2}$/.test(rest) ? Number(rest) : 33;
  if (bits > 32 || bits < 16) return undefined;
  const size = 2 ** (32 - bits);
  const first = Math.floor(start / size) * size;
  // The name of the network and its broadcast are no host's address.
  return bits >= 31 ? { first, last: first + size - 1 } : { first: first + 1, last: first + size - 2 };
};

/** The same; INVALID for what is no range. */
export const rangeOf = (text: string): AddressRange => {
  const range = parseRange(text);
  if (range === undefined) throw new AppError('INVALID', `not a range of IPv4 addresses: ${text.slice(0, 64)}`);
  return range;
};

/** Whether an address lies in a range. */
export const isInside = ({ first, last }: AddressRange, address: string): boolean => {
  if (!isIPv4(address)) return false;
  const value = numberOf(address);
  return value >= first && value <= last;
};

/** The addresses of a range that lie in none of the others, which rise. */
export const addressesOf = (range: AddressRange, without: readonly AddressRange[]): string[] => {
  const found: string[] = [];
  const others = without.filter(({ first, last }) => last >= range.first && first <= range.last);
  let at = 0;
  for (let value = range.first; value <= range.last; value += 1) {
    while ((others[at]?.last ?? value) < value) at += 1;
    if ((others[at]?.first ?? value + 1) > value) found.push(addressText(value));
  }
  return found;
};
