import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { nearestCommands } from '@sallyport/bundle-tools/cli/nearest';
import { type OptionSpec, parseOptions, typedOption } from '@sallyport/bundle-tools/cli/option';
import { isOfService, type Line, startForPerson } from '@sallyport/bundle-tools/person/start';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { versionLine } from '@sallyport/bundle-tools/platform/release';
import { visibleText } from '@sallyport/bundle-tools/platform/visible-text';
import type { Appliance } from '../compose.ts';
import type { Actor } from '../engine/objects/types.ts';
import type { EntryParts } from '../entry-parts.ts';
import { AppError, type Failure, toFailure } from '../platform/errors.ts';
import { applianceRelease } from '../platform/release.ts';
import type { Operation } from '../server/operations/operation.ts';
import { actorOf, resumeSession } from './actor.ts';
import type { Command, CommandContext } from './command.ts';
import { alignColumns, commandOutput } from './output.ts';

const helpers = new Set(['main', 'command', 'output', 'actor', 'list-options', 'recovery-key', 'confirm-clock']);
const extension = extname(import.meta.filename);

const common: Readonly<Record<string, OptionSpec>> = {
  data: { value: 'DIR', path: 'own', help: 'the data directory (SALLYPORT_DATA_DIR, else /var/lib/sallyport)' },
  extensions: { value: 'DIR', path: 'service', help: 'further declarations: collections/, kinds/ in it' },
  json: { help: 'the result as JSON on stdout' },
  help: { short: 'h', help: 'this text' },
};

/** Names of the commands that are files of this folder, `device-list` for `device list`. */
const localNames = (): string[] =>
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(extension) && !/\.(test|d)\.[a-z]+$/.test(file))
    .map((file) => file.slice(0, -extension.length))
    .filter((name) => !helpers.has(name));

const hyphenated = ['site-card', 'import-approvals', 'first-link'];

/** The words to type: `controller firmware list` for `controller-firmware-list`, but `site-card export`. */
const wordsOfFile = (name: string): string =>
  hyphenated.reduce((words, word) => words.replace(word.replace('-', ' '), word), name.replaceAll('-', ' '));

const loadLocal = async (name: string): Promise<Command> => {
  const path = join(import.meta.dirname, `${name}${extension}`);
  const module = (await import(pathToFileURL(path).href)) as { command?: Command };
  if (module.command === undefined) throw new AppError('INTERNAL', `${name} exports no command`);
  return module.command;
};

type Commands = ReadonlyMap<string, () => Promise<Command>>;

const localCommands = (): Commands => new Map(localNames().map((name) => [wordsOfFile(name), () => loadLocal(name)]));

const partsOf = async (appliance: Appliance): Promise<EntryParts> =>
  (await import('../entry-parts.ts')).entryParts(appliance);

const loadDeclared = async (operations: ReadonlyArray<Operation<EntryParts>>): Promise<[string, Command][]> => {
  const { toCommand } = await import('../server/operations/to-command.ts');
  return operations.flatMap((operation) => {
    const command = toCommand(operation, partsOf);
    return command === undefined ? [] : [[operation.name.replaceAll('.', ' '), command]];
  });
};

