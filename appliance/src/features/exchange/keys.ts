import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import {
  generateSealKey,
  generateSigningKey,
  keyidOf,
  type SealKey,
  type SigningKey,
} from '@sallyport/bundle-tools/trust/keys';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';

const SIGN_FILE = 'site-sign';
const SEAL_FILE = 'site-seal';

const keyFile = z.strictObject({ type: z.enum(['ed25519', 'x25519']), public: z.string(), secret: z.string() });

export type SiteKeys = { readonly sign: SigningKey; readonly seal: SealKey };

const encode = (type: 'ed25519' | 'x25519', key: SealKey): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      type,
      public: Buffer.from(key.publicKey).toString('base64'),
      secret: Buffer.from(key.secretKey).toString('base64'),
    }),
  );

const decode = (type: 'ed25519' | 'x25519', bytes: Uint8Array): SealKey => {
  const parsed = keyFile.safeParse(parseStrictJson(bytes, { maxBytes: 4096 }));
  if (!parsed.success || parsed.data.type !== type) throw new AppError('KEY', `keys/: not an ${type} key`);
  const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
  return { publicKey: bytesOf(parsed.data.public), secretKey: bytesOf(parsed.data.secret) };
};

/** Makes the site's own keys, wrapped under the master key, unless they are there. The crypto must be ready. */
export const createSiteKeys = (keyring: Keyring): void => {
  if (!keyring.hasFile(SIGN_FILE)) keyring.writeFile(SIGN_FILE, encode('ed25519', generateSigningKey()));
  if (!keyring.hasFile(SEAL_FILE)) keyring.writeFile(SEAL_FILE, encode('x25519', generateSealKey()));
};

/** Reads the site's own keys; throws KEY. */
export const readSiteKeys = (keyring: Keyring): SiteKeys => {
  const sign = decode('ed25519', keyring.readFile(SIGN_FILE));
  return { sign: { ...sign, keyid: keyidOf(sign.publicKey) }, seal: decode('x25519', keyring.readFile(SEAL_FILE)) };
};
