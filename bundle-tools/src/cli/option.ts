import type { PathUse } from '../person/kinds.ts';
import { defined } from '../platform/defined.ts';

/** One option of a command, of all programs: what parseArgs needs, and the words for `--help`. Without a value it is a switch. */
export type OptionSpec = {
  /** The word that stands for the value in the help text, for example `FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly required?: boolean;
  readonly multiple?: boolean;
  /** Where the value names a file or a folder: what is done with it. */
  readonly path?: PathUse;
  /** One letter that stands for the name. */
  readonly short?: string;
};

/** `--replace`, of commands that write a file that a person names. */
export const replaceOption: OptionSpec = { help: 'replace what is there' };

/** The options as parseArgs takes them. */
export function parseOptions(specs: Readonly<Record<string, OptionSpec>>) {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { value, multiple = false, short }]) => {
      const type = value === undefined ? ('boolean' as const) : ('string' as const);
      return [name, { type, multiple, ...defined({ short }) }];
    }),
  );
}

/** How an option is typed: `--out, -o FILE`. */
export function typedOption(name: string, { value, short }: OptionSpec): string {
  return `--${name}${short === undefined ? '' : `, -${short}`}${value === undefined ? '' : ` ${value}`}`;
}