/** Every command by its words: those of operations, and those that only the command line has. */
export const allCommands = async (): Promise<Commands> => {
  const { allOperations } = await import('../all-operations.ts');
  const declared = (await loadDeclared(allOperations)).map(([words, command]) => [words, async () => command] as const);
  return new Map([...localCommands(), ...declared].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The commands of operations by the index that the build makes, each loaded with its own feature alone; none from source. */
const indexedCommands = (): Commands => {
  const program = join(import.meta.dirname, '..');
  const path = join(program, 'commands.json');
  if (!isThere(path)) return new Map();
  const index = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const load = async (words: string, module: string): Promise<Command> => {
    const exported = (await import(pathToFileURL(join(program, `${module}${extension}`)).href)) as Record<
      string,
      unknown
    >;
    const operations = Object.values(exported).filter(Array.isArray).flat() as Operation<EntryParts>[];
    const named = operations.filter(({ name }) => name.replaceAll('.', ' ') === words);
    const [found] = await loadDeclared(named);
    if (found === undefined) throw new AppError('INTERNAL', `${module} declares no command ${words}`);
    return found[1];
  };
  return new Map(Object.entries(index).map(([words, module]) => [words, () => load(words, module)]));
};

type Found = { words: string; rest: string[]; load: () => Promise<Command> };

/** Takes the command's one to three words off the arguments; `controller-integrity list` is taken for `controller integrity list`, too. */
const findIn = (commands: Commands, args: readonly string[]): Found | undefined => {
  for (const count of [3, 2, 1]) {
    const given = args.slice(0, count);
    if (given.length < count) continue;
    const spaced = [given[0]?.replaceAll('-', ' '), ...given.slice(1)].join(' ');
    for (const words of [given.join(' '), spaced]) {
      const load = commands.get(words);
      if (load !== undefined) return { words, rest: args.slice(count), load };
    }
  }
  return undefined;
};

/** Everything is loaded only where neither a file of this folder nor the build's index has the words. */
const findCommand = async (args: readonly string[]): Promise<Found | undefined> =>
  findIn(new Map([...indexedCommands(), ...localCommands()]), args) ?? findIn(await allCommands(), args);

/** The command that lists what another one is about: `device list` of `device show`. */
const listBeside = async (words: string): Promise<string | undefined> => {
  const group = words.split(' ').slice(0, -1);
  const commands = await allCommands();
  for (let count = group.length; count > 0; count -= 1) {
    const list = `${group.slice(0, count).join(' ')} list`;
    if (list !== words && commands.has(list)) return list;
  }
  return undefined;
};

const optionLine = ([name, spec]: [string, OptionSpec]): string =>
  `  ${typedOption(name, spec)}`.padEnd(28) + spec.help;

const commandHelp = (words: string, command: Command): string =>
  [
    `sallyport ${words}${command.positionals ? ` ${command.positionals}` : ''} [options]`,
    '',
    command.summary,
    '',
    'Options:',
    ...Object.entries({ ...command.options, ...common }).map(optionLine),
    '',
    'Example:',
    `  ${command.example}`,
    '',
  ].join('\n');

/** Summary and help of each command by its words: what man pages are made of. */
export const allHelp = async (): Promise<ReadonlyMap<string, { summary: string; help: string }>> => {
  const found = new Map<string, { summary: string; help: string }>();
  for (const [words, load] of await allCommands()) {
    const command = await load();
    found.set(words, { summary: command.summary, help: commandHelp(words, command) });
  }
  return found;
};

/** All commands, or those that have a word where there are some. */
const overview = async (first?: string): Promise<string> => {
  const all = [...(await allCommands())];
  const alike = all.filter(([words]) => words.split(' ').includes(first ?? ''));
  const rows: string[][] = [];
  for (const [words, load] of alike.length > 0 ? alike : all) rows.push([`  ${words}`, (await load()).summary]);
  return [
    'sallyport COMMAND [options]',
    '',
    'Commands:',
    ...alignColumns(rows),
    '',
    'sallyport COMMAND --help shows the options of a command, sallyport --version which release this is.',
    '',
  ].join('\n');
};

/** Where a command line writes. */
type Streams = { stdout(text: string): void; stderr(text: string): void };

// The whole appliance is loaded where a command asks for it: help and wrong use answer without.
const openAppliance = async (
  dataDir: string,
  extensions: string | undefined,
  lateStatements: boolean,
): Promise<Appliance> => {
  const [{ compose }, { extensionsIn }, { openLog }] = await Promise.all([
    import('../compose.ts'),
    import('../all-declarations.ts'),
    import('../platform/log.ts'),
  ]);
  return compose({
    dataDir,
    log: openLog('warn'),
    lateStatements,
    ...(extensions === undefined ? {} : { extensions: extensionsIn(resolve(extensions)) }),
  });
};

/** Where the data of this computer lie. */
const standardFolder = (): string => env('SALLYPORT_DATA_DIR') ?? '/var/lib/sallyport';

/** The words after a command's own by its declarations. USAGE for what does not fit them. */
const parsedLine = (command: Command, rest: readonly string[]): Line => {
  const options = { ...command.options, ...common };
  try {
    const { values, positionals } = parseArgs({
      args: [...rest],
      allowPositionals: command.positionals !== undefined,
      strict: true,
      options: parseOptions(options),
    });
    return { options, values, positionals, paths: command.paths ?? [] };
  } catch (cause) {
    throw new AppError('USAGE', cause instanceof Error ? cause.message : String(cause), {}, { cause });
  }
};

const contextOf = (
  command: Command,
  rest: readonly string[],
  { stdout, stderr }: Streams,
): { context: CommandContext; help: boolean; close(): Promise<void>; end(): void } => {
  const parsed = parsedLine(command, rest);
  const specs = parsed.options;
  const values = parsed.values as CommandContext['values'];
  const help = values['help'] === true;
  const missing = Object.entries(specs).find(([name, spec]) => spec.required && values[name] === undefined);
  if (missing !== undefined && !help) throw new AppError('USAGE', `--${missing[0]} is missing`);
  const json = values['json'] === true;
  const output = commandOutput(json, stdout, stderr);
  const dataDir = typeof values['data'] === 'string' ? values['data'] : standardFolder();
  let opened: Promise<Appliance> | undefined;
  let actor: Actor | undefined;
  const openOnce = async (lateStatements: boolean): Promise<Appliance> => {
    const appliance = await openAppliance(dataDir, texts('extensions')[0], lateStatements);
    actor = actorOf(resumeSession(appliance.accounts, dataDir));
    return appliance;
  };
  const texts = (name: string): readonly string[] => {
    const value = values[name];
    return typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  };
  return {
    help,
    end: output.end,
    context: {
      values,
      positionals: parsed.positionals,
      json,
      out: output.out,
      text: (name) => texts(name)[0],
      texts,
      flag: (name) => values[name] === true,
      dataDir,
      open: ({ isServer = false } = {}) => {
        opened ??= openOnce(!isServer);
        return opened;
      },
      cliActor: () => {
        if (actor === undefined) throw new AppError('INTERNAL', 'who acts is known once the data directory is open');
        return actor;
      },
    },
    close: async () => {
      // A failed opening was reported by the command itself.
      const appliance = await opened?.catch(() => undefined);
      await appliance?.close();
    },
  };
};

const runCommand = async (args: readonly string[], streams: Streams): Promise<number> => {
  const [first = 'help'] = args;
  if (first === '--version') {
    streams.stdout(`${versionLine('sallyport', applianceRelease())}\n`);
    return 0;
  }
  const found = await findCommand(args);
  if (found === undefined) {
    const names = [...(await allCommands()).keys()];
    const isGroup = names.some((words) => words.split(' ').includes(first));
    const help = ['help', '--help', '-h'];
    const asked = help.includes(first) || (isGroup && args.some((word) => help.includes(word)));
    const options = args.findIndex((word) => word.startsWith('-'));
    const words = args.slice(0, options < 1 ? args.length : options);
    if (asked) {
      streams.stdout(await overview(first));
      return 0;
    }
    streams.stderr(`Error: USAGE: there is no command ${visibleText(words.slice(0, 2).join(' ').slice(0, 80))}\n`);
    const near = nearestCommands(words, names).map((command) => `sallyport ${command}`);
    streams.stderr(`Next: ${near.length > 0 ? `did you mean ${near.join(', or ')}?` : 'see sallyport --help'}\n`);
    if (near.length === 0 || isGroup) streams.stderr(`\n${await overview(first)}`);
    return 2;
  }
  const command = await found.load();
  const { context, help, close, end } = contextOf(command, found.rest, streams);
  if (help) {
    streams.stdout(commandHelp(found.words, command));
    return 0;
  }
  let code: number;
  try {
    code = await command.run(context);
  } catch (error) {
    // What ended the command is what its caller has to know; closing may fail by the same cause.
    await close().catch((further: unknown) =>
      streams.stderr(`Error: ${toFailure(further).code}: the data directory was not closed well\n`),
    );
    throw error;
  }
  await close();
  end();
  return code;
};

/** What is wrong with each value, in the console's words: "invalid: expiresAt" does not say what would be right. */
const faultLines = async ({ details }: Failure): Promise<string[]> => {
  const faults = Object.entries(details.fields ?? {});
  if (faults.length === 0) return [];
  const { catalogue } = await import('@sallyport/ui/i18n/catalogue');
  const { tDynamic } = catalogue('en');
  return faults.map(([field, { key, params }]) => `${field}: ${tDynamic(key, params)}`);
};

/** Paths that an argument may name, `--out=DIR` among them. */
const namedPaths = (args: readonly string[]): string[] =>
  args.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)].map((given) => resolve(given)));

