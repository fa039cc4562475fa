import { describe, expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/sources.ts';

// Whether a file is there is asked with `isThere` (bundle-tools/src/platform/is-there.ts). access(2) judges by the real user's rights and
// not by those that the process has, and `existsSync` calls absent what may not be looked at: with both a key was once written over.

const asks = /\b(?:existsSync|accessSync)\b|\bfs\.(?:exists|access)\b|\bimport \{[^}]*\baccess\b[^}]*\} from/g;

/** Who may ask so, and why. */
const allowed: Readonly<Record<string, string>> = {};

const found = (text: string): readonly string[] => codeOnly(text).match(asks) ?? [];

describe('whether a file is there', () => {
  it('is asked by isThere alone, in every program', () => {
    const asking = sourceFiles('appliance', 'bundle-tools', 'agent', 'ui')
      .filter(({ path }) => /^[\w-]+\/(?:src|bin)\//.test(path) && !/\.test\.tsx?$/.test(path))
      .filter(({ text }) => found(text).length > 0)
      .map(({ path }) => path);
    expect(asking).toEqual(Object.keys(allowed));
  });

  it('is found where access(2) is asked', () => {
    for (const text of [
      "import { existsSync } from 'node:fs';\nif (existsSync(path)) read(path);",
      "import { accessSync } from 'node:fs';",
      "import { access } from 'node:fs/promises';",
      'if (fs.existsSync(path)) read(path);',
    ])
      expect(found(text), text).not.toEqual([]);
    expect(found('// existsSync asks access(2)\nif (isThere(path)) read(path);')).toEqual([]);
  });
});
