import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, type SourceFile, sourceFile, sourceFiles } from '../support/sources.ts';

// What is exported is a promise of its file. One that nobody takes is none, and hides what may be changed freely.

const declared = /^export (?:async )?(?:const|function\*?|type|class) ([A-Za-z_$][\w$]*)/gm;

// Commands and targets of the fuzzer are loaded by the names of their files, a program's own file starts its `main` or what it answers,
// and the compiler names the type of all words in what it writes of each table.
const takenOtherwise =
  /^appliance\/src\/cli\/[\w-]+\.ts: command$|^test\/fuzz\/(?:(?:targets|planted)\/[\w-]+\.ts: target|harness\.ts: fuzz)$|^bundle-tools\/src\/cli\/main\.ts: main$|^appliance\/src\/data-acts\/answer\.ts: (?:answerActs|writeObject)$|^ui\/src\/i18n\/types\.ts: Table$/;

/** The path of an imported module without its ending: `appliance/src/platform/log`. */
const resolved = (path: string, specifier: string): string =>
  (specifier.startsWith('.')
    ? join(dirname(path), specifier)
    : specifier.replace(/^@sallyport\/([\w-]+)\//, '$1/src/')
  ).replace(/\.tsx?$/, '');

/** Exports of production files and of what tests share that no other file imports by their name. */
const untaken = (files: readonly SourceFile[]): string[] => {
  const taken = new Set<string>();
  const wholly = new Map<string, string[]>();
  for (const { path, text, imported } of files)
    for (const { specifier, values, types } of imported) {
      const from = resolved(path, specifier);
      for (const name of [...values, ...types]) {
        // The module as a whole: each name that stands in the file may be one of it.
        if (name.startsWith('*')) wholly.set(from, [...(wholly.get(from) ?? []), text]);
        else taken.add(`${from}: ${name.replace(/^type /, '').replace(/ as .*$/, '')}`);
      }
    }
  return files
    .filter(({ path }) => !/\.test\.tsx?$|\.generated\.ts$/.test(path))
    .flatMap(({ path, text }) => {
      const from = path.replace(/\.tsx?$/, '');
      const isTaken = (name: string): boolean =>
        taken.has(`${from}: ${name}`) ||
        (wholly.get(from) ?? []).some((taker) => new RegExp(`\\b${name.replace('$', '\\$')}\\b`).test(taker));
      return [...text.matchAll(declared)].flatMap(([, name = '']) => (isTaken(name) ? [] : [`${path}: ${name}`]));
    })
    .filter((one) => !takenOtherwise.test(one));
};

describe('what a file exports', () => {
  it('is taken by another file', () => {
    const all = sourceFiles('bundle-tools', 'ui', 'appliance', 'agent', 'test', 'scripts');
    // The tests' own set-up takes some.
    const config = sourceFile('vitest.config.ts', readFileSync(join(repositoryRoot, 'vitest.config.ts'), 'utf8'));
    expect(untaken([...all, config]), 'exported and used in no other file: take the word export away').toEqual([]);
  });

  it('is found where nobody takes it', () => {
    const taker =
      "import { taken } from './a.ts';\nconst Left = 3;\nconst whole = await import('../../agent/src/d.ts');\nwhole.used;\n";
    expect(
      untaken([
        sourceFile('ui/src/a.ts', 'export const taken = 1;\nexport type Left = 2;\n'),
        sourceFile('ui/src/b.ts', taker),
        sourceFile('test/support/c.ts', 'export const helper = 1;\n'),
        sourceFile('agent/src/d.ts', 'export const used = 1;\nexport const unused = 1;\n'),
      ]),
    ).toEqual(['ui/src/a.ts: Left', 'test/support/c.ts: helper', 'agent/src/d.ts: unused']);
  });
});
