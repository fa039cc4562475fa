import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { canonicalJson } from '../documents/canonical-json.ts';
import { base64Of } from '../documents/fields.ts';
import { parseStrictJson } from '../documents/strict-json.ts';
import { BundleError } from '../errors.ts';
import { randomBytes } from '../platform/ambient.ts';
import { writeFileDurable } from '../platform/files.ts';
import { sameBytes, sha256Hex } from './hash.ts';
import { sodium } from './sodium.ts';

/** An Ed25519 pair; `secretKey` is libsodium's 64-byte form. */
export type SigningKey = { keyid: string; publicKey: Uint8Array; secretKey: Uint8Array };

/** An X25519 pair. */
export type SealKey = { publicKey: Uint8Array; secretKey: Uint8Array };

/** The public half of a key as TUF metadata lists it. */
export type TufKey = { keytype: 'ed25519'; scheme: 'ed25519'; keyval: { public: string } };

/** Resolves when signing works; importing this module already waits, the call documents it. */
export const cryptoReady = async (): Promise<void> => {
  await sodium.ready;
};

/** The TUF key object of an Ed25519 public key. */
export const tufKeyOf = (publicKey: Uint8Array): TufKey => ({
  keytype: 'ed25519',
  scheme: 'ed25519',
  keyval: { public: Buffer.from(publicKey).toString('hex') },
});

/** SHA-256 of the TUF key object in canonical JSON (section 3). */
export const keyidOf = (publicKey: Uint8Array): string => sha256Hex(canonicalJson(tufKeyOf(publicKey)));

/** A new Ed25519 pair. */
export const generateSigningKey = (): SigningKey => {
  const pair = sodium.crypto_sign_seed_keypair(randomBytes(32));
  return { keyid: keyidOf(pair.publicKey), publicKey: pair.publicKey, secretKey: pair.privateKey };
};

/** A new X25519 pair. */
export const generateSealKey = (): SealKey => {
  const pair = sodium.crypto_box_seed_keypair(randomBytes(32));
  return { publicKey: pair.publicKey, secretKey: pair.privateKey };
};

/** SHA-256 in hex, for a person to compare. */
export const fingerprintOf = (bytes: Uint8Array): string => sha256Hex(bytes);

/** Hex in groups of four, to be read aloud. */
export const groupHex = (hex: string): string => hex.match(/.{1,4}/g)?.join(' ') ?? '';

const keyFile = <T extends string>(type: T, secretBytes: number) =>
  z.strictObject({ type: z.literal(type), public: base64Of(32), secret: base64Of(secretBytes) });
const signingKeyFile = keyFile('ed25519', 64);
const sealKeyFile = keyFile('x25519', 32);

const readKeyFile = (path: string): unknown => {
  try {
    return parseStrictJson(readFileSync(path), { maxBytes: 4096 });
  } catch (error) {
    if (error instanceof BundleError) throw new BundleError('METADATA', `${path} is no key file`, { cause: error });
    throw new BundleError('NOT_FOUND', `cannot read the key file ${path}`, { cause: error });
  }
};

const writeKeyFile = (path: string, type: string, key: { publicKey: Uint8Array; secretKey: Uint8Array }): void => {
  const file = {
    type,
    public: Buffer.from(key.publicKey).toString('base64'),
    secret: Buffer.from(key.secretKey).toString('base64'),
  };
  writeFileDurable(path, `${JSON.stringify(file)}\n`, 0o600);
};

/** Writes a signing key, readable by its owner only. */
export const writeSigningKey = (path: string, key: SigningKey): void => writeKeyFile(path, 'ed25519', key);

/** Writes a seal key, readable by its owner only. */
export const writeSealKey = (path: string, key: SealKey): void => writeKeyFile(path, 'x25519', key);

/** A signing key from its halves; undefined when they do not belong together. */
export const signingKeyFrom = (publicKey: Uint8Array, secretKey: Uint8Array): SigningKey | undefined => {
  if (secretKey.length !== 64) return undefined;
  const pair = sodium.crypto_sign_seed_keypair(secretKey.subarray(0, 32));
  if (!sameBytes(pair.publicKey, publicKey) || !sameBytes(pair.privateKey, secretKey)) return undefined;
  return { keyid: keyidOf(pair.publicKey), publicKey: pair.publicKey, secretKey: pair.privateKey };
};

/** Reads a signing key and checks that its halves belong together. */
export const readSigningKey = (path: string): SigningKey => {
  const file = signingKeyFile.safeParse(readKeyFile(path));
  if (!file.success) throw new BundleError('METADATA', `${path} is no signing key file`);
  const key = signingKeyFrom(Buffer.from(file.data.public, 'base64'), Buffer.from(file.data.secret, 'base64'));
  if (key === undefined)
    throw new BundleError('METADATA', `the halves of the signing key in ${path} do not belong together`);
  return key;
};

/** Reads a seal key and checks that its halves belong together. */
export const readSealKey = (path: string): SealKey => {
  const file = sealKeyFile.safeParse(readKeyFile(path));
  if (!file.success) throw new BundleError('METADATA', `${path} is no seal key file`);
  const publicKey = new Uint8Array(Buffer.from(file.data.public, 'base64'));
  const secretKey = new Uint8Array(Buffer.from(file.data.secret, 'base64'));
  if (!sameBytes(sodium.crypto_scalarmult_base(secretKey), publicKey)) {
    throw new BundleError('METADATA', `the halves of the seal key in ${path} do not belong together`);
  }
  return { publicKey, secretKey };
};

/** Signs bytes with one key. */
export const signBytes = (bytes: Uint8Array, key: SigningKey): Uint8Array =>
  sodium.crypto_sign_detached(bytes, key.secretKey);

/** True if `signature` is `publicKey`'s over `bytes`. */
export const verifyBytes = (bytes: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean =>
  signature.length === 64 && sodium.crypto_sign_verify_detached(signature, bytes, publicKey);
