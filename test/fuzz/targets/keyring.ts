import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyrings } from '@sallyport/bundle-tools/updates/sources/apt/keyring';
import { generateKey, readKey } from 'openpgp';
import { scratchFolder } from '../scratch.ts';
import type { FuzzTarget } from '../target.ts';

const path = join(scratchFolder(), 'keyring');

export const target: FuzzTarget = {
  name: 'keyring',
  stretch: false,
  run: async (data) => {
    writeFileSync(path, data);
    await readKeyrings([path]);
  },
  seeds: async () => {
    const { publicKey } = await generateKey({ userIDs: [{ name: 'fuzz' }] });
    return [publicKey, (await readKey({ armoredKey: publicKey })).write()];
  },
  words: ['-----BEGIN PGP PUBLIC KEY BLOCK-----', '-----END PGP PUBLIC KEY BLOCK-----', 'Comment: x'],
};
