import { createHash } from 'node:crypto';
import * as z from 'zod';
import { base64 } from './common.ts';

// GET /site: what an agent compares before it sends anything secret. Open to anyone.

/** `ca`: the site CA's certificate (DER), `tufRoot`: the root in force as imported; both base64. */
export const siteReply = z.object({
  site: z.string().regex(/^[a-z0-9-]{1,64}$/, 'not a site name'),
  ca: base64(16 * 1024),
  tufRoot: base64(512_000),
});
export type SiteReply = z.infer<typeof siteReply>;

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** What a person compares: SHA-256 of the site CA's certificate, which `setup` prints and which stays as long as the site. */
export const authorityFingerprint = (caDer: Uint8Array): string => sha256(caDer).toString('hex');

/**
 * What files carry to the device beside the token: SHA-256(SHA-256(ca) || SHA-256(tufRoot)), so that one comparison pins both the
 * appliance's CA and the trust root.
 */
export const siteFingerprint = (caDer: Uint8Array, tufRoot: Uint8Array): string =>
  createHash('sha256')
    .update(Buffer.concat([sha256(caDer), sha256(tufRoot)]))
    .digest('hex');

/** A fingerprint as people type it: any case, with spaces, colons or dashes between the digits. */
export const parseFingerprint = (typed: string): string | null => {
  const digits = typed.replace(/[\s:-]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : null;
};

/**
 * The name that our agents ask for in TLS (RFC 6066 3), whatever address they were given: the server answers it with the
 * certificate of the site's own authority, which they pin. No name below `internal` is given away on the internet.
 */
export const applianceName = 'appliance.sallyport.internal';

/** Whether a text is an address of an appliance: `https://host[:port]`, nothing else. */
export const isServerAddress = (text: string): boolean => {
  const url = text.length <= 512 && URL.canParse(text) ? new URL(text) : undefined;
  return (
    url?.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === ''
  );
};

/** Where an address of an appliance leads: the host without brackets, 443 where no port is named. */
export const serverEndpoint = (server: string): { host: string; port: number } => {
  const { hostname, port } = new URL(server);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
};
