import { BundleError } from '../errors.ts';
import { fingerprintText } from '../fingerprint/shown.ts';
import { createKeyOnMedium } from '../host/key-files.ts';
import { minPassphraseLength } from '../host/sealed-key.ts';
import { defined } from '../platform/defined.ts';
import { releaseFingerprint } from '../release/public-key.ts';
import { groupHex } from '../trust/keys.ts';
import { type Command, type CommandInput, flagOption, textOption } from './command.ts';
import { askUnseen, givenPassphrases, passphraseOption } from './key-options.ts';
import { replaceOption } from './option.ts';
import { checkSheet, sheetOption, writeSheet } from './trust-options.ts';

const newPassphrase = async (input: CommandInput): Promise<string | undefined> => {
  const [given] = givenPassphrases(input);
  if (given !== undefined) return given;
  if (!flagOption(input, 'encrypt')) return undefined;
  const first = await askUnseen(`Passphrase for the key, at least ${minPassphraseLength} characters: `);
  if (first === undefined)
    throw new BundleError('USAGE', 'there is no terminal to ask for a passphrase; give --passphrase-file');
  if ((await askUnseen('The same again: ')) !== first) throw new BundleError('USAGE', 'the two are not the same');
  return first;
};

/** What stands on paper and screen of the second key of a release. */
const fallbackFacts = (fingerprint: string): (readonly [string, string])[] => [
  ['fingerprint of the fallback key (P-256), for systems with OpenSSL 1.1.1', groupHex(fingerprint)],
];

const titles = { root: 'Root key', curator: "Curator's key", release: 'Release key' } as const;

export const trustKeyCreate: Command = {
  usage: 'trust key create --for root|curator|release --out MEDIUM [--label NAME] [--encrypt] [--sheet FILE]',
  example: 'trust key create --for root --out /media/a --label "key holder 1" --encrypt --sheet /tmp/key-1.html',
  options: {
    for: { value: 'ROLE', required: true, help: 'root, curator, or release, which signs packages of Sallyport itself' },
    out: {
      value: 'MEDIUM',
      path: 'output',
      required: true,
      help: 'the folder of the medium; nothing there is overwritten',
    },
    label: { value: 'NAME', help: 'what the host calls the key; never leaves the connected side' },
    encrypt: { help: 'close the key under a passphrase that is asked for' },
    'passphrase-file': passphraseOption,
    sheet: sheetOption,
    replace: replaceOption,
  },
  run: async (input) => {
    const role = textOption(input, 'for');
    if (role !== 'root' && role !== 'curator' && role !== 'release')
      throw new BundleError('USAGE', '--for is root, curator or release');
    const label = textOption(input, 'label');
    checkSheet(input);
    const passphrase = await newPassphrase(input);
    const { publicKey, ...made } = createKeyOnMedium({
      folder: textOption(input, 'out') ?? '',
      role,
      ...defined({ label, passphrase }),
    });
    if (!made.isPrivate && passphrase === undefined)
      input.io.note('this medium keeps no file rights: every reader of the medium can read the key; lock it away');
    // Of a release the one that install.sh compares.
    const fingerprint = role === 'release' ? releaseFingerprint(publicKey) : made.keyid;
    const fallback = made.fallback === undefined ? [] : fallbackFacts(made.fallback.fingerprint);
    const sheet = writeSheet(input, {
      title: titles[role],
      purpose:
        'Keep this paper apart from the medium with the key. It proves which key is yours; it is no secret.' +
        (role === 'release' ? ' Who installs a release compares these fingerprints with what install.sh shows.' : ''),
      fingerprint,
      facts: [
        ['key for', role],
        ...fallback,
        ...(label === undefined ? [] : [['label', label] as const]),
        ['under a passphrase', passphrase === undefined ? 'no' : 'yes'],
      ],
    });
    return {
      json: { role, ...made, fingerprint, encrypted: passphrase !== undefined, ...sheet },
      text: [
        `key     ${made.keyPath}  stays with you`,
        `public  ${made.publicPath}  goes to the connected host`,
        ...(made.fallback === undefined ? [] : [`second  ${made.fallback.path}  stays with you, beside the key`]),
        'fingerprint of the key',
        ...fingerprintText(fingerprint),
        ...fallback.flatMap(([name, value]) => [name, `  ${value}`]),
      ],
    };
  },
};
