import { isIP } from 'node:net';

// Addresses and networks, however they are written. All stand on one line of 128 bits, an address of IPv4 at its mapped
// place (::ffff:0:0/96), so that one spelling cannot pass where another one is held back.

const bits = 128;
const v4Bits = 32n;
const v4Base = 0xffffn << v4Bits;
const v4Last = v4Base + (1n << v4Bits) - 1n;

type Interval = { first: bigint; last: bigint };

const v4ValueOf = (address: string): bigint =>
  address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(Number(part)), 0n);

/** The number of an address on the line; undefined for what is none. The name of an interface behind `%` is left out. */
export function addressValue(written: string): bigint | undefined {
  const [address = ''] = written.trim().split('%');
  const version = isIP(address);
  if (version === 0) return undefined;
  if (version === 4) return v4Base | v4ValueOf(address);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const v4 = dotted === null ? 0n : v4ValueOf(dotted[2] ?? '');
  const text = dotted === null ? address : `${dotted[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [before = '', after] = text.split('::');
  const groups = (part: string | undefined): string[] => (part ?? '').split(':').filter((group) => group !== '');
  const [start, end] = [groups(before), groups(after)];
  const middle = after === undefined ? [] : Array.from({ length: 8 - start.length - end.length }, () => '0');
  return [...start, ...middle, ...end].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** First and last of `10.1.0.0/16`, `10.1.0.5-10.1.0.9`, `fd00::/8` or one address; undefined for what is none. */
function intervalOf(written: string): Interval | undefined {
  const text = written.trim();
  const [from = '', to, ...more] = text.split(/[/-]/);
  const first = addressValue(from);
  if (first === undefined || more.length > 0) return undefined;
  if (to === undefined) return { first, last: first };
  if (text.includes('-')) {
    const last = addressValue(to);
    return last === undefined || last < first ? undefined : { first, last };
  }
  const width = isIP(from.trim().split('%')[0] ?? '') === 4 ? Number(v4Bits) : bits;
  if (!/^\d{1,3}$/.test(to) || Number(to) > width) return undefined;
  const host = (1n << BigInt(width - Number(to))) - 1n;
  return { first: first & ~host, last: first | host };
}

/**
 * The places of IPv4 addresses that a value of IPv6 leads to: where a network translates, a packet to such an address
 * arrives at the other one. NAT64 (RFC 6052, and the local prefix of RFC 8215 in each of its forms), SIIT, IPv4-compatible,
 * 6to4, Teredo.
 */
function embedded(value: bigint): bigint[] {
  const low = value & 0xffffffffn;
  const high = value >> v4Bits;
  const found: bigint[] = [];
  if (high === 0x64ff9bn << 64n || high === 0xffff0000n || (high === 0n && low > 1n)) found.push(v4Base | low);
  if (value >> 112n === 0x2002n) found.push(v4Base | ((value >> 80n) & 0xffffffffn));
  if (value >> 96n === 0x20010000n) found.push(v4Base | (low ^ 0xffffffffn));
  if (value >> 80n === 0x64ff9b0001n) {
    // RFC 6052 2.2: the bits 64 to 71 are left out of the address.
    const split = (length: bigint): bigint => {
      const [ahead, behind] = [64n - length, length - 32n];
      return (((value >> 64n) & ((1n << ahead) - 1n)) << behind) | ((value >> (56n - behind)) & ((1n << behind) - 1n));
    };
    for (const place of [low, ...[48n, 56n, 64n].map(split)]) found.push(v4Base | place);
  }
  return found;
}

export type AddressSet = {
  /** Whether an address, in any spelling, is one of these. */
  has(address: string): boolean;
  /** Whether all of an address, network or range is in the set; what is none of them is not. */
  covers(written: string): boolean;
  /** The IPv4 addresses of the set as rising ranges of numbers. */
  ipv4(): { first: number; last: number }[];
  readonly isEmpty: boolean;
};

/** The set of these addresses, networks and ranges; what is none of them is passed by. */
export function addressSet(entries: Iterable<string>): AddressSet {
  const merged: Interval[] = [];
  const all = [...entries].map(intervalOf).filter((interval) => interval !== undefined);
  for (const { first, last } of all.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const before = merged.at(-1);
    if (before === undefined || first > before.last + 1n) merged.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  /** What is adjacent is merged, so one interval holds both ends or none does. */
  const spans = (first: bigint, last: bigint): boolean => {
    let [low, high] = [0, merged.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((merged[middle]?.first ?? 0n) <= first) low = middle + 1;
      else high = middle;
    }
    const interval = merged[low - 1];
    return interval !== undefined && last <= interval.last;
  };
  const holds = (value: bigint): boolean => spans(value, value);
  return {
    has: (address) => {
      const value = addressValue(address);
      return value !== undefined && (holds(value) || embedded(value).some(holds));
    },
    covers: (written) => {
      const interval = intervalOf(written);
      return interval !== undefined && spans(interval.first, interval.last);
    },
    ipv4: () =>
      merged
        .filter(({ first, last }) => last >= v4Base && first <= v4Last)
        .map(({ first, last }) => ({
          first: Number((first < v4Base ? v4Base : first) - v4Base),
          last: Number((last > v4Last ? v4Last : last) - v4Base),
        })),
    isEmpty: merged.length === 0,
  };
}
