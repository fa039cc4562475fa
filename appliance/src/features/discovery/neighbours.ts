import { isIP } from 'node:net';
import { cleanMacs } from '../../platform/hardware-identity.ts';
import type { Seen } from './types.ts';

/** More than a machine of a plant talks to; a table full of made-up rows must not become as many devices. */
const maxNeighbours = 256;

/** Whom a machine spoke to on its own network: one device for each hardware address. */
export const neighboursOf = (rows: readonly { address: string; mac: string }[], now: number): Seen[] => {
  const byMac = new Map<string, Set<string>>();
  for (const row of rows) {
    const [mac] = cleanMacs([row.mac]);
    const address = row.address.replace(/%.*$/, '').toLowerCase();
    const isOwnNetwork = isIP(address) !== 0 && !/^(?:127\.|22[4-9]\.|23\d\.|255\.|::1$|fe80:|ff)/.test(address);
    if (mac === undefined || !isOwnNetwork) continue;
    if (!byMac.has(mac) && byMac.size >= maxNeighbours) break;
    byMac.set(mac, (byMac.get(mac) ?? new Set()).add(address));
  }
  return [...byMac].map(([mac, addresses]) => ({
    method: 'agent',
    at: now,
    by: '',
    macs: [mac],
    addresses: [...addresses].sort(),
    names: [],
    visible: true,
  }));
};
