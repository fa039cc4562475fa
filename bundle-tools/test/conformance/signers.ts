import { generateKeyPairSync, sign } from 'node:crypto';
import { canonicalJson } from '../../src/documents/canonical-json.ts';
import { sha256Hex } from '../../src/trust/hash.ts';
import { generateSigningKey, signBytes, tufKeyOf } from '../../src/trust/keys.ts';

export type KeyObject = { keytype: string; scheme: string; keyval: { public: string }; [field: string]: unknown };

/** Somebody who can sign; `sign` gives hex. */
export type Signer = { keyid: string; key: KeyObject; sign: (bytes: Uint8Array) => string };

/** The id that a key object has by its content. */
export const idOf = (key: KeyObject): string => sha256Hex(canonicalJson(key));

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const fromPem = (
  keytype: string,
  scheme: string,
  publicKey: string,
  signHex: (bytes: Uint8Array) => Uint8Array,
): Signer => {
  const key = { keytype, scheme, keyval: { public: publicKey } };
  return { keyid: idOf(key), key, sign: (bytes) => hexOf(signHex(bytes)) };
};

const pem = { publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;

/** A new key of one of the three types that the specification names. */
export const createSigner = (keytype: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519'): Signer => {
  switch (keytype) {
    case 'ed25519': {
      const pair = generateSigningKey();
      return { keyid: pair.keyid, key: tufKeyOf(pair.publicKey), sign: (bytes) => hexOf(signBytes(bytes, pair)) };
    }
    case 'ecdsa': {
      const { publicKey, privateKey } = generateKeyPairSync('ec', {
        namedCurve: 'prime256v1',
        ...pem,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      return fromPem('ecdsa', 'ecdsa-sha2-nistp256', publicKey, (bytes) => sign('sha256', bytes, privateKey));
    }
    case 'rsa': {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        ...pem,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      // 6 is RSA_PKCS1_PSS_PADDING.
      return fromPem('rsa', 'rsassa-pss-sha256', publicKey, (bytes) =>
        sign('sha256', bytes, { key: privateKey, padding: 6, saltLength: 32 }),
      );
    }
  }
};
