import { BundleError } from '../errors.ts';
import { type Sheet, sheetHtml } from '../fingerprint/sheet.ts';
import { writeCarried } from '../host/carry.ts';
import { type Proposal, requirementsOf, requirementText } from '../host/proposal.ts';
import type { HostState } from '../host/state.ts';
import { findNewest, type Published } from '../host/trust-files.ts';
import { writeNewFile } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { type CommandInput, type CommandResult, flagOption, textOption } from './command.ts';
import type { OptionSpec } from './option.ts';

/** `--carry MEDIUM`. */
export const carryOption: OptionSpec = {
  value: 'MEDIUM',
  path: 'output',
  help: 'write the change to a medium, for people who sign in turn on other computers',
};

/** Puts a stored proposal on a medium, and says who must sign. */
export const carriedResult = (state: HostState, proposal: Proposal, medium: string): CommandResult => {
  const folder = writeCarried(state, proposal, medium);
  const needed = requirementsOf(proposal, findNewest(state, 'root'));
  return {
    json: { published: false, carried: folder, signatures: needed },
    text: [
      `wrote ${folder}; nothing is published yet`,
      ...needed.map((entry) => `  ${requirementText(entry)}`),
      'Each person signs it:',
      `  sallyport-bundle trust sign --key KEYFILE ${folder}`,
      'Then, on this host:',
      `  sallyport-bundle trust publish ${folder}`,
    ],
  };
};

/** `--sheet FILE`. */
export const sheetOption: OptionSpec = {
  value: 'FILE',
  path: 'output',
  help: 'write a sheet to print: the fingerprint as hex, as words and as a QR code',
};

/** Refuses a sheet over a file that is there, before anything is done. */
export const checkSheet = (input: CommandInput): void => {
  const path = textOption(input, 'sheet');
  if (path !== undefined && !flagOption(input, 'replace') && isThere(path))
    throw new BundleError('EXISTS', `${path} is there already`);
};

/** Writes the sheet that was asked for; the path for the JSON result. */
export const writeSheet = (input: CommandInput, sheet: Sheet): { readonly sheet?: string } => {
  const path = textOption(input, 'sheet');
  if (path === undefined) return {};
  writeNewFile(path, sheetHtml(sheet), { replace: flagOption(input, 'replace') });
  input.io.note(`wrote ${path}; print it and keep it with what it is about`);
  return { sheet: path };
};

/** The sheet of a root, to be compared on site. */
export const rootSheet = ({ version, described }: Published): Sheet => {
  const { keyids = [], threshold = 0 } = described.roles?.['root'] ?? {};
  return {
    title: `Root of trust, version ${version}`,
    purpose: 'Before a site trusts this root, somebody there compares this paper with what the appliance shows.',
    fingerprint: described.sha256,
    facts: [
      ['version', String(version)],
      ['valid until', described.expires],
      ['signatures needed', `${threshold} of ${keyids.length}`],
      ...keyids.map((keyid, at) => [`root key ${at + 1}`, keyid.slice(0, 16)] as const),
    ],
  };
};
