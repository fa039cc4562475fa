import { findProposal } from '../host/proposal.ts';
import { openBegunState } from '../host/state.ts';
import { findNewest, getNewest } from '../host/trust-files.ts';
import { nowMs } from '../platform/ambient.ts';
import type { Command } from './command.ts';
import { checkSheet, rootSheet, sheetOption, writeSheet } from './sheet-option.ts';
import { stateFolder, stateOption } from './state-option.ts';
import { proposalReport, trustReport } from './trust-report.ts';

export const trustShow: Command = {
  usage: 'trust show [--sheet FILE] --state DIR',
  example: 'trust show --state /var/lib/sallyport-bundle',
  options: { state: stateOption, sheet: sheetOption },
  run: async (input) => {
    const state = openBegunState(stateFolder(input));
    checkSheet(input);
    const waiting = findNewest(state, 'root') === undefined ? findProposal(state) : undefined;
    if (waiting !== undefined) return proposalReport(state, waiting);
    const report = trustReport(state, nowMs());
    return { ...report, json: { ...report.json, ...writeSheet(input, rootSheet(getNewest(state, 'root'))) } };
  },
};
