import { splitBundle } from '../host/split.ts';
import { parseVolumeBytes } from '../media/presets.ts';
import { type Command, textOption } from './command.ts';

export const split: Command = {
  usage: 'split PATH... --size SIZE --out DIR',
  example: 'split /media/usb/1f0c77aa-1of1.tar --size 700M --out /tmp/portions',
  options: {
    size: { value: 'SIZE', required: true, help: 'fat32, dvd, bd25 or bytes such as 700M' },
    out: { value: 'DIR', required: true, help: 'an empty or new folder' },
  },
  positionals: [1, 999],
  run: async (input) => {
    const out = textOption(input, 'out') ?? '';
    const done = await splitBundle(input.positionals, {
      out,
      sizeBytes: parseVolumeBytes(textOption(input, 'size') ?? ''),
      onProgress: (bytes) => input.io.progress('splitting, bytes', bytes),
    });
    return {
      json: done,
      text: [
        ...done.folders,
        `${done.objects} objects, ${done.bytes} bytes in ${done.folders.length} folders; copy each to a medium of its own`,
      ],
    };
  },
};
