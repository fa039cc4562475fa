import { BundleError } from '../errors.ts';
import { addCustodyKey } from '../host/custody-keys.ts';
import { readKeyFile, readOrCreateKeyFile } from '../host/key-files.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { writeNewFile } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { groupHex } from '../trust/keys.ts';
import { type Command, type CommandInput, textOption } from './command.ts';
import { argument, integerOption, onState, stateOption } from './state-option.ts';

const maxPerson = 1_000_000_000;

export const custodyKeyCreate: Command = {
  usage: 'custody key create --out FILE',
  example: 'custody key create --out /root/custody.json',
  options: {
    out: { required: true, value: 'FILE', path: 'output', help: 'the key; its public half goes to FILE.pub' },
  },
  run: async (input) => {
    const out = textOption(input, 'out') ?? '';
    const publicPath = `${out}.pub`;
    for (const path of [out, publicPath])
      if (isThere(path)) throw new BundleError('EXISTS', `${path} is there already`);
    const { keyid, publicKey } = readOrCreateKeyFile(out);
    writeNewFile(
      publicPath,
      `${JSON.stringify({ type: 'ed25519', public: Buffer.from(publicKey).toString('base64') })}\n`,
    );
    input.io.note(`Give ${publicPath} to the connected host: custody key add ${publicPath} --person N`);
    return {
      json: { key: out, public: publicPath, keyid },
      text: [`key     ${out}`, `public  ${publicPath}`, `keyid   ${groupHex(keyid)}`],
    };
  },
};

const givenKey = (input: CommandInput) => ({
  person: integerOption(input, 'person', 1, maxPerson) ?? 0,
  ...readKeyFile(argument(input, 0)),
});

export const custodyKeyAdd: Command = {
  usage: 'custody key add FILE --person N --state DIR',
  example: 'custody key add custody.json.pub --person 12 --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    person: { required: true, value: 'N', help: 'the local number of the person or station' },
  },
  positionals: [1, 1],
  paths: ['input'],
  run: onState(async (state, _input, { person, keyid, publicKey }) => {
    const change = addCustodyKey(state, { person, publicKey, now: toTime(nowMs()) });
    return { json: { keyid, person, change }, text: [`person ${person}  ${groupHex(keyid)}  ${change}`] };
  }, givenKey),
};
