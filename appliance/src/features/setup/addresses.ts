import { hostname, networkInterfaces } from 'node:os';

/** The host's names, its interface addresses and loopback; link-local addresses need a zone, so no one can dial them. */
export const defaultAddresses = (): string[] => {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => !address.startsWith('fe80:') && !address.startsWith('169.254.'));
  return [...new Set([hostname().toLowerCase(), 'localhost', ...addresses, '127.0.0.1', '::1'])];
};
