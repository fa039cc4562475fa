/** An address as it stands in a URL. */
const host = (address: string): string => (address.includes(':') ? `[${address}]` : address);

const isLoopback = (address: string): boolean => /^(?:localhost|127\.|::1$)/.test(address);

/** A path at every address that other computers reach; at this computer's own where there is no other. */
export function linksAt(addresses: readonly string[], port: number, path: string): string[] {
  const outside = addresses.filter((address) => !isLoopback(address));
  const chosen = outside.length > 0 ? outside : addresses.length > 0 ? addresses : ['localhost'];
  return chosen.map((address) => `https://${host(address)}${port === 443 ? '' : `:${port}`}${path}`);
}
