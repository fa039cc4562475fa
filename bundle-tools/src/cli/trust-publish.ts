import { BundleError } from '../errors.ts';
import { mergeCarried } from '../host/carry.ts';
import { findProposal, type Proposal, updateProposal } from '../host/proposal.ts';
import { publishProposal } from '../host/publish.ts';
import { openBegunState, withLock } from '../host/state.ts';
import { findNewest } from '../host/trust-files.ts';
import { nowMs } from '../platform/ambient.ts';
import { carriedResult, carryOption } from './carry-option.ts';
import { type Command, textOption } from './command.ts';
import { checkSheet, rootSheet, sheetOption, writeSheet } from './sheet-option.ts';
import { stateFolder, stateOption } from './state-option.ts';
import { trustReport } from './trust-report.ts';

export const trustPublish: Command = {
  usage: 'trust publish PATH... --state DIR',
  example: 'trust publish /media/usb/sallyport-root-2 --state /var/lib/sallyport-bundle',
  options: { state: stateOption, carry: carryOption, sheet: sheetOption },
  positionals: [0, 16],
  run: async (input) => {
    const state = openBegunState(stateFolder(input));
    checkSheet(input);
    return withLock(state, async () => {
      const waiting = findProposal(state);
      if (waiting === undefined) throw new BundleError('NOT_FOUND', 'nothing waits for signatures on this host');
      const before = findNewest(state, 'root');
      const merged = input.positionals.reduce<Proposal>((sum, path) => mergeCarried(sum, path, before), waiting);
      updateProposal(state, merged);
      const medium = textOption(input, 'carry');
      if (medium !== undefined) return carriedResult(state, merged, medium);
      const root = publishProposal(state, merged, nowMs());
      const report = trustReport(state, nowMs());
      return { ...report, json: { published: true, ...report.json, ...writeSheet(input, rootSheet(root)) } };
    });
  },
};
