import { fingerprintOf } from '../trust/keys.ts';

// The public half of a release key as openssl reads it.

/** An Ed25519 public key in DER (RFC 8410, 4). */
const spkiOfEd25519 = Buffer.from('302a300506032b6570032100', 'hex');
export const releaseDer = (publicKey: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([spkiOfEd25519, publicKey]));

/** What `install.sh` shows and compares: the SHA-256 of the public half in DER. */
export const releaseFingerprint = (publicKey: Uint8Array): string => fingerprintOf(releaseDer(publicKey));

/** A public half in DER as the text that openssl reads. */
export const publicPem = (der: Uint8Array): string =>
  `-----BEGIN PUBLIC KEY-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
