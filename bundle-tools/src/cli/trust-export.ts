import { existsSync } from 'node:fs';
import { BundleError } from '../errors.ts';
import { fingerprintText } from '../fingerprint/shown.ts';
import { writeTrustExport } from '../host/trust-export.ts';
import { getNewest } from '../host/trust-files.ts';
import { nowMs } from '../platform/ambient.ts';
import { type Command, type CommandInput, flagOption, textOption } from './command.ts';
import { checkSheet, rootSheet, sheetOption, writeSheet } from './sheet-option.ts';
import { onState, stateOption } from './state-option.ts';
import { upkeep } from './upkeep.ts';

const freeOut = (input: CommandInput): string => {
  const out = textOption(input, 'out') ?? '';
  if (existsSync(out) && !flagOption(input, 'force')) throw new BundleError('EXISTS', `${out} is there already`);
  checkSheet(input);
  return out;
};

export const trustExport: Command = {
  usage: 'trust export --out FILE --state DIR',
  example: 'trust export --out /media/usb/trust.tar --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    out: { value: 'FILE', required: true, help: 'the file to write' },
    sheet: sheetOption,
    force: { help: 'replace a file that is there' },
  },
  run: onState(async (state, input, out) => {
    const exported = await writeTrustExport({ state, out, nowMs: nowMs(), io: input.io });
    return {
      json: {
        ...exported,
        ...upkeep(state, input.io),
        fingerprint: exported.rootSha256,
        ...writeSheet(input, rootSheet(getNewest(state, 'root'))),
      },
      text: [
        `wrote ${exported.path}: root ${exported.rootVersion}, valid as a broadcast until ${exported.expires}`,
        'Compare on site, by voice or on paper:',
        ...fingerprintText(exported.rootSha256),
      ],
    };
  }, freeOut),
};
