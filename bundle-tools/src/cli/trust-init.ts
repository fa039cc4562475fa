import { initTrust } from '../host/ceremony.ts';
import { type KeyFile, readOrCreateKeyFile } from '../host/key-files.ts';
import { createState, withLock } from '../host/state.ts';
import { nowMs } from '../platform/ambient.ts';
import { groupHex } from '../trust/keys.ts';
import { type Command, listOption } from './command.ts';
import { integerOption, stateFolder, stateOption } from './state-option.ts';
import { trustReport } from './trust-report.ts';

const created = (files: ReadonlyArray<KeyFile>): ReadonlyArray<string> =>
  files.filter((file) => file.isNew).map((file) => file.path);

export const trustInit: Command = {
  words: ['trust', 'init'],
  summary: 'Makes the root of trust, the online keys and the first, empty catalog.',
  usage: 'trust init --root-key FILE... --curator-key FILE... --state DIR',
  example:
    'trust init --root-key /media/a/root.json --root-key /media/b/root.json --root-key /media/c/root.json --curator-key /media/d/curator.json --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    'root-key': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      required: true,
      help: 'a root key; made when it is not there',
    },
    threshold: { type: 'string', value: 'N', help: 'how many root keys must sign (2; 1 with a single key)' },
    'curator-key': {
      type: 'string',
      value: 'FILE',
      multiple: true,
      required: true,
      help: "a curator's key; made when it is not there",
    },
    'curator-threshold': { type: 'string', value: 'N', help: 'how many curators must sign (1)' },
    'grace-days': { type: 'string', value: 'N', help: 'how long sites may accept expired data, with a reason (180)' },
  },
  minPositionals: 0,
  maxPositionals: 0,
  run: async (input) => {
    const state = createState(stateFolder(input));
    return withLock(state, async () => {
      const rootKeys = listOption(input, 'root-key').map(readOrCreateKeyFile);
      const curatorKeys = listOption(input, 'curator-key').map(readOrCreateKeyFile);
      const threshold = integerOption(input, 'threshold', 1, 16) ?? Math.min(2, rootKeys.length);
      const curatorThreshold = integerOption(input, 'curator-threshold', 1, 16) ?? 1;
      const graceDays = integerOption(input, 'grace-days', 0, 3650) ?? 180;
      const root = initTrust({
        state,
        rootKeys,
        rootThreshold: threshold,
        curatorKeys,
        curatorThreshold,
        graceDays,
        nowMs: nowMs(),
      });
      const files = [...created(rootKeys), ...created(curatorKeys)];
      for (const path of files) input.io.note(`made ${path}; keep it away from this computer`);
      if (threshold === 1)
        input.io.note('one root key alone can replace everything: use three keys and a threshold of 2');
      const report = trustReport(state, nowMs());
      return {
        json: { ...report.json, created: files },
        text: [...report.text, '', 'Compare on site, by voice or on paper:', `  ${groupHex(root.described.sha256)}`],
      };
    });
  },
};
