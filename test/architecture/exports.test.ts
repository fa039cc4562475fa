import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, type SourceFile, sourceFile, sourceFiles } from '../support/sources.ts';

// What is exported is a promise of its file. One that nobody takes is none, and hides what may be changed freely.

const declared = /^export (?:async )?(?:const|function\*?|type|class) ([A-Za-z_$][\w$]*)/gm;

/** Exports of production files and of what tests share, whose name stands in no other file. */
const untaken = (files: readonly SourceFile[]): string[] => {
  const holders = new Map<string, number>();
  for (const { text } of files)
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) holders.set(word, (holders.get(word) ?? 0) + 1);
  return files
    .filter(({ path }) => !/\.test\.tsx?$|\.generated\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(declared)].flatMap(([, name = '']) => (holders.get(name) === 1 ? [`${path}: ${name}`] : [])),
    );
};

describe('what a file exports', () => {
  it('is taken by another file', () => {
    const all = sourceFiles('bundle-tools', 'ui', 'appliance', 'agent', 'test', 'scripts');
    // The tests' own set-up takes some.
    const config = sourceFile('vitest.config.ts', readFileSync(join(repositoryRoot, 'vitest.config.ts'), 'utf8'));
    expect(untaken([...all, config]), 'exported and used in no other file: take the word export away').toEqual([]);
  });

  it('is found where nobody takes it', () => {
    const file = (path: string, text: string): SourceFile => ({ path, text, imports: [], imported: [] });
    const taker = file('ui/src/b.ts', "import { taken } from './a.ts';");
    const helper = file('test/support/c.ts', 'export const helper = 1;\n');
    expect(untaken([file('ui/src/a.ts', 'export const taken = 1;\nexport type Left = 2;\n'), taker, helper])).toEqual([
      'ui/src/a.ts: Left',
      'test/support/c.ts: helper',
    ]);
  });
});
