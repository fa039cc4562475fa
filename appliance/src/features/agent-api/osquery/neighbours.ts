import { isIP } from 'node:net';
import { cleanMacs } from '../../devices/identity.ts';
import type { Seen } from '../../discovery/types.ts';
import { type Row, text } from './rows.ts';

/** More than a machine of a plant talks to; a table full of made-up rows must not become as many devices. */
const maxNeighbours = 256;

/** Whom the machine spoke to on its own network: rows that it learned, not those that somebody entered. */
export const neighboursOf = (rows: readonly Row[], now: number): Seen[] => {
  const byMac = new Map<string, Set<string>>();
  for (const row of rows) {
    const [mac] = cleanMacs([text(row, 'mac', 20)]);
    const address = text(row, 'address', 64).replace(/%.*$/, '').toLowerCase();
    const isOwnNetwork = isIP(address) !== 0 && !/^(?:127\.|22[4-9]\.|23\d\.|255\.|::1$|fe80:|ff)/.test(address);
    if (mac === undefined || !isOwnNetwork || text(row, 'permanent', 5) === '1') continue;
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
