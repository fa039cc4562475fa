import { BundleError } from '../errors.ts';
import { diskUse } from '../host/disk-use.ts';
import { isNamed, limitSources, readSources } from '../host/sources.ts';
import type { Command, CommandInput } from './command.ts';
import { argument, onState, stateOption } from './state-option.ts';

/** Bytes of `800M`, `20G` and the like; units are powers of 1024. */
const bytesOf = (text: string): number => {
  const [, number, unit] = /^(\d{1,7})([KMGT])$/.exec(text.toUpperCase()) ?? [];
  if (number === undefined || unit === undefined || Number(number) === 0)
    throw new BundleError('USAGE', 'a size is a number with K, M, G or T, for example 20G');
  return Number(number) * 1024 ** ('KMGT'.indexOf(unit) + 1);
};

export const sourceLimit: Command = {
  usage: 'source limit NAME SIZE --state DIR',
  example: 'source limit almalinux 20G --state /var/lib/sallyport-host',
  options: { state: stateOption },
  positionals: [2, 2],
  run: onState(
    async (state, input, limitBytes) => {
      const name = argument(input, 0);
      limitSources(state, name, limitBytes);
      const limited = readSources(state)
        .filter((source) => isNamed(source, name))
        .map((source) => ({ name: source.name, disk: diskUse(state, source) }));
      return {
        json: { limited },
        text: limited.map(({ name: one, disk }) => `${one}: ${disk.bytes} of ${disk.limitBytes} bytes`),
      };
    },
    (input: CommandInput) => bytesOf(argument(input, 1)),
  ),
};
