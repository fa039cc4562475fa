import { fingerprintText } from '../fingerprint/shown.ts';
import { proposeInit } from '../host/ceremony.ts';
import type { KeyFile } from '../host/key-files.ts';
import { storeProposal } from '../host/proposal.ts';
import { checkSigned, publishProposal } from '../host/publish.ts';
import { createState, withLock } from '../host/state.ts';
import { nowMs } from '../platform/ambient.ts';
import { carriedResult, carryOption } from './carry-option.ts';
import { type Command, textOption } from './command.ts';
import { passphraseOption, readOrMakeKeys } from './key-options.ts';
import { checkSheet, rootSheet, sheetOption, writeSheet } from './sheet-option.ts';
import { integerOption, stateFolder, stateOption } from './state-option.ts';
import { trustReport } from './trust-report.ts';

const created = (files: ReadonlyArray<KeyFile>): ReadonlyArray<string> =>
  files.filter((file) => file.isNew).map((file) => file.path);

export const trustInit: Command = {
  usage: 'trust init --root-key FILE... --curator-key FILE... [--carry MEDIUM] --state DIR',
  example:
    'trust init --root-key a.pub --root-key b.pub --root-key c.pub --curator-key d.pub --carry /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    'root-key': {
      value: 'FILE',
      multiple: true,
      required: true,
      help: 'a root key or its public half; a pair is made when the file is not there',
    },
    threshold: { value: 'N', help: 'how many root keys must sign (2; 1 with a single key)' },
    'curator-key': {
      value: 'FILE',
      multiple: true,
      required: true,
      help: "a curator's key or its public half; a pair is made when the file is not there",
    },
    'curator-threshold': { value: 'N', help: 'how many curators must sign (1)' },
    'grace-days': { value: 'N', help: 'how long sites may accept expired data, with a reason (180)' },
    'passphrase-file': passphraseOption,
    carry: carryOption,
    sheet: sheetOption,
  },
  run: async (input) => {
    checkSheet(input);
    const state = createState(stateFolder(input));
    return withLock(state, async () => {
      const rootKeys = await readOrMakeKeys(input, 'root-key');
      const curatorKeys = await readOrMakeKeys(input, 'curator-key');
      const threshold = integerOption(input, 'threshold', 1, 16) ?? Math.min(2, rootKeys.length);
      const proposal = proposeInit({
        state,
        rootKeys,
        rootThreshold: threshold,
        curatorKeys,
        curatorThreshold: integerOption(input, 'curator-threshold', 1, 16) ?? 1,
        graceDays: integerOption(input, 'grace-days', 0, 3650) ?? 180,
        nowMs: nowMs(),
      });
      const files = [...created(rootKeys), ...created(curatorKeys)];
      for (const path of files) input.io.note(`made ${path}; keep it away from this computer`);
      if (threshold === 1)
        input.io.note('one root key alone can replace everything: use three keys and a threshold of 2');
      const medium = textOption(input, 'carry');
      if (medium !== undefined) {
        const result = carriedResult(state, proposal, medium);
        storeProposal(state, proposal);
        return result;
      }
      checkSigned(proposal, undefined);
      storeProposal(state, proposal);
      const root = publishProposal(state, proposal, nowMs());
      const report = trustReport(state, nowMs());
      return {
        json: { published: true, ...report.json, created: files, ...writeSheet(input, rootSheet(root)) },
        text: [...report.text, '', 'Compare on site, by voice or on paper:', ...fingerprintText(root.described.sha256)],
      };
    });
  },
};
