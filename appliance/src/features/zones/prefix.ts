import { isIP } from 'node:net';

// Networks in CIDR form as numbers, to see which lie in one another.

type Range = { version: 4 | 6; first: bigint; last: bigint };

const bytesOf = (address: string): number[] => {
  if (isIP(address) === 4) return address.split('.').map(Number);
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const [, head = '', tail = ''] = embedded ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
  const text = embedded === null ? address : `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const [before = '', after] = text.split('::');
  const groups = (part: string | undefined): number[] =>
    (part ?? '')
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const [start, end] = [groups(before), groups(after)];
  const middle = after === undefined ? [] : Array.from({ length: 8 - start.length - end.length }, () => 0);
  return [...start, ...middle, ...end].flatMap((group) => [group >> 8, group & 0xff]);
};

/** First and last address of a network; undefined for what is none. */
export const prefixRange = (prefix: string): Range | undefined => {
  const [address = '', bits = ''] = prefix.trim().split('/');
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || !/^\d{1,3}$/.test(bits)) return undefined;
  const width = version === 4 ? 32 : 128;
  if (Number(bits) > width) return undefined;
  const value = bytesOf(address).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const host = (1n << BigInt(width - Number(bits))) - 1n;
  const first = value & ~host;
  return { version, first, last: first | host };
};

/** Whether two networks share an address. */
export const prefixesOverlap = (a: string, b: string): boolean => {
  const [one, two] = [prefixRange(a), prefixRange(b)];
  return (
    one !== undefined &&
    two !== undefined &&
    one.version === two.version &&
    one.first <= two.last &&
    two.first <= one.last
  );
};
