import { readKeyFile, readOrCreateKeyFile } from '../host/key-files.ts';
import { rotateSealKey } from '../host/online-keys.ts';
import { rotateTrust } from '../host/rotate.ts';
import { withLock } from '../host/state.ts';
import { nowMs } from '../platform/ambient.ts';
import { type Command, type CommandInput, flagOption, listOption } from './command.ts';
import { integerOption, stateOf, stateOption } from './state-option.ts';
import { trustReport } from './trust-report.ts';

const keySet = <Name extends string>(input: CommandInput, option: string, name: Name) => {
  const paths = listOption(input, option);
  return (paths.length === 0 ? {} : { [name]: paths.map(readOrCreateKeyFile) }) as Partial<
    Record<Name, ReturnType<typeof readKeyFile>[]>
  >;
};

const threshold = <Name extends string>(input: CommandInput, option: string, name: Name) => {
  const value = integerOption(input, option, 1, 16);
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, number>>;
};

export const trustRotate: Command = {
  words: ['trust', 'rotate'],
  summary: 'Makes the next root: other keys, other thresholds, or a new expiry date.',
  usage: 'trust rotate --sign-key FILE... [--root-key FILE...] [--curator-key FILE...] [--online] --state DIR',
  example:
    'trust rotate --sign-key /media/a/root.json --sign-key /media/b/root.json --online --curator-key /media/d/curator.json --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    'sign-key': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'a root key that signs the change',
    },
    'root-key': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'the whole new set of root keys, when it changes',
    },
    threshold: { type: 'string', value: 'N', help: 'the new threshold of root keys' },
    'curator-key': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'the whole set of curator keys from now on; signs the targets again',
    },
    'curator-threshold': { type: 'string', value: 'N', help: 'the new threshold of curators' },
    seal: {
      type: 'boolean',
      help: 'a new key for sites to seal to; takes effect with the next catalog and needs no other key',
    },
    online: { type: 'boolean', help: 'new snapshot, timestamp and fulfil keys; needs --curator-key' },
  },
  minPositionals: 0,
  maxPositionals: 0,
  run: async (input) => {
    const state = stateOf(input);
    return withLock(state, async () => {
      if (flagOption(input, 'seal')) rotateSealKey(state);
      if (flagOption(input, 'seal') && listOption(input, 'sign-key').length === 0) return trustReport(state, nowMs());
      rotateTrust({
        state,
        signers: listOption(input, 'sign-key').map(readKeyFile),
        ...keySet(input, 'root-key', 'rootKeys'),
        ...threshold(input, 'threshold', 'rootThreshold'),
        ...keySet(input, 'curator-key', 'curatorKeys'),
        ...threshold(input, 'curator-threshold', 'curatorThreshold'),
        renewOnline: flagOption(input, 'online'),
        nowMs: nowMs(),
      });
      return trustReport(state, nowMs());
    });
  },
};
