import { BlockList, isIP } from 'node:net';
import { cleanAddress } from './network.ts';

// Ranges of addresses as administrators write them: `10.1.0.0/16`, `10.1.2.3`, `10.1.0.10-10.1.0.99`, `fd00::/8`.

type AddressRanges = { contains(address: string): boolean };

const family = (address: string): 'ipv4' | 'ipv6' | undefined => {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
};

const addTo = (list: BlockList, range: string): boolean => {
  const text = range.trim();
  const [first = '', last] = text.split('-').map((part) => part.trim());
  const [network = '', bits] = first.split('/');
  const kind = family(network);
  if (kind === undefined) return false;
  if (last !== undefined) {
    if (bits !== undefined || family(last) !== kind || text.split('-').length !== 2) return false;
    try {
      list.addRange(network, last, kind);
      return true;
    } catch {
      // The end comes before the start.
      return false;
    }
  }
  if (bits === undefined) {
    list.addAddress(network, kind);
    return true;
  }
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (kind === 'ipv4' ? 32 : 128)) return false;
  list.addSubnet(network, Number(bits), kind);
  return true;
};

/** Whether a text is a range. */
export const isAddressRange = (range: string): boolean => addTo(new BlockList(), range);

/** Ranges to ask; one that is not a range holds nothing. */
export const addressRanges = (ranges: readonly string[]): AddressRanges => {
  const list = new BlockList();
  for (const range of ranges) addTo(list, range);
  return {
    contains: (address) => {
      const plain = cleanAddress(address);
      const kind = family(plain);
      return kind !== undefined && list.check(plain, kind);
    },
  };
};
