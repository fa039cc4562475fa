import { parseArgs } from 'node:util';
import { systemCode } from '../archive/medium-errors.ts';
import { BundleError, type BundleErrorCode } from '../errors.ts';
import type { Line } from '../person/start.ts';
import { visibleText } from '../platform/visible-text.ts';
import type { Command, CommandEntry, CommandInput } from './command.ts';
import type { Io } from './io.ts';
import { nearestCommands } from './nearest.ts';
import { type OptionSpec, parseOptions, typedOption } from './option.ts';

const bySystemCode: Readonly<Record<string, BundleErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_FOUND',
  EEXIST: 'EXISTS',
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EFBIG: 'NO_SPACE',
  EIO: 'MEDIUM_IO',
  EROFS: 'STORE_IO',
  EACCES: 'STORE_IO',
  EPERM: 'STORE_IO',
  ELOOP: 'NOT_REGULAR',
  EISDIR: 'NOT_REGULAR',
};

/** Any failure as one of the closed codes; an unexpected one is INTERNAL, which is to be reported as a bug. */
const toBundleError = (error: unknown): BundleError => {
  if (error instanceof BundleError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new BundleError(bySystemCode[systemCode(error)] ?? 'INTERNAL', message, { cause: error });
};

/** What a person can do about each code. */
const nextSteps: Readonly<Record<BundleErrorCode, string>> = {
  BUSY: 'another command uses this state; wait until it ends',
  NOT_REGULAR: 'give a plain file',
  NO_BUNDLE: 'name the file or the medium that the bundle is on; inspect PATH says what a file is',
  AMBIGUOUS: 'leave one of them on the medium, or name the file itself',
  TRUNCATED: 'copy the file again from where it was made, and compare its size',
  TRAILING: 'do not use the file; copy it again from where it was made',
  HEADER: 'do not use the file; copy it again from where it was made',
  MISSING: 'copy all files again from where they were made',
  LIMIT: 'do not use the file; it is above a limit of the format: ask who made it',
  METADATA: 'do not use the file; ask where it came from',
  SIGNATURE: 'do not use the file; ask where it came from',
  ROOT_CHAIN: 'take the newer root metadata from the connected host, one version after the other',
  ROLLBACK: 'use the newest bundle; this one is older than what is in force',
  EXPIRED: 'sign again with a new expiry date',
  MIX: 'use files of one bundle alone',
  WRONG_SITE: 'ask the connected side for the bundle of this site',
  NONCE: 'answer the request that is open, or export a new one',
  HASH: 'copy the file again; if that repeats, have it made anew',
  INCOMPLETE: 'bring the missing volumes, then run the same command again',
  NO_SPACE: 'free space, then run the same command again',
  MEDIUM_IO: 'put the medium in again, or use another one, then run the same command again',
  STORE_IO: 'check the folder, its owner and its rights',
  SCAN: 'keep the medium apart and ask who is responsible for security',
  CHAIN: 'ask the site: a receipt was changed or removed; keep the file as evidence',
  INTERNAL: 'report this as a bug, with the command and this text',
  ALREADY_IMPORTED: 'nothing has to be done; bring the next bundle',
  VOLUMES_MISSING: 'ask for the missing volumes with the next request',
  CLOCK_BEHIND: 'set the clock of this computer right',
  CLOCK_SUSPECT: 'compare the clock of the site with the one of this host; the one that is wrong is set right first',
  STALE: 'bring a newer bundle',
  KEY_EXPIRES_SOON: 'renew the key before that day',
  SEAL: 'the request is sealed for another host or was changed on the way; export it again with the present trust',
  SITE_UNKNOWN: 'add the site card first: sallyport-bundle site add CARD',
  SITE_REVERTED: 'ask the site whether a backup was restored, then run fulfil with --accept-reverted SITE',
  ROOT_TOO_SHORT: 'make a new root: sallyport-bundle trust rotate',
  SELF_CHECK: 'nothing was written; keep the state folder and report this as a bug',
  USAGE: 'see the help of the command',
  NOT_FOUND: 'check the path or the name',
  EXISTS: 'choose another name, or work with what is there',
  FETCH_FAILED: 'check the address and the network, then run the same command again',
  PROXY_AUTH: 'give the account of the proxy: sallyport-bundle proxy configure --user NAME --password-file FILE',
  SOURCE_FULL: 'raise the limit: sallyport-bundle source limit NAME SIZE; source list shows what each takes',
  SOURCE_DENIED:
    'let that user read it and enter the folders above it (chmod, setfacl), or lay the source elsewhere, for example below /srv',
  SOURCE_INVALID: 'correct the source: sallyport-bundle source list',
};

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
    'Data goes to stdout, everything else to stderr. Exit: 0 done, 1 failed, 2 wrong use, 3 done in part.',
  ].join('\n');
};

