import { BundleError } from '../errors.ts';
import { rebuild as rebuildVolumes } from '../host/rebuild.ts';
import { nowMs } from '../platform/ambient.ts';
import { type Command, listOption, textOption } from './command.ts';
import { argument, integerOption, onState, stateOption } from './state-option.ts';

const numberOf = (text: string): number => {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new BundleError('USAGE', `${text} is no number of a volume`);
  return Number(text);
};

export const rebuild: Command = {
  usage: 'rebuild BUNDLE [--volume N] --media DIR --state DIR',
  example: 'rebuild 1f0c77aa --volume 2 --media /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    media: { value: 'DIR', required: true, help: 'the medium, as a folder' },
    volume: { value: 'N', multiple: true, help: 'which volume; without it all that the medium takes' },
    person: { value: 'N', help: 'the local number of who does this, for the custody line (0)' },
  },
  positionals: [1, 1],
  run: onState(async (state, input) => {
    const done = await rebuildVolumes({
      state,
      bundleId: argument(input, 0),
      numbers: listOption(input, 'volume').map(numberOf),
      media: textOption(input, 'media') ?? '',
      io: input.io,
      nowMs: nowMs(),
      person: integerOption(input, 'person', 0, 1_000_000) ?? 0,
    });
    const left = done.volumes.filter(({ path }) => path === undefined);
    return {
      json: { ...done, left: left.map(({ n }) => n) },
      text: [
        ...done.volumes.flatMap(({ n, path, sha256 }) =>
          path === undefined ? [] : [`volume ${n} of ${done.of}: ${path}`, `  sha256 ${sha256}`],
        ),
        ...left.map(({ n }) => `volume ${n} of ${done.of}: no room on this medium`),
      ],
    };
  }),
};
