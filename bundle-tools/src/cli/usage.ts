import type { Command, CommandEntry } from './command.ts';
import { type OptionSpec, typedOption } from './option.ts';

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { help: 'print the result as one JSON document' },
  help: { short: 'h', help: 'show this text' },
};

const optionLine = (name: string, spec: OptionSpec): string => {
  const notes = [spec.required ? 'required' : '', spec.multiple ? 'may be repeated' : ''].filter((note) => note !== '');
  return `  ${typedOption(name, spec).padEnd(24)} ${spec.help}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
};

/** The help text of one command. */
export const commandHelp = (program: string, summary: string, command: Command): string =>
  [
    `Usage: ${program} ${command.usage}`,
    '',
    summary,
    '',
    'Options:',
    ...Object.entries({ ...command.options, ...commonOptions }).map(([name, spec]) => optionLine(name, spec)),
    '',
    'Example:',
    `  ${program} ${command.example}`,
  ].join('\n');

/** The help text of the program, or of the commands of one noun. */
export const programHelp = (program: string, commands: ReadonlyArray<CommandEntry>): string => {
  const width = Math.max(...commands.map(({ words }) => words.join(' ').length));
  return [
    `Usage: ${program} COMMAND [options]`,
    '',
    'Commands:',
    ...commands.map(({ words, summary }) => `  ${words.join(' ').padEnd(width)}  ${summary}`),
    '',
    `Each command explains itself: ${program} COMMAND --help; ${program} --version says which release this is.`,
    'Data goes to stdout, everything else to stderr. Exit: 0 done, 1 failed, 2 wrong use.',
  ].join('\n');
};
