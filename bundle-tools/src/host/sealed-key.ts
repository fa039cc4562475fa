import { argon2Sync } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../documents/canonical-json.ts';
import { base64, base64Of, int } from '../documents/fields.ts';
import { BundleError } from '../errors.ts';
import { randomBytes } from '../platform/ambient.ts';
import { type SigningKey, signingKeyFrom } from '../trust/keys.ts';
import { sodium } from '../trust/sodium.ts';

// The secret half of an offline key under a passphrase: Argon2id makes the key, XChaCha20-Poly1305 closes the box. The
// costs stand in the file and are bounded, so that a file from a medium cannot take all memory.

const saltBytes = 16;
const nonceBytes = 24;
const boxBytes = 64 + 16;

/** The field `sealed` of a key file. */
export const sealedSecret = z.strictObject({
  kdf: z.literal('argon2id'),
  memory_kib: int.min(8 * 1024).max(1024 * 1024),
  passes: int.min(1).max(16),
  parallelism: int.min(1).max(8),
  salt: base64Of(saltBytes),
  nonce: base64Of(nonceBytes),
  box: base64.refine((text) => Buffer.byteLength(text, 'base64') === boxBytes, 'not a sealed key'),
});
export type SealedSecret = z.infer<typeof sealedSecret>;

type Cost = Pick<SealedSecret, 'kdf' | 'memory_kib' | 'passes' | 'parallelism' | 'salt'>;

/** A passphrase for a key that can replace everything is longer than a password. */
export const minPassphraseLength = 12;

// RFC 9106's second choice with four times its memory: it is paid a few times a year.
const usualCost: Omit<Cost, 'salt'> = { kdf: 'argon2id', memory_kib: 256 * 1024, passes: 3, parallelism: 1 };

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const derive = (passphrase: string, { memory_kib: memory, passes, parallelism, salt }: Cost): Uint8Array =>
  new Uint8Array(
    argon2Sync('argon2id', {
      message: passphrase.normalize('NFC'),
      nonce: bytesOf(salt),
      parallelism,
      tagLength: 32,
      memory,
      passes,
    }),
  );

/** The box vouches for the public half and the costs beside it as well. */
const covered = (publicKey: Uint8Array, { kdf, memory_kib, passes, parallelism, salt }: Cost): Uint8Array =>
  canonicalJson({
    public: Buffer.from(publicKey).toString('base64'),
    kdf,
    memory_kib,
    passes,
    parallelism,
    salt,
  });

/** Closes a secret key under a passphrase. */
export const sealSecret = (
  key: Pick<SigningKey, 'publicKey' | 'secretKey'>,
  passphrase: string,
  cost = usualCost,
): SealedSecret => {
  if (passphrase.length < minPassphraseLength)
    throw new BundleError('USAGE', `a passphrase has at least ${minPassphraseLength} characters`);
  const params = { ...cost, salt: Buffer.from(randomBytes(saltBytes)).toString('base64') };
  const nonce = randomBytes(nonceBytes);
  const box = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    key.secretKey,
    covered(key.publicKey, params),
    null,
    nonce,
    derive(passphrase, params),
  );
  return { ...params, nonce: Buffer.from(nonce).toString('base64'), box: Buffer.from(box).toString('base64') };
};

/** Opens the 64 bytes of a secret half; undefined when the passphrase is another or the file was changed. */
export const openSealed = (publicKey: Uint8Array, sealed: SealedSecret, passphrase: string): Uint8Array | undefined => {
  const key = derive(passphrase, sealed);
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      bytesOf(sealed.box),
      covered(publicKey, sealed),
      bytesOf(sealed.nonce),
      key,
    );
  } catch {
    // The library says in no other way that the box does not open.
    return undefined;
  }
};

/** Opens an Ed25519 key; undefined when the passphrase is another or the file was changed. */
export const openSecret = (publicKey: Uint8Array, sealed: SealedSecret, passphrase: string): SigningKey | undefined => {
  const secret = openSealed(publicKey, sealed, passphrase);
  return secret === undefined ? undefined : signingKeyFrom(publicKey, secret);
};
