import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFiles } from '../support/sources.ts';

// What is exported is a promise of its file. One that nobody takes is none, and hides what may be changed freely.

const declared = /^export (?:async )?(?:const|function\*?|type|class) ([A-Za-z_$][\w$]*)/gm;

/** Exports of production files whose name stands in no other file. */
const untaken = (files: readonly SourceFile[]): string[] => {
  const holders = new Map<string, number>();
  for (const { text } of files)
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) holders.set(word, (holders.get(word) ?? 0) + 1);
  return files
    .filter(({ path }) => /^[a-z-]+\/src\//.test(path) && !/\.test\.tsx?$|\.generated\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(declared)].flatMap(([, name = '']) => (holders.get(name) === 1 ? [`${path}: ${name}`] : [])),
    );
};

describe('what a file exports', () => {
  it('is taken by another file', () => {
    expect(untaken(sourceFiles('bundle-tools', 'ui', 'appliance', 'agent', 'test', 'scripts'))).toEqual([]);
  });

  it('is found where nobody takes it', () => {
    const file = (path: string, text: string): SourceFile => ({ path, text, imports: [], imported: [] });
    const taker = file('ui/src/b.ts', "import { taken } from './a.ts';");
    expect(untaken([file('ui/src/a.ts', 'export const taken = 1;\nexport type Left = 2;\n'), taker])).toEqual([
      'ui/src/a.ts: Left',
    ]);
  });
});
