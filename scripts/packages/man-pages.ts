import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PackageSpec } from './package-spec.ts';

// Man pages are the help that the commands print: one for the program, and one for each command of the appliance.

type Help = ReadonlyMap<string, { summary: string; help: string }>;

/** Backslashes, dots and dashes of plain text mean something to the formatter of man pages. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')
    // The formatter reads bytes; a sign beyond ASCII is named.
    .replaceAll(
      /[^\0-\x7f]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );

const page = (name: string, summary: string, help: string, epoch: number): string => {
  const day = new Date(epoch * 1000).toISOString().slice(0, 10);
  return [
    `.TH ${name.toUpperCase()} 8 ${day}`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(summary)}`,
    '.SH SYNOPSIS',
    '.nf',
    roff(help.trimEnd()),
    '.fi',
    '',
  ].join('\n');
};

/** The pages of a package by their names, from the built programs. `epoch`: seconds, the day that they name. */
export async function manPages(
  { command, summary }: Pick<PackageSpec, 'command' | 'summary'>,
  root: string,
  epoch: number,
): Promise<ReadonlyMap<string, string>> {
  const line = [join(root, command.file), '--help'];
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/node'), line, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.name} --help ended with ${status}: ${stderr}`);
  const pages = new Map([[command.name, page(command.name, summary, stdout, epoch)]]);
  if (command.name !== 'sallyport') return pages;
  const { allHelp } = (await import(pathToFileURL(join(root, 'appliance/dist/cli/main.js')).href)) as {
    allHelp: () => Promise<Help>;
  };
  for (const [words, { summary: what, help }] of await allHelp()) {
    const name = `sallyport-${words.replaceAll(' ', '-')}`;
    pages.set(name, page(name, what, help, epoch));
  }
  return pages;
}
