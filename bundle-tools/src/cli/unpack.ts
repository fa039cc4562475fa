import { unpackBundle } from '../host/unpack.ts';
import { type Command, textOption } from './command.ts';

export const unpack: Command = {
  usage: 'unpack PATH... --dir DIR',
  example: 'unpack /media/usb/1f0c77aa-1of1.tar --dir /tmp/bundle',
  options: { dir: { value: 'DIR', required: true, help: 'an empty or new folder' } },
  positionals: [1, 999],
  run: async (input) => {
    const folder = textOption(input, 'dir') ?? '';
    const done = await unpackBundle(input.positionals, folder, (bytes) => input.io.progress('unpacking, bytes', bytes));
    return { json: { ...done, path: folder }, text: [`${done.files} files, ${done.bytes} bytes in ${folder}`] };
  },
};
