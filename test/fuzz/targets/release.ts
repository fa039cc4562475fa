import { openRelease } from '@sallyport/bundle-tools/updates/sources/apt/release';
import { createCleartextMessage, generateKey, readKey, readPrivateKey, sign } from 'openpgp';
import type { FuzzTarget } from '../target.ts';

const pair = await generateKey({ userIDs: [{ name: 'fuzz' }], date: new Date('2026-01-01T00:00:00Z') });
const signingKeys = await readPrivateKey({ armoredKey: pair.privateKey });
const keyring = { keys: [await readKey({ armoredKey: pair.publicKey })] };
const now = new Date('2026-05-01T00:00:00Z');

const signed = async (text: string): Promise<string> =>
  sign({ message: await createCleartextMessage({ text: text === '' ? '\n' : text }), signingKeys, date: now });

// An even first byte: the rest is the text, which is signed first. Odd: the rest is the signed file as it is.
export const target: FuzzTarget = {
  name: 'release',
  run: async (data) => {
    const rest = data.subarray(1);
    const isText = (data[0] ?? 0) % 2 === 0;
    await openRelease(isText ? Buffer.from(await signed(rest.toString('utf8'))) : rest, keyring, now);
  },
  seeds: async () => {
    const text = `Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: trixie\nVersion: 13\nDate: Fri, 01 May 2026 00:00:00 UTC\nValid-Until: Fri, 08 May 2026 00:00:00 UTC\nAcquire-By-Hash: yes\nArchitectures: all amd64\nComponents: main\nSHA256:\n ${'ab'.repeat(32)} 12 main/binary-amd64/Packages.gz\n`;
    return [`\u0002${text}`, `\u0001${await signed(text)}`];
  },
  words: [
    'SHA256:',
    'Valid-Until:',
    'Date:',
    'NotAutomatic: yes',
    'No-Support-for-Architecture-all: Packages',
    '-----BEGIN PGP SIGNATURE-----',
    'Hash: SHA512',
  ],
};
