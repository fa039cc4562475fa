import { versionLine } from '@sallyport/bundle-tools/platform/release';
import { AgentError, describe, exitCodeOf, nextStepOf } from '../errors.ts';
import { agentRelease } from '../version.ts';
import { type CommandContext, type CommandEntry, helpOf, parseOptions } from './command.ts';

const commands: readonly CommandEntry[] = [
  {
    name: 'enrol',
    summary: 'makes a key, compares the fingerprint and asks for a certificate',
    load: () => import('./enrol.ts'),
  },
  {
    name: 'run',
    summary: 'the service: checks in, reports, does what is ordered and signed',
    load: () => import('./run.ts'),
  },
  {
    name: 'once',
    summary: 'collects, reports and does what is ordered, once; or writes the inventory to a file',
    load: () => import('./once.ts'),
  },
  {
    name: 'forget',
    summary: 'removes all that the agent keeps on this device; the appliance still knows the device',
    load: () => import('./forget.ts'),
  },
  {
    name: 'replace',
    summary: 'puts an ordered release of the agent in place, and the one before back where it is not heard of',
    load: () => import('./replace.ts'),
  },
  {
    name: 'status',
    summary: 'how this device stands with the appliance; exit code 1 where it is not accepted',
    load: () => import('./status.ts'),
  },
  { name: 'log', summary: "the newest lines of the agent's own log", load: () => import('./log.ts') },
];

const overview = (): string =>
  [
    'sallyport-agent: the agent on a device',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(8)}${command.summary}`),
    '',
    'sallyport-agent COMMAND --help tells more, sallyport-agent --version which release this is.',
  ].join('\n');

type Stream = { write(text: string): unknown };
/** Where a command line writes: the process, or what stands for it. */
type Streams = { readonly stdout: Stream; readonly stderr: Stream };

const write = (stream: Stream, text: string): void => void stream.write(`${text}\n`);

const contextOf = (
  values: ReadonlyMap<string, string | boolean>,
  { stdout, stderr }: Streams,
  fail: () => void,
): CommandContext => {
  const json = values.get('json') === true;
  return {
    text: (name) => {
      const value = values.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    flag: (name) => values.get(name) === true,
    json,
    line: (text) => {
      if (!json) write(stdout, text);
    },
    result: (value) => {
      if (json) write(stdout, JSON.stringify(value));
    },
    fail,
    note: (text) => write(stderr, text),
  };
};

const dispatch = async (argv: readonly string[], streams: Streams): Promise<0 | 1> => {
  const [name = 'help', ...args] = argv;
  if (['help', '--help', '-h'].includes(name)) {
    write(streams.stdout, overview());
    return 0;
  }
  if (name === '--version') {
    write(streams.stdout, versionLine('sallyport-agent', agentRelease()));
    return 0;
  }
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new AgentError('USAGE', `no such command: ${name}`);
  const { command } = await entry.load();
  const values = parseOptions(command, args);
  const ended: { code: 0 | 1 } = { code: 0 };
  const fail = (): void => {
    ended.code = 1;
  };
  if (values.get('help') === true) write(streams.stdout, helpOf(entry, command));
  else await command.run(contextOf(values, streams, fail));
  return ended.code;
};

/** Runs a command line; its exit code is 0 done, 1 failed, 2 wrong use. */
export const runLine = async (argv: readonly string[], streams: Streams): Promise<number> => {
  try {
    return await dispatch(argv, streams);
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL';
    if (argv.includes('--json')) {
      write(
        streams.stdout,
        JSON.stringify({
          error: code,
          message: error instanceof Error ? error.message : String(error),
          next: nextStepOf(error),
        }),
      );
    }
    write(streams.stderr, `sallyport-agent: ${describe(error)}`);
    write(streams.stderr, `Next: ${nextStepOf(error)}`);
    return exitCodeOf(error);
  }
};

/** The command line of this process; sets its exit code. */
export const main = async (argv: readonly string[]): Promise<void> => {
  process.exitCode = await runLine(argv, process);
};