const pathNext = 'check the path, and whether the medium that it lies on is there';

/** A path that was typed wrong is no fault of the program; what the system says of one is. */
const pathFault = (error: unknown, args: readonly string[]): AppError | undefined => {
  const { code, path = '' } = error as NodeJS.ErrnoException;
  const fault = (of: 'USAGE' | 'EXISTS' | 'NOT_FOUND', message: string): AppError =>
    new AppError(of, message, {}, { next: of === 'EXISTS' ? 'name another one' : pathNext });
  if (code === 'EISDIR') return fault('USAGE', 'a folder was given in place of a file');
  if (path === '') return undefined;
  if (code === 'EEXIST') return fault('EXISTS', `${path} exists`);
  const [named, folder] = [namedPaths(args), dirname(resolve(path))];
  const isNamed = named.includes(resolve(path));
  const isGone = code === 'ENOENT' || code === 'ENOTDIR';
  // What is written lies beside it under another name first.
  if (isGone && !isThere(folder) && named.some((given) => dirname(given) === folder))
    return fault('NOT_FOUND', `there is no folder ${folder}`);
  if (isGone && isNamed) return fault('NOT_FOUND', `there is no ${path}`);
  return code === 'EACCES' && isNamed ? fault('USAGE', `this user may not open ${path}`) : undefined;
};

