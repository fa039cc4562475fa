const maxText = 256;

/** Text of a device: hostile until shown otherwise (OT F10). Control characters go, length is capped. */
export const cleanText = (bytes: Buffer, encoding: 'latin1' | 'utf8' = 'latin1'): string =>
  bytes
    .toString(encoding)
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
    .replace(/ +$/, '')
    .slice(0, maxText);

/** Bytes as they stood on the wire, in hex, capped. */
export const rawHex = (bytes: Buffer): string => bytes.subarray(0, maxText).toString('hex');

/** `00:1b:1b:93:cf:32` */
export const macText = (bytes: Buffer): string => bytes.toString('hex').replace(/(..)(?!$)/g, '$1:');

/** Dotted IPv4. */
export const ipv4Text = (bytes: Buffer): string => [...bytes].join('.');

/** IPv6 in full groups; only compared and shown. */
export const ipv6Text = (bytes: Buffer): string =>
  (bytes.toString('hex').match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, '')).join(':');
