import { readFile, stat } from 'node:fs/promises';
import type { PublicKey } from 'openpgp';
import { isAbsent } from '../../../archive/medium-errors.ts';
import { BundleError } from '../../../errors.ts';

/** The vendor keys that a repository's signature may come from. */
export type Keyring = { keys: readonly PublicKey[] };

const MAX_KEYRING_BYTES = 16 << 20;
const ARMOR = '-----BEGIN PGP';

const parse = async (bytes: Uint8Array, name: string): Promise<PublicKey[]> => {
  // Large, and needed only where keys are read.
  const { readKeys } = await import('openpgp');
  try {
    const armored = Buffer.from(bytes.subarray(0, 4_096)).includes(ARMOR);
    return armored
      ? await readKeys({ armoredKeys: Buffer.from(bytes).toString('utf8') })
      : await readKeys({ binaryKeys: bytes });
  } catch (cause) {
    throw new BundleError('SOURCE_INVALID', `${name} is not an OpenPGP keyring`, { cause });
  }
};

/** Reads keyrings, binary (.gpg, .pgp) or armored (.asc), told by content. No key at all is refused. */
export const readKeyrings = async (paths: readonly string[], armored: readonly string[] = []): Promise<Keyring> => {
  const keys: PublicKey[] = [];
  for (const path of paths) {
    const size = await stat(path).then(
      (info) => (info.isFile() ? info.size : undefined),
      (error: unknown) => {
        if (!isAbsent(error)) throw error;
        return undefined;
      },
    );
    if (size === undefined) throw new BundleError('NOT_FOUND', `no keyring at ${path}`);
    if (size > MAX_KEYRING_BYTES) throw new BundleError('LIMIT', `the keyring ${path} is too large`);
    keys.push(...(await parse(await readFile(path), path)));
  }
  for (const text of armored) keys.push(...(await parse(Buffer.from(text), 'an embedded key')));
  if (keys.length === 0) throw new BundleError('SOURCE_INVALID', 'no vendor key is given');
  return { keys };
};
