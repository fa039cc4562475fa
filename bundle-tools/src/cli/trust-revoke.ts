import { BundleError } from '../errors.ts';
import { isRevocable, revocableRoles, revocationChange } from '../host/revoke.ts';
import { withLock } from '../host/state.ts';
import { nowMs } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { carryOption } from './carry-option.ts';
import { type Command, textOption } from './command.ts';
import { passphraseOption, readKeys } from './key-options.ts';
import { checkSheet, sheetOption } from './sheet-option.ts';
import { integerOption, stateOf, stateOption } from './state-option.ts';
import { rotateOrCarry } from './trust-rotate.ts';

export const trustRevoke: Command = {
  usage: 'trust revoke --role ROLE KEYID... --sign-key FILE... --state DIR',
  example:
    'trust revoke --role root 1f0c77aa01b2c3d4 --replacement /media/d/root-9a00.pub --carry /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    role: { value: 'ROLE', required: true, help: revocableRoles.join(', ') },
    replacement: {
      value: 'FILE',
      multiple: true,
      help: 'a root or curator key that comes instead; the public half will do',
    },
    threshold: { value: 'N', help: 'the new threshold of that role' },
    'sign-key': { value: 'FILE', multiple: true, help: 'a root or curator key that signs the change' },
    'passphrase-file': passphraseOption,
    carry: carryOption,
    sheet: sheetOption,
  },
  positionals: [1, 16],
  run: async (input) => {
    const role = textOption(input, 'role') ?? '';
    if (!isRevocable(role)) throw new BundleError('USAGE', `--role is one of ${revocableRoles.join(', ')}`);
    const state = stateOf(input);
    checkSheet(input);
    const threshold = integerOption(input, 'threshold', 1, 16);
    return withLock(state, async () => {
      const change = revocationChange(state, {
        role,
        keyids: input.positionals,
        replacements: await readKeys(input, 'replacement'),
        ...defined({ threshold }),
      });
      const signers = await readKeys(input, 'sign-key');
      return rotateOrCarry(input, { state, signers, nowMs: nowMs(), ...change });
    });
  },
};
