import { dropCache } from '../host/disk-use.ts';
import { dropFeed } from '../host/feeds.ts';
import { removeSource } from '../host/sources.ts';
import type { Command } from './command.ts';
import { argument, onState, stateOption } from './state-option.ts';

export const sourceRemove: Command = {
  usage: 'source remove NAME --state DIR',
  example: 'source remove almalinux --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  positionals: [1, 1],
  run: onState(async (state, input) => {
    const name = argument(input, 0);
    const removed = removeSource(state, name);
    for (const gone of removed) {
      dropFeed(state, gone);
      dropCache(state, gone);
    }
    return { json: { removed }, text: removed.map((gone) => `removed ${gone}`) };
  }),
};
