import { AgentError, describe, exitCodeOf } from '../errors.ts';
import { type Command, type CommandContext, helpOf, parseOptions } from './command.ts';
import { command as enrol } from './enrol.ts';
import { command as log } from './log.ts';
import { command as once } from './once.ts';
import { command as run } from './run.ts';

const commands: readonly Command[] = [enrol, run, once, log];

const overview = (): string =>
  [
    'sallyport-agent: the agent on a device',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(8)}${command.summary}`),
    '',
    'sallyport-agent COMMAND --help tells more.',
  ].join('\n');

const write = (stream: NodeJS.WriteStream, text: string): void => void stream.write(`${text}\n`);

const contextOf = (values: ReadonlyMap<string, string | boolean>): CommandContext => {
  const json = values.get('json') === true;
  return {
    text: (name) => {
      const value = values.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    flag: (name) => values.get(name) === true,
    json,
    line: (text) => {
      if (!json) write(process.stdout, text);
    },
    result: (value) => {
      if (json) write(process.stdout, JSON.stringify(value));
    },
    note: (text) => write(process.stderr, text),
  };
};

const dispatch = async (argv: readonly string[]): Promise<void> => {
  const [name, ...args] = argv;
  if (name === undefined || name === '--help' || name === 'help') {
    write(process.stdout, overview());
    return;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new AgentError('USAGE', `no such command: ${name}`);
  const values = parseOptions(command, args);
  if (values.get('help') === true) write(process.stdout, helpOf(command));
  else await command.run(contextOf(values));
};

/** The command line; sets the exit code: 0 done, 1 failed, 2 wrong use. */
export const main = async (argv: readonly string[]): Promise<void> => {
  try {
    await dispatch(argv);
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL';
    if (argv.includes('--json')) {
      write(
        process.stdout,
        JSON.stringify({ error: code, message: error instanceof Error ? error.message : String(error) }),
      );
    }
    write(process.stderr, `sallyport-agent: ${describe(error)}`);
    process.exitCode = exitCodeOf(error);
  }
};
