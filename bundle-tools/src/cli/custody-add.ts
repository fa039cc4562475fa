import { lstatSync } from 'node:fs';
import { BundleError } from '../errors.ts';
import { addCustodyLine } from '../host/custody-add.ts';
import { readKeyFile } from '../host/key-files.ts';
import { hashFile } from '../host/objects.ts';
import { custodyFolder } from '../importer/custody-beside.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { type Command, textOption } from './command.ts';
import { integerOption } from './state-option.ts';

const maxPerson = 1_000_000_000;

export const custodyAdd: Command = {
  usage: 'custody add --step hand-over|scan --file FILE --medium LABEL --person N --key FILE',
  example:
    'custody add --step hand-over --file /media/usb/1f0c77aa-1of1.tar --medium usb-12 --person 12 --key custody.json',
  options: {
    step: { required: true, value: 'STEP', help: 'hand-over or scan' },
    file: {
      required: true,
      value: 'FILE',
      help: 'the volume on the medium; of an unpacked bundle, its bundle.dsse.json',
    },
    medium: { required: true, value: 'LABEL', help: 'what is written on the medium; no name of a person' },
    person: { required: true, value: 'N', help: 'the local number of who signs' },
    key: { required: true, value: 'FILE', help: 'the custody key' },
  },
  run: async (input) => {
    const step = textOption(input, 'step');
    if (step !== 'hand-over' && step !== 'scan') throw new BundleError('USAGE', '--step takes hand-over or scan');
    const file = textOption(input, 'file') ?? '';
    const keyPath = textOption(input, 'key') ?? '';
    const { signing } = readKeyFile(keyPath);
    if (signing === undefined) throw new BundleError('USAGE', `${keyPath} holds the public half only`);
    if (!lstatSync(file).isFile()) throw new BundleError('NOT_REGULAR', `${file} is not a plain file`);
    const { sha256 } = hashFile(file);
    const chain = addCustodyLine({
      folder: custodyFolder(file),
      step,
      person: integerOption(input, 'person', 1, maxPerson) ?? 0,
      medium: textOption(input, 'medium') ?? '',
      sha256,
      at: toTime(nowMs()),
      key: signing,
    });
    return { json: { sha256, lines: chain.length }, text: [`${step} signed, line ${chain.length} of ${sha256}`] };
  },
};
