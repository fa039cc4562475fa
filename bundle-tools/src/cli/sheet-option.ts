import { existsSync } from 'node:fs';
import { BundleError } from '../errors.ts';
import { type Sheet, sheetHtml } from '../fingerprint/sheet.ts';
import type { Published } from '../host/trust-files.ts';
import { writeFileDurable } from '../platform/files.ts';
import { type CommandInput, textOption } from './command.ts';
import type { OptionSpec } from './option.ts';

/** `--sheet FILE`. */
export const sheetOption: OptionSpec = {
  value: 'FILE',
  help: 'write a sheet to print: the fingerprint as hex, as words and as a QR code',
};

/** Refuses a sheet over a file that is there, before anything is done. */
export const checkSheet = (input: CommandInput): void => {
  const path = textOption(input, 'sheet');
  if (path !== undefined && existsSync(path)) throw new BundleError('EXISTS', `${path} is there already`);
};

/** Writes the sheet that was asked for; the path for the JSON result. */
export const writeSheet = (input: CommandInput, sheet: Sheet): { readonly sheet?: string } => {
  const path = textOption(input, 'sheet');
  if (path === undefined) return {};
  writeFileDurable(path, sheetHtml(sheet));
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
