import { dropCache } from '../host/disk-use.ts';
import { dropFeed } from '../host/feeds.ts';
import { removeSource } from '../host/sources.ts';
import { withLock } from '../host/state.ts';
import type { Command } from './command.ts';
import { argument, stateOf, stateOption } from './state-option.ts';

export const sourceRemove: Command = {
  usage: 'source remove NAME --state DIR',
  example: 'source remove almalinux --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  minPositionals: 1,
  maxPositionals: 1,
  run: async (input) => {
    const state = stateOf(input);
    const name = argument(input, 0);
    return withLock(state, async () => {
      const removed = removeSource(state, name);
      for (const gone of removed) {
        dropFeed(state, gone);
        dropCache(state, gone);
      }
      return { json: { removed }, text: removed.map((gone) => `removed ${gone}`) };
    });
  },
};
