import { BundleError } from '../errors.ts';
import { readKeyFile } from '../host/key-files.ts';
import { objectStore } from '../host/objects.ts';
import { addRelease, type KeptRelease, listReleases, removeRelease } from '../host/releases.ts';
import { type Command, type CommandInput, listOption } from './command.ts';
import { argument, onState, stateOf, stateOption } from './state-option.ts';

const lineOf = ({ version, size, sha256 }: KeptRelease): string => `${version.padEnd(12)} ${size} bytes  ${sha256}`;

/** The public halves of release keys. */
export const releaseKeyOption = {
  value: 'FILE',
  path: 'input',
  multiple: true,
  help: 'the public half of the key that signs releases, compared by another way than this file',
} as const;

const keysOf = (input: CommandInput) => {
  const keys = listOption(input, 'release-key').map((path) => readKeyFile(path).publicKey);
  if (keys.length === 0) throw new BundleError('USAGE', 'give the public release key: --release-key FILE');
  return keys;
};

export const releaseAdd: Command = {
  usage: 'release add FILE... --release-key FILE --state DIR',
  example: 'release add sallyport-0.3.0.release.tar --release-key release-1f0c77aa12345678.pub --state DIR',
  options: { state: stateOption, 'release-key': { ...releaseKeyOption, required: true } },
  positionals: [1, 16],
  paths: ['input'],
  run: onState(async (state, input, keys) => {
    const added: KeptRelease[] = [];
    for (const path of input.positionals) added.push(await addRelease(state, objectStore(state.objects), path, keys));
    return {
      json: { added },
      text: [
        ...added.map(lineOf),
        'next: catalog build, catalog sign, then fulfil --release VERSION brings it to sites',
      ],
    };
  }, keysOf),
};

export const releaseList: Command = {
  usage: 'release list --state DIR',
  example: 'release list --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  run: async (input) => {
    const releases = listReleases(stateOf(input));
    return { json: { releases }, text: releases.map(lineOf) };
  },
};

export const releaseRemove: Command = {
  usage: 'release remove VERSION --state DIR',
  example: 'release remove 0.2.0 --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  positionals: [1, 1],
  run: onState(async (state, input) => {
    const removed = removeRelease(state, argument(input, 0));
    return { json: { removed }, text: [`removed ${removed.version}; the next catalog does not have it`] };
  }),
};
