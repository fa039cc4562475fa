import { parseArgs } from 'node:util';
import { type OptionSpec, parseOptions as parsed, typedOption } from '@sallyport/bundle-tools/cli/option';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { AgentError } from '../errors.ts';

export type CommandContext = {
  text(name: string): string | undefined;
  flag(name: string): boolean;
  json: boolean;
  /** Data on stdout. */
  line(text: string): void;
  /** The result on stdout when --json was given. */
  result(value: unknown): void;
  /** What it was asked is answered, and the answer is not a good one: exit code 1. */
  fail(): void;
  /** For people, on stderr. */
  note(text: string): void;
};

/** A line of the table of commands. */
export type CommandEntry = { name: string; summary: string; load(): Promise<{ command: Command }> };

export type Command = {
  options: Readonly<Record<string, OptionSpec>>;
  example: string;
  run(context: CommandContext): Promise<void>;
};

export const defaultStateDir =
  process.platform === 'win32' ? 'C:\\ProgramData\\Sallyport\\Agent' : '/var/lib/sallyport-agent';

/** The root of the machine itself; on Windows not that of the drive where the command was given. */
export const machineRoot = (): string => (process.platform === 'win32' ? `${env('SystemDrive') ?? 'C:'}\\` : '/');

/** Options that every command takes. */
const commonOptions = {
  state: { value: 'DIR', help: `the agent's own folder (${defaultStateDir})` },
  json: { help: 'the result as JSON on standard output' },
  help: { short: 'h', help: 'this text' },
} as const;

/** A positive whole number from an option. */
export const wholeNumber = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  if (!/^\d{1,7}$/.test(text)) throw new AgentError('USAGE', `not a whole number: ${text}`);
  return Number(text);
};

const optionLine = (name: string, spec: OptionSpec): string => `  ${typedOption(name, spec)}`.padEnd(26) + spec.help;

export const helpOf = ({ name, summary }: CommandEntry, command: Command): string =>
  [
    `sallyport-agent ${name}: ${summary}`,
    '',
    ...Object.entries<OptionSpec>({ ...command.options, ...commonOptions }).map(([name, spec]) =>
      optionLine(name, spec),
    ),
    '',
    `Example: ${command.example}`,
  ].join('\n');

/** Parses the options of one command; USAGE for anything that it does not take. */
export const parseOptions = (command: Command, args: readonly string[]): Map<string, string | boolean> => {
  const specs = { ...command.options, ...commonOptions };
  const options = parsed(specs);
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    return new Map(
      Object.entries(values).filter(
        (entry): entry is [string, string | boolean] => entry[1] !== undefined && !Array.isArray(entry[1]),
      ),
    );
  } catch (error) {
    throw new AgentError('USAGE', error instanceof Error ? error.message : String(error));
  }
};
