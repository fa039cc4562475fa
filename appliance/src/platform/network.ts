import { isIP, isIPv6 } from 'node:net';

/**
 * What an address counts for where strangers are limited: one device has a whole /64 of IPv6 addresses to come from, in whichever
 * short form they are written.
 */
export function networkOf(address: string): string {
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain) || plain.includes('.') || plain === '::1') return address;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...right].map((group) =>
    Number.parseInt(group, 16),
  );
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** An address as it is counted and shown: IPv4 inside IPv6 is IPv4. */
export const cleanAddress = (address: string | undefined): string => {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 0 ? 'unknown' : plain;
};
