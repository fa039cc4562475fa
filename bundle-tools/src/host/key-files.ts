import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { base64Of } from '../documents/fields.ts';
import { parseStrictJson } from '../documents/strict-json.ts';
import { BundleError } from '../errors.ts';
import { closeSync, fsyncSync, openSync, statSync, writeSync } from '../person/files.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir, syncDir } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { generateSigningKey, keyidOf, type SigningKey, signingKeyFrom, writeSigningKey } from '../trust/keys.ts';
import { fallbackFingerprint, fallbackPathOf, newFallbackKey } from './fallback-key.ts';
import { keyLabel } from './key-label.ts';
import { readBounded } from './read-bounded.ts';
import { openSecret, type SealedSecret, sealedSecret, sealSecret } from './sealed-key.ts';

/** A key named on the command line. `signing` is absent when the file holds the public half only, or is still locked. */
export type KeyFile = {
  readonly path: string;
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  /** Who holds it, as its maker wrote; stays on the connected side. */
  readonly label?: string;
  readonly signing?: SigningKey;
  /** The secret half waits for a passphrase. */
  readonly sealed?: SealedSecret;
  readonly isNew: boolean;
};

const maxKeyFileBytes = 4096;
const common = { type: z.literal('ed25519'), public: base64Of(32), label: keyLabel.optional() };
const keyFile = z.union([
  z.strictObject(common),
  z.strictObject({ ...common, secret: base64Of(64) }),
  z.strictObject({ ...common, sealed: sealedSecret }),
]);

const parseFile = (path: string): z.infer<typeof keyFile> => {
  let value: unknown;
  try {
    value = parseStrictJson(readBounded(path, maxKeyFileBytes), { maxBytes: maxKeyFileBytes });
  } catch (error) {
    if (error instanceof BundleError) throw new BundleError('METADATA', `${path} is no key file`, { cause: error });
    throw new BundleError('NOT_FOUND', `cannot read the key file ${path}`, { cause: error });
  }
  const parsed = keyFile.safeParse(value);
  if (!parsed.success) throw new BundleError('METADATA', `${path} is no key file`);
  return parsed.data;
};

/** Reads a key file: a pair, a pair under a passphrase, or the public half of a person who signs elsewhere. */
export const readKeyFile = (path: string): KeyFile => {
  const file = parseFile(path);
  const publicKey = new Uint8Array(Buffer.from(file.public, 'base64'));
  const head = {
    path,
    keyid: keyidOf(publicKey),
    publicKey,
    isNew: false,
    ...defined({ label: file.label }),
  };
  if ('sealed' in file) return { ...head, sealed: file.sealed };
  if (!('secret' in file)) return head;
  const signing = signingKeyFrom(publicKey, new Uint8Array(Buffer.from(file.secret, 'base64')));
  if (signing === undefined)
    throw new BundleError('METADATA', `the halves of the signing key in ${path} do not belong together`);
  return { ...head, signing };
};

/** The same key with its secret half open; undefined when the passphrase is not the one. */
export const unlockKeyFile = (file: KeyFile, passphrase: string): KeyFile | undefined => {
  if (file.sealed === undefined) return file;
  const signing = openSecret(file.publicKey, file.sealed, passphrase);
  return signing === undefined ? undefined : { ...file, signing };
};

/** Reads a key file, or makes a new pair there, readable by its owner only. */
export const readOrCreateKeyFile = (path: string): KeyFile => {
  if (isThere(path)) return readKeyFile(path);
  ensureDir(dirname(path), 0o700);
  const signing = generateSigningKey();
  writeSigningKey(path, signing);
  return { path, keyid: signing.keyid, publicKey: signing.publicKey, signing, isNew: true };
};

/** The keys that can sign among the given files. */
export const signingKeysOf = (files: ReadonlyArray<KeyFile>): SigningKey[] =>
  files.flatMap((file) => (file.signing === undefined ? [] : [file.signing]));

/** What a person keeps: the key, the public half to hand out, and whether the medium keeps others from reading it. */
type MadeKey = {
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  readonly keyPath: string;
  readonly publicPath: string;
  readonly isPrivate: boolean;
  /** Of a release: a second key for the signature that older systems can check, made in the same step. */
  readonly fallback?: { readonly path: string; readonly fingerprint: string };
};

const writeNew = (path: string, content: object, mode: number): void => {
  // Never over a file that is there: a key that was overwritten is lost for good.
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
  try {
    writeSync(fd, `${JSON.stringify(content)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Makes one person's key on that person's medium; file names carry the start of the key's id. */
export const createKeyOnMedium = (options: {
  readonly folder: string;
  readonly role: 'root' | 'curator' | 'release';
  readonly label?: string;
  readonly passphrase?: string;
}): MadeKey => {
  const { folder, role, label, passphrase } = options;
  if (!isThere(folder) || !statSync(folder).isDirectory())
    throw new BundleError('NOT_FOUND', `${folder} is no folder; give the medium that the key is for`);
  const key = generateSigningKey();
  const name = `${role}-${key.keyid.slice(0, 16)}`;
  const keyPath = join(folder, `${name}.key`);
  const publicPath = join(folder, `${name}.pub`);
  const head = {
    type: 'ed25519',
    public: Buffer.from(key.publicKey).toString('base64'),
    ...defined({ label }),
  };
  const secret =
    passphrase === undefined
      ? { secret: Buffer.from(key.secretKey).toString('base64') }
      : { sealed: sealSecret(key, passphrase) };
  writeNew(keyPath, { ...head, ...secret }, 0o600);
  writeNew(publicPath, head, 0o644);
  const fallback = role === 'release' ? newFallbackKey(defined({ label, passphrase })) : undefined;
  if (fallback !== undefined) writeNew(fallbackPathOf(keyPath), fallback.file, 0o600);
  syncDir(folder);
  // Read back: a key that a worn medium did not keep is noticed now, not when it is needed.
  const read = readKeyFile(keyPath);
  if (read.keyid !== key.keyid || readKeyFile(publicPath).keyid !== key.keyid)
    throw new BundleError('MEDIUM_IO', `${folder} did not keep the key; use another medium`);
  if (fallback !== undefined && fallbackFingerprint(fallbackPathOf(keyPath)) !== fallback.fingerprint)
    throw new BundleError('MEDIUM_IO', `${folder} did not keep the fallback key; use another medium`);
  return {
    keyid: key.keyid,
    publicKey: key.publicKey,
    keyPath,
    publicPath,
    isPrivate: (statSync(keyPath).mode & 0o077) === 0,
    ...defined({
      fallback: fallback && { path: fallbackPathOf(keyPath), fingerprint: fallback.fingerprint },
    }),
  };
};
