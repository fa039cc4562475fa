import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

const path = '/proc/net/arp';
const complete = 0x2;

/** Addresses and MACs that the kernel knows of its neighbours: entries that were answered. */
export const parseArp = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , flags = '0x0', mac = '']) =>
          (Number(flags) & complete) !== 0 && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) && !/^(00:){5}00$/.test(mac),
      )
      .map(([address = '', , , mac = '']) => [address, mac.toLowerCase()]),
  );

/** The kernel's own table; empty where there is none. */
export const readArp = (): Map<string, string> =>
  existsSync(path) ? parseArp(readFileSync(path, 'utf8')) : new Map<string, string>();

/** The addresses of this computer. */
export const ownAddresses = (): Set<string> =>
  new Set(
    Object.values(networkInterfaces())
      .flat()
      .flatMap((address) => (address === undefined ? [] : [address.address])),
  );
