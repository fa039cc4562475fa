// Addresses that are no device's, and so no facts about one.

export const everybodysMac = 'ff:ff:ff:ff:ff:ff';

/** A MAC address that a device can have: loopback and interfaces without hardware write zeros. */
export const ownMac = (mac: string | undefined): string | undefined =>
  mac === '00:00:00:00:00:00' || mac === everybodysMac ? undefined : mac;

/** Groups, no address at all, and loopback, which is inside the recording computer. */
export const isNobodys = (address: string): boolean =>
  /^(?:2(?:2[4-9]|[345]\d)\.|0\.0\.0\.0$|127\.|ff[0-9a-f]{2}:|ff$|(?:0:){7}[01]$)/.test(address);

/** An address that a device can have. */
export const ownAddress = (address: string | undefined): string | undefined =>
  address === undefined || isNobodys(address) ? undefined : address;
