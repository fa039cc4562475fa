import { canonicalJson } from '../documents/canonical-json.ts';
import { BundleError } from '../errors.ts';
import { fingerprintText } from '../fingerprint/shown.ts';
import { type Carried, namesNewFulfilKeys, readCarried, signCarried } from '../host/carry.ts';
import { keyWarnings, warningText } from '../host/key-warnings.ts';
import { isMet, requirementText } from '../host/proposal.ts';
import { type DrawnRole, drawTrust, rolesIn } from '../host/trust-drawing.ts';
import { nowMs } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { sha256Hex } from '../trust/hash.ts';
import { type Command, flagOption } from './command.ts';
import { passphraseOption, readKeys } from './key-options.ts';
import { argument } from './state-option.ts';

const rolesAfter = ({ proposal, before }: Carried, atMs: number): ReadonlyArray<DrawnRole> => {
  const root = proposal.root ?? before.root;
  const targets = proposal.targets ?? before.targets;
  return root === undefined ? [] : rolesIn({ root, ...defined({ targets }) }, atMs);
};

const keysOf = (roles: ReadonlyArray<DrawnRole>): ReadonlySet<string> =>
  new Set(roles.flatMap(({ role, keys }) => keys.map(({ keyid }) => `${role} ${keyid.slice(0, 16)}`)));

/** Which keys come and go. */
const changesOf = (carried: Carried, after: ReadonlyArray<DrawnRole>, atMs: number): ReadonlyArray<string> => {
  const { root, targets } = carried.before;
  if (root === undefined) return ['This is the first root: compare every key with the sheet of its holder.'];
  const was = keysOf(rolesIn({ root, ...defined({ targets }) }, atMs));
  const will = keysOf(after);
  return [
    ...[...was].filter((key) => !will.has(key)).map((key) => `- ${key}`),
    ...[...will].filter((key) => !was.has(key)).map((key) => `+ ${key}`),
  ];
};

/** What people who sign on different computers compare: the content, which no signature changes. */
const contentDigest = ({ proposal }: Carried): string =>
  sha256Hex(
    Buffer.concat(
      [proposal.root, proposal.targets].flatMap((file) =>
        file === undefined ? [] : [canonicalJson(file.described.signed)],
      ),
    ),
  );

export const trustSign: Command = {
  usage: 'trust sign --key FILE PATH',
  example: 'trust sign --key /media/a/root-1f0c77aa01b2c3d4.key /media/usb/sallyport-root-2',
  options: {
    key: { value: 'FILE', multiple: true, required: true, help: 'a root key, or a curator key' },
    'passphrase-file': passphraseOption,
    'accept-new-fulfil-keys': { help: 'as a curator: the host changed the keys that sign bundles' },
  },
  positionals: [1, 1],
  run: async (input) => {
    const carried = readCarried(argument(input, 0));
    const after = rolesAfter(carried, nowMs());
    const changes = changesOf(carried, after, nowMs());
    const digest = contentDigest(carried);
    // What is signed is shown before the key is opened.
    const warnings = keyWarnings(after);
    for (const line of [...drawTrust(after), ...changes, ...warnings.map(warningText)]) input.io.note(line);
    if (namesNewFulfilKeys(carried) && !flagOption(input, 'accept-new-fulfil-keys'))
      throw new BundleError(
        'SIGNATURE',
        'the targets name other fulfil keys than those in force; sign with --accept-new-fulfil-keys if the host changed them',
      );
    const signatures = signCarried(carried, await readKeys(input, 'key'));
    const isComplete = signatures.every(isMet);
    return {
      json: { folder: carried.folder, content: digest, signatures, complete: isComplete, changes, expiring: warnings },
      text: [
        `signed ${carried.folder}`,
        ...signatures.map((entry) => `  ${requirementText(entry)}`),
        'what was signed; the same for everybody who signs it',
        ...fingerprintText(digest),
        isComplete ? 'Enough have signed: trust publish on the connected host.' : 'Carry it to the next person.',
      ],
    };
  },
};
