import { createHash, webcrypto } from 'node:crypto';

const { subtle } = webcrypto;
export const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const generateKeys = async (): Promise<webcrypto.CryptoKeyPair> =>
  subtle.generateKey(p256, true, ['sign', 'verify']);

export const exportPrivate = async (key: webcrypto.CryptoKey): Promise<Uint8Array> =>
  new Uint8Array(await subtle.exportKey('pkcs8', key));

export const importPrivate = async (pkcs8: Uint8Array): Promise<webcrypto.CryptoKey> =>
  subtle.importKey('pkcs8', Uint8Array.from(pkcs8), p256, false, ['sign']);

export const importPublic = async (spki: Uint8Array): Promise<webcrypto.CryptoKey> =>
  subtle.importKey('spki', Uint8Array.from(spki), p256, true, ['verify']);

/** DER or PKCS#8 bytes as PEM under a label. */
export const toPem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${(
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END ${label}-----\n`;
