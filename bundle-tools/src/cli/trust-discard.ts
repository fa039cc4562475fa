import { rmSync } from 'node:fs';
import { BundleError } from '../errors.ts';
import { dropUnusedOnlineKeys } from '../host/online-keys.ts';
import { dropProposal, findProposal } from '../host/proposal.ts';
import { openBegunState, withLock } from '../host/state.ts';
import { findNewest } from '../host/trust-files.ts';
import type { Command } from './command.ts';
import { stateFolder, stateOption } from './state-option.ts';

export const trustDiscard: Command = {
  usage: 'trust discard --state DIR',
  example: 'trust discard --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  run: async (input) => {
    const state = openBegunState(stateFolder(input));
    return withLock(state, async () => {
      const waiting = findProposal(state);
      if (waiting === undefined) throw new BundleError('NOT_FOUND', 'nothing waits for signatures on this host');
      dropProposal(state);
      // The keys that were made for it: of a host that has published nothing, all of them.
      if (findNewest(state, 'root') === undefined) rmSync(state.keys, { recursive: true });
      else dropUnusedOnlineKeys(state);
      const gone = { root: waiting.root?.version, targets: waiting.targets?.version };
      return { json: { discarded: gone }, text: ['given up; what was published before stays in force'] };
    });
  },
};
