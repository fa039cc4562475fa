import { BundleError } from '../errors.ts';
import { type OnlineRole, onlineRoles } from '../host/online-keys.ts';
import { checkSigned, publishProposal } from '../host/publish.ts';
import { changesKeys, proposeRotation, type RotateOptions, storeRotation } from '../host/rotate.ts';
import { rotateSealKey } from '../host/seal-keys.ts';
import { getNewest } from '../host/trust-files.ts';
import { nowMs } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { carriedResult, carryOption } from './carry-option.ts';
import { type Command, type CommandInput, type CommandResult, flagOption, listOption, textOption } from './command.ts';
import { passphraseOption, readKeys, readOrMakeKeys } from './key-options.ts';
import { checkSheet, rootSheet, sheetOption, writeSheet } from './sheet-option.ts';
import { integerOption, onState, stateOption } from './state-option.ts';
import { trustReport } from './trust-report.ts';

const renewable = [...onlineRoles, 'seal'] as const;

const renewOf = (input: CommandInput): { readonly renew: ReadonlySet<OnlineRole>; readonly seal: boolean } => {
  checkSheet(input);
  const named = new Set(listOption(input, 'renew'));
  const unknown = [...named].find((word) => !(renewable as ReadonlyArray<string>).includes(word));
  if (unknown !== undefined) throw new BundleError('USAGE', `--renew is one of ${renewable.join(', ')}`);
  const all = flagOption(input, 'online');
  return {
    renew: new Set(onlineRoles.filter((role) => all || named.has(role))),
    seal: flagOption(input, 'seal') || named.has('seal'),
  };
};

/** Carries a change of keys to those who sign it, or publishes it with the keys at hand. */
export const rotateOrCarry = (input: CommandInput, options: RotateOptions): CommandResult => {
  const { state } = options;
  const proposed = proposeRotation(options);
  const medium = textOption(input, 'carry');
  if (medium !== undefined) {
    const result = carriedResult(state, proposed.proposal, medium);
    storeRotation(options, proposed);
    return result;
  }
  checkSigned(proposed.proposal, getNewest(state, 'root'));
  storeRotation(options, proposed);
  const root = publishProposal(state, proposed.proposal, options.nowMs);
  const report = trustReport(state, options.nowMs);
  return { ...report, json: { published: true, ...report.json, ...writeSheet(input, rootSheet(root)) } };
};

const keySet = async (input: CommandInput, option: string) =>
  listOption(input, option).length === 0 ? undefined : await readOrMakeKeys(input, option);

export const trustRotate: Command = {
  usage:
    'trust rotate --sign-key FILE... [--root-key FILE...] [--curator-key FILE...] [--renew ROLE...] [--carry MEDIUM] --state DIR',
  example:
    'trust rotate --renew timestamp --renew snapshot --sign-key /media/a/root.key --sign-key /media/b/root.key --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    'sign-key': { value: 'FILE', multiple: true, help: 'a root key in force, or a curator key, that signs the change' },
    'root-key': { value: 'FILE', multiple: true, help: 'the whole new set of root keys, when it changes' },
    threshold: { value: 'N', help: 'the new threshold of root keys' },
    'curator-key': {
      value: 'FILE',
      multiple: true,
      help: 'the whole set of curator keys from now on; signs the targets again',
    },
    'curator-threshold': { value: 'N', help: 'the new threshold of curators' },
    renew: {
      value: 'ROLE',
      multiple: true,
      help: 'a new key of this host: snapshot, timestamp, fulfil (curators sign), seal (needs no signature)',
    },
    online: { help: 'the same as --renew snapshot --renew timestamp --renew fulfil' },
    seal: { help: 'the same as --renew seal; takes effect with the next catalog' },
    'passphrase-file': passphraseOption,
    carry: carryOption,
    sheet: sheetOption,
  },
  run: onState(async (state, input, { renew, seal }) => {
    const change = {
      renew,
      ...defined({
        rootKeys: await keySet(input, 'root-key'),
        rootThreshold: integerOption(input, 'threshold', 1, 16),
        curatorKeys: await keySet(input, 'curator-key'),
        curatorThreshold: integerOption(input, 'curator-threshold', 1, 16),
      }),
    };
    const signers = await readKeys(input, 'sign-key');
    const isSealAlone = seal && signers.length === 0 && !changesKeys(change);
    const result = isSealAlone ? undefined : rotateOrCarry(input, { state, signers, nowMs: nowMs(), ...change });
    if (!seal) return result ?? trustReport(state, nowMs());
    // Last: a change of keys that is refused leaves the seal key as it was.
    rotateSealKey(state);
    if (textOption(input, 'carry') !== undefined && result !== undefined) return result;
    const report = trustReport(state, nowMs());
    return { ...report, json: { ...(result?.json as object | undefined), ...report.json } };
  }, renewOf),
};
