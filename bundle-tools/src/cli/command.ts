import type { PathUse } from '../person/kinds.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';

/** What a command is given: its options by name, its positional arguments, and where to report. */
export type CommandInput = {
  readonly options: Readonly<Record<string, string | boolean | ReadonlyArray<string> | undefined>>;
  readonly positionals: ReadonlyArray<string>;
  readonly io: Io;
};

/**
 * The data of a command: `json` for `--json` (stable, fields may be added), `text` for people. Both go to stdout. `exit` is 0
 * unless said: 1 where nothing was done, 3 where a part was.
 */
export type CommandResult = { readonly json: unknown; readonly text: ReadonlyArray<string>; readonly exit?: 0 | 1 | 3 };

/** How a command ends that did so many of its parts and failed at so many. */
export const exitOf = (done: number, failed: number): Pick<CommandResult, 'exit'> =>
  failed === 0 ? {} : { exit: done === 0 ? 1 : 3 };

/** A line of the table of commands. `words` are its noun and verb, in the order they are typed. */
export type CommandEntry = {
  readonly words: ReadonlyArray<string>;
  readonly summary: string;
  load(): Promise<Command>;
};

/** One command. Those of one noun stand in one file. */
export type Command = {
  readonly usage: string;
  readonly example: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The fewest and the most arguments without a name; absent: none. */
  readonly positionals?: readonly [fewest: number, most: number];
  /** What is done with the files and folders that these name, in their order; the last holds for all that follow, `undefined` names none. */
  readonly paths?: ReadonlyArray<PathUse | undefined>;
  run(input: CommandInput): Promise<CommandResult>;
};

/** The value of a text option, or undefined. */
export const textOption = (input: CommandInput, name: string): string | undefined => {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
};

/** All values of a repeatable option. */
export const listOption = (input: CommandInput, name: string): ReadonlyArray<string> => {
  const value = input.options[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : [];
};

/** Whether a switch is on. */
export const flagOption = (input: CommandInput, name: string): boolean => input.options[name] === true;
