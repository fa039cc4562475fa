import { allCommands } from '@sallyport/appliance/cli/main';
import { commands } from '@sallyport/bundle-tools/cli/commands';
import type { OptionSpec } from '@sallyport/bundle-tools/cli/option';
import type { PathUse } from '@sallyport/bundle-tools/person/kinds';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedPaths, pathWords, plainWords } from './named-paths.ts';

// Every option and argument that names a file or a folder says what is done with it (docs/decisions/087-what-a-person-names.md):
// without that the part with the person's rights hands nothing over, and the command would open it by itself.

type Declared = {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** What stands for the arguments in the help. */
  readonly usage: string;
  readonly paths: ReadonlyArray<PathUse | undefined>;
};

const textOf = (use: PathUse | undefined): string =>
  typeof use === 'object' ? [use.kind, ...use.beside].join(' + ') : (use ?? '-');

const rowsOf = ({ name, options, paths }: Declared): string[] => [
  ...Object.entries(options).flatMap(([option, { path }]) =>
    path === undefined ? [] : [`${name} --${option}: ${textOf(path)}`],
  ),
  ...(paths.length === 0 ? [] : [`${name}: ${paths.map(textOf).join(', ')}`]),
];

/** Words of a usage that stand for arguments, options and their values left out. */
const wordsOf = (usage: string): string[] =>
  (usage.replaceAll(/--[\w-]+(?: [A-Z][\w|.-]*)?/g, '').match(/\b[A-Z]{2,}\b/g) ?? []).filter(
    (word) => pathWords.has(word) || !plainWords.has(word),
  );

/** What names a path, or may, and does not say what is done with it. */
const undeclared = ({ name, options, usage, paths }: Declared): string[] => [
  ...Object.entries(options).flatMap(([option, { value, path }]) =>
    value === undefined || path !== undefined || (plainWords.has(value) && !pathWords.has(value))
      ? []
      : [`${name} --${option} ${value}`],
  ),
  ...(paths.length > 0 ? [] : wordsOf(usage).map((word) => `${name} ${word}`)),
];

describe('a path that a person names', () => {
  const declared: Declared[] = [];
  beforeAll(async () => {
    for (const [words, load] of await allCommands()) {
      const { options = {}, positionals = '', paths = [] } = await load();
      declared.push({ name: `sallyport ${words}`, options, usage: positionals, paths });
    }
    for (const { words, load } of commands) {
      const { options, positionals, usage, paths = [] } = await load();
      const name = `sallyport-bundle ${words.join(' ')}`;
      declared.push({ name, options, usage: positionals === undefined ? '' : usage, paths });
    }
  });

  it('is declared with what is done with it, of every command', () => {
    expect(declared.flatMap(undeclared)).toEqual([]);
  });

  it('stands in the table of all', () => {
    expect(declared.flatMap(rowsOf).sort()).toEqual([...namedPaths].sort());
  });

  it('is found where it is new and says nothing', () => {
    const plain = { name: 'sallyport x', options: {}, usage: '', paths: [] };
    const spec = (value: string): OptionSpec => ({ value, help: '' });
    expect(undeclared({ ...plain, options: { out: spec('FILE') } })).toEqual(['sallyport x --out FILE']);
    expect(undeclared({ ...plain, options: { out: spec('SOMETHING') } })).toEqual(['sallyport x --out SOMETHING']);
    expect(undeclared({ ...plain, usage: 'x PATH... --state DIR' })).toEqual(['sallyport x PATH']);
    expect(undeclared({ ...plain, usage: '[FOLDER…]' })).toEqual(['sallyport x FOLDER']);
    expect(undeclared({ ...plain, options: { out: { ...spec('FILE'), path: 'output' } } })).toEqual([]);
    expect(undeclared({ ...plain, options: { name: spec('NAME') }, usage: 'DEVICE…' })).toEqual([]);
  });
});
