import { sayWhole } from '../host/whole.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { type Command, flagOption } from './command.ts';
import { argument, onState, stateOption } from './state-option.ts';

export const sourceWhole: Command = {
  usage: 'source whole ECOSYSTEM [--not] --state DIR',
  example: 'source whole Debian:13 --state /var/lib/sallyport-bundle',
  options: { state: stateOption, not: { help: 'take it back' } },
  positionals: [1, 1],
  run: onState(async (state, input) => {
    const ecosystem = argument(input, 0);
    const isWhole = !flagOption(input, 'not');
    const whole = await sayWhole({ state, ecosystem, isWhole, now: toTime(nowMs()) });
    return {
      json: { whole },
      text: [
        `${ecosystem}: ${isWhole ? 'whole' : 'not whole'}; leaves with the next signed catalog`,
        ...(whole.length === 0 ? [] : [`whole are: ${whole.join(', ')}`]),
      ],
    };
  }),
};
