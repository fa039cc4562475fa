import type { OptionSpec } from '@sallyport/bundle-tools/cli/option';
import type { PathUse } from '@sallyport/bundle-tools/person/kinds';
import type { Appliance } from '../compose.ts';
import type { Actor } from '../engine/objects/types.ts';

// A command is a file `cli/<noun>.ts` or `cli/<noun>-<verb>.ts` that exports `command`; main.ts finds it by its name.

export type Output = {
  /** A line of data on stdout, unless --json was given. */
  line(text: string): void;
  /** Rows in aligned columns on stdout, unless --json was given. */
  table(head: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number | null>>): void;
  /** The result on stdout when --json was given, once the command has ended well; call once. */
  result(value: unknown): void;
  /** The same at once, of a command that goes on. */
  begun(value: unknown): void;
  /** A line for people on stderr. */
  note(text: string): void;
};

export type CommandContext = {
  values: Readonly<Record<string, string | boolean | string[] | undefined>>;
  positionals: readonly string[];
  json: boolean;
  out: Output;
  /** An option's text; undefined when absent. */
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  dataDir: string;
  /** Opens the data directory beside a running server; closed when the command ends. */
  open(how?: { isServer?: boolean }): Promise<Appliance>;
  /** Who the command acts as; known once the data directory is open. */
  cliActor(): Actor;
};

export type Command = {
  summary: string;
  /** Positional arguments, for the help: `PATH`, `[ID…]`. */
  positionals?: string;
  /** What is done with the files and folders that these name, in their order; the last holds for all that follow. */
  paths?: ReadonlyArray<PathUse | undefined>;
  options?: Readonly<Record<string, OptionSpec>>;
  example: string;
  /** The exit code: 0 done, 1 failed. Throwing prints the error and exits by its table row. */
  run(context: CommandContext): Promise<number>;
};
