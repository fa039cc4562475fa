import { isIPv4 } from 'node:net';

const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** An address as the system writes it, so that two ways to write one are one; of version 4 also within version 6. */
export function plainAddress(host: string): string {
  if (!host.includes(':')) return host;
  const address = new URL(`http://[${host.split('%')[0] ?? ''}]/`).hostname.slice(1, -1);
  const [, high, low] = mapped.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  const plain = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
  return isIPv4(plain) ? plain : address;
}