/** What to do about it: for wrong use the help of the command; for what is not there the list of its group, where there is one. */
const nextOf = async (failure: Failure, args: readonly string[]): Promise<string> => {
  if (failure.next === undefined && (failure.code === 'USAGE' || failure.code === 'NOT_FOUND')) {
    const words = (await findCommand(args))?.words;
    if (failure.code === 'USAGE') return `see sallyport ${words ?? 'COMMAND'} --help`;
    const list = await listBeside(words ?? '');
    if (list !== undefined) return `sallyport ${list} shows what there is`;
  }
  return (await import('../server/next-step.ts')).nextStep(failure);
};

/** Says what went wrong, and how the command ends. */
const tell = async (error: unknown, args: readonly string[], streams: Streams): Promise<number> => {
  const failure = toFailure(pathFault(error, args) ?? error);
  const next = await nextOf(failure, args);
  if (args.includes('--json')) {
    streams.stdout(`${JSON.stringify({ error: failure.code, message: failure.message, next, ...failure.details })}\n`);
  }
  streams.stderr(`Error: ${failure.code}: ${visibleText(failure.message)}\n`);
  for (const line of await faultLines(failure)) streams.stderr(`  ${line}\n`);
  // Nothing but the stack says what went wrong here.
  if (failure.code === 'INTERNAL' && error instanceof Error) streams.stderr(`${error.stack ?? error.message}\n`);
  streams.stderr(`Next: ${next}\n`);
  return failure.exit;
};

/** Runs a command line and returns its exit code: 0 done, 1 failed, 2 wrong use. */
export const runLine = (args: readonly string[], streams: Streams): Promise<number> =>
  runCommand(args, streams).catch((error: unknown) => tell(error, args, streams));

/** Commands that make a data folder. */
const making: ReadonlySet<string> = new Set(['init', 'backup restore', 'backup restore objects']);

/** The line with its declarations; undefined where it is wrong use, which is told where it runs. */
const readLine = async (args: readonly string[]): Promise<(Line & { words: string; folder: string }) | undefined> => {
  try {
    const found = findIn(new Map([...indexedCommands(), ...localCommands()]), args);
    if (found === undefined) return undefined;
    const line = parsedLine(await found.load(), found.rest);
    const folder = String(line.values['data'] ?? standardFolder());
    return line.values['help'] === true ? undefined : { ...line, words: found.words, folder };
  } catch (error) {
    if (error instanceof AppError && error.code === 'USAGE') return undefined;
    throw error;
  }
};

/** Where root runs a command on the data of the service, its user does; the exit code where another process did. */
const startedElsewhere = (args: readonly string[]): Promise<number | undefined> =>
  startForPerson(
    () => readLine(args),
    async ({ words, folder }, service) => {
      const isService = isOfService(folder, standardFolder(), service);
      if (isService && making.has(words) && !isThere(folder))
        (await import('../features/setup/system.ts')).makeDataFolder(resolve(folder), service);
      return isService;
    },
  );

/** The entry of `bin/sallyport.js`. */
export const main = async (args: readonly string[]): Promise<void> => {
  // Whatever it writes is the owner's alone, SQLite's side files too.
  process.umask(0o077);
  const streams: Streams = {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  };
  try {
    process.exitCode = (await startedElsewhere(args)) ?? (await runLine(args, streams));
  } catch (error) {
    process.exitCode = await tell(error, args, streams);
  }
};
