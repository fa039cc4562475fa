import { parseArgs } from 'node:util';
import { BundleError } from '../errors.ts';
import type { Command, CommandEntry, CommandInput } from './command.ts';
import { nextStep, toBundleError } from './failure.ts';
import type { Io } from './io.ts';
import { type OptionSpec, parseOptions, typedOption } from './option.ts';

/** Options that every command takes. */
const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { help: 'print the result as one JSON document' },
  help: { short: 'h', help: 'show this text' },
};

const optionLine = (name: string, spec: OptionSpec): string => {
  const notes = [spec.required ? 'required' : '', spec.multiple ? 'may be repeated' : ''].filter((note) => note !== '');
  return `  ${typedOption(name, spec).padEnd(24)} ${spec.help}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
};

/** The help text of one command. */
const commandHelp = (program: string, summary: string, command: Command): string =>
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
const programHelp = (program: string, commands: ReadonlyArray<CommandEntry>): string => {
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

/** What the program prints and how it ends. */
export type Outcome = { readonly exit: 0 | 1 | 2; readonly stdout: string; readonly stderr: string };

const findCommand = (commands: ReadonlyArray<CommandEntry>, argv: ReadonlyArray<string>): CommandEntry | undefined =>
  commands.find((entry) => entry.words.every((word, at) => argv[at] === word));

const usageError = (message: string): BundleError => new BundleError('USAGE', message);

const parseInput = (command: Command, argv: ReadonlyArray<string>, io: Io): CommandInput => {
  const specs = { ...command.options, ...commonOptions };
  const options = parseOptions(specs);
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { options: values as CommandInput['options'], positionals, io };
  } catch (cause) {
    throw new BundleError('USAGE', cause instanceof Error ? cause.message : 'the arguments cannot be read', { cause });
  }
};

const checkInput = (command: Command, input: CommandInput): void => {
  for (const [name, spec] of Object.entries(command.options)) {
    if (spec.required && input.options[name] === undefined) throw usageError(`--${name} is missing`);
  }
  const [fewest, most] = command.positionals ?? [0, 0];
  if (input.positionals.length < fewest) throw usageError('an argument is missing');
  if (input.positionals.length > most) throw usageError(`unexpected argument: ${input.positionals[most]}`);
};

/** An address that somebody typed may hold a password; what is said of it goes into logs. */
const withoutPasswords = (text: string): string => text.replace(/(:\/\/[^\s/:@]*):[^\s/@]+@/g, '$1:***@');

const failed = (program: string, entry: CommandEntry, json: boolean, error: unknown): Outcome => {
  const known = toBundleError(error);
  const isUsage = known.code === 'USAGE';
  const usage = `${program} ${entry.words.join(' ')} --help`;
  const message = withoutPasswords(known.message);
  const lines = [`Error ${known.code}: ${message}`, `Next: ${isUsage ? `see ${usage}` : nextStep(known.code)}`];
  return {
    exit: isUsage ? 2 : 1,
    stdout: json ? JSON.stringify({ error: { code: known.code, message } }) : '',
    stderr: lines.join('\n'),
  };
};

/** Finds the command, parses its arguments, runs it, and turns the result or the failure into output. */
export const runProgram = async (
  program: string,
  commands: ReadonlyArray<CommandEntry>,
  argv: ReadonlyArray<string>,
  io: Io,
): Promise<Outcome> => {
  const entry = findCommand(commands, argv);
  if (entry === undefined) {
    const noun = commands.filter((candidate) => candidate.words[0] === argv[0]);
    const wantsHelp = argv.length === 0 || argv.includes('--help') || argv.includes('-h') || argv[0] === 'help';
    const help = programHelp(program, noun.length > 0 ? noun : commands);
    if (wantsHelp && argv.length > 0 && (noun.length > 0 || argv[0]?.startsWith('-') || argv[0] === 'help'))
      return { exit: 0, stdout: help, stderr: '' };
    const reason = argv.length === 0 ? 'no command given' : `no such command: ${argv.slice(0, 2).join(' ')}`;
    return { exit: 2, stdout: '', stderr: `Error USAGE: ${reason}\nNext: see ${program} --help\n\n${help}` };
  }
  const rest = argv.slice(entry.words.length);
  const json = rest.includes('--json');
  try {
    const command = await entry.load();
    if (rest.includes('--help') || rest.includes('-h'))
      return { exit: 0, stdout: commandHelp(program, entry.summary, command), stderr: '' };
    const input = parseInput(command, rest, io);
    checkInput(command, input);
    const result = await command.run(input);
    return {
      exit: result.exit ?? 0,
      stdout: json ? JSON.stringify(result.json, null, 2) : result.text.join('\n'),
      stderr: '',
    };
  } catch (error) {
    return failed(program, entry, json, error);
  }
};
