import { createHmac, hkdfSync } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { env, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { isTemporaryOf, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import sodium from 'libsodium-wrappers';
import { AppError } from './errors.ts';
import { personKeysFile } from './person-keys.ts';

// The master key wraps the keys of persons and the files in keys/. It is a systemd credential where there is one
// (LoadCredential=SALLYPORT_MASTER:…), else keys/master.key with 0600, which `doctor` warns about.

export type Keyring = {
  source: 'credential' | 'file';
  /** A 32-byte key for one purpose, derived from the master key. */
  derive(purpose: string): Uint8Array;
  /** HMAC-SHA-256 under the derived key of a purpose. */
  mac(purpose: string, bytes: Uint8Array): Uint8Array;
  /** Authenticated encryption; `context` must be the same to open it. */
  wrap(bytes: Uint8Array, context: string): Uint8Array;
  /** Throws KEY. */
  unwrap(bytes: Uint8Array, context: string): Uint8Array;
  /** Writes keys/<name>, wrapped, 0600, durable. */
  writeFile(name: string, bytes: Uint8Array): void;
  /** Reads keys/<name>; throws KEY when absent or damaged. */
  readFile(name: string): Uint8Array;
  hasFile(name: string): boolean;
  /** Another text once keys/<name> is another file; undefined where it is not there. */
  stampOf(name: string): string | undefined;
  /** What lies in keys/, without what is only being written. */
  fileNames(): string[];
  /** Temporary files in keys/, of writing `name` or of any: one is being written, or the power failed while it was. */
  unfinished(name?: string): string[];
  /** Removes them; the caller holds the lock under which keys/<name> is written. */
  dropUnfinished(name: string): void;
  /** Where the keys of persons lie, each wrapped; the file is not wrapped as a whole. */
  personKeys: string;
  /** The master key in hex, for a backup that is sealed to the recovery key; for nothing else. */
  masterForBackup(): string;
};

const masterFile = 'master.key';
const keyBytes = 32;
const nonceBytes = 24;
const magic = Buffer.from('SPWRAP01');

const credentialPath = (): string | undefined => {
  const folder = env('CREDENTIALS_DIRECTORY');
  const path = folder === undefined ? undefined : join(folder, 'SALLYPORT_MASTER');
  return path !== undefined && isThere(path) ? path : undefined;
};

const parseMaster = (path: string): Uint8Array => {
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new AppError('KEY', `${path} is not a master key (64 hex digits)`);
  return Buffer.from(text, 'hex');
};

const keyringOf = (keysDir: string, master: Uint8Array, source: Keyring['source']): Keyring => {
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', master, Buffer.alloc(0), `sallyport/${purpose}`, keyBytes));
  const wrapKey = derive('wrap');
  const wrap = (bytes: Uint8Array, context: string): Uint8Array => {
    const nonce = randomBytes(nonceBytes);
    const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(bytes, Buffer.from(context), null, nonce, wrapKey);
    return Buffer.concat([magic, nonce, sealed]);
  };
  const unwrap = (bytes: Uint8Array, context: string): Uint8Array => {
    const start = magic.length + nonceBytes;
    if (bytes.length < start || !magic.equals(bytes.subarray(0, magic.length))) {
      throw new AppError('KEY', `${context}: not a wrapped key`);
    }
    try {
      return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        null,
        bytes.subarray(start),
        Buffer.from(context),
        bytes.subarray(magic.length, start),
        wrapKey,
      );
    } catch (cause) {
      throw new AppError('KEY', `${context}: damaged, or wrapped by another master key`, {}, { cause });
    }
  };
  const pathOf = (name: string): string => {
    if (!/^[a-z0-9][a-z0-9.-]{0,63}$/.test(name) || name === masterFile || name === personKeysFile)
      throw new AppError('KEY', `bad key name: ${name}`);
    return join(keysDir, name);
  };
  const unfinished = (name?: string): string[] => readdirSync(keysDir).filter((file) => isTemporaryOf(file, name));
  return {
    source,
    derive,
    mac: (purpose, bytes) => createHmac('sha256', derive(purpose)).update(bytes).digest(),
    wrap,
    unwrap,
    writeFile: (name, bytes) => writeFileDurable(pathOf(name), wrap(bytes, `file/${name}`), 0o600),
    readFile: (name) => {
      const path = pathOf(name);
      if (!isThere(path)) throw new AppError('KEY', `keys/${name} is missing`);
      return unwrap(readFileSync(path), `file/${name}`);
    },
    hasFile: (name) => isThere(pathOf(name)),
    stampOf: (name) => {
      const found = statSync(pathOf(name), { bigint: true, throwIfNoEntry: false });
      return found && `${found.ino}/${found.size}/${found.mtimeNs}`;
    },
    fileNames: () => readdirSync(keysDir).filter((file) => !isTemporaryOf(file)),
    unfinished,
    dropUnfinished: (name) => {
      for (const file of unfinished(name)) rmSync(join(keysDir, file), { force: true });
    },
    personKeys: join(keysDir, personKeysFile),
    masterForBackup: () => Buffer.from(master).toString('hex'),
  };
};

/** Opens the keyring of a data directory; throws KEY when the master key is not there. */
export const openKeyring = async (keysDir: string): Promise<Keyring> => {
  await sodium.ready;
  const credential = credentialPath();
  if (credential !== undefined) return keyringOf(keysDir, parseMaster(credential), 'credential');
  const path = join(keysDir, masterFile);
  if (!isThere(path))
    throw new AppError('KEY', 'the master key is missing: no systemd credential and no keys/master.key');
  return keyringOf(keysDir, parseMaster(path), 'file');
};

/** Makes keys/master.key unless a credential or a file is there already. */
export const initKeyring = async (keysDir: string): Promise<Keyring> => {
  const path = join(keysDir, masterFile);
  if (credentialPath() === undefined && !isThere(path)) {
    writeFileDurable(path, `${Buffer.from(randomBytes(keyBytes)).toString('hex')}\n`, 0o600);
  }
  return openKeyring(keysDir);
};