/** What the program prints and how it ends. */
export type Outcome = { readonly exit: 0 | 1 | 2 | 3; readonly stdout: string; readonly stderr: string };

const findCommand = (commands: ReadonlyArray<CommandEntry>, argv: ReadonlyArray<string>): CommandEntry | undefined =>
  commands.find((entry) => entry.words.every((word, at) => argv[at] === word));

/** What was typed before the first option. */
const wordsOf = (argv: ReadonlyArray<string>): string[] => {
  const option = argv.findIndex((word) => word.startsWith('-'));
  return argv.slice(0, option < 0 ? argv.length : option);
};

const usageError = (message: string): BundleError => new BundleError('USAGE', message);

/** The words after a command's own by its declarations. USAGE for what does not fit them. */
const parsedLine = (command: Command, argv: ReadonlyArray<string>): Line => {
  const specs = { ...command.options, ...commonOptions };
  const options = parseOptions(specs);
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { options: specs, values, positionals, paths: command.paths ?? [] };
  } catch (cause) {
    throw new BundleError('USAGE', cause instanceof Error ? cause.message : 'the arguments cannot be read', { cause });
  }
};

const parseInput = (command: Command, argv: ReadonlyArray<string>, io: Io): CommandInput => {
  const { values, positionals } = parsedLine(command, argv);
  return { options: values as CommandInput['options'], positionals, io };
};

/** The line with its declarations; undefined where it is wrong use, which is told where it runs. */
export const readLine = async (
  commands: ReadonlyArray<CommandEntry>,
  argv: ReadonlyArray<string>,
): Promise<Line | undefined> => {
  const entry = findCommand(commands, argv);
  const rest = argv.slice(entry?.words.length ?? 0);
  if (entry === undefined || rest.includes('--help') || rest.includes('-h')) return undefined;
  try {
    return parsedLine(await entry.load(), rest);
  } catch (error) {
    if (error instanceof BundleError && error.code === 'USAGE') return undefined;
    throw error;
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

export const failed = (program: string, words: ReadonlyArray<string>, json: boolean, error: unknown): Outcome => {
  const known = toBundleError(error);
  const isUsage = known.code === 'USAGE';
  const usage = `${[program, ...words].join(' ')} --help`;
  const message = withoutPasswords(known.message);
  const next = isUsage ? `see ${usage}` : nextSteps[known.code];
  const lines = [`Error ${known.code}: ${message}`, `Next: ${next}`];
  return {
    exit: isUsage ? 2 : 1,
    stdout: json ? JSON.stringify({ error: { code: known.code, message, next } }) : '',
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
    const near = nearestCommands(
      wordsOf(argv),
      commands.map(({ words }) => words.join(' ')),
    ).map((words) => `${program} ${words}`);
    return near.length > 0
      ? { exit: 2, stdout: '', stderr: `Error USAGE: ${reason}\nNext: did you mean ${near.join(', or ')}?` }
      : { exit: 2, stdout: '', stderr: `Error USAGE: ${reason}\nNext: see ${program} --help\n\n${help}` };
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
      stdout: json ? JSON.stringify(result.json, null, 2) : visibleText(result.text.join('\n')),
      stderr: '',
    };
  } catch (error) {
    return failed(program, entry.words, json, error);
  }
};
