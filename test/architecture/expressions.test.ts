import { describe, expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/sources.ts';

// No regular expression is built from input: one that goes back and tries again takes as long as whoever wrote it and the
// text wants. So none is built at all: each stands in the code as a literal. Patterns of people are globs (platform/glob.ts).

const isProduction = (path: string): boolean => !/\.test\.tsx?$/.test(path) && !/^[a-z-]+\/test\//.test(path);

/** Objects of ours with methods that are called as those of texts are. */
const ownMethods = /\b(?:session|reader|index|paths|records|devices|objects|people)\.(?:match|search)\($/;

/** What a piece of code builds that is no literal: a regular expression, or a text where a method makes one of it. */
function built(source: string): string[] {
  const code = codeOnly(source);
  const found = [...code.matchAll(/\bRegExp\b\s*(?=[.(),;[\]])[^\n]*/g)].flatMap(({ index, 0: text }) =>
    // A type, or a question about one.
    /(?:[:<|&]|\breadonly(?:\s*\[)?|\bas|\binstanceof|\bof)\s*$/.test(code.slice(0, index)) &&
    !/^RegExp\s*[.(]/.test(text)
      ? []
      : [text],
  );
  for (const { index, 0: call, 1: argument = '' } of code.matchAll(
    /\.(?:match|matchAll|search)\(\s*([^\s,)]*)[^\n]*/g,
  )) {
    if (argument.startsWith('/') || argument.startsWith('{')) continue;
    const upTo = code.slice(Math.max(0, index - 60), index + call.indexOf('(') + 1);
    if (ownMethods.test(upTo)) continue;
    const isLiteral =
      /^\w+$/.test(argument) &&
      new RegExp(`\\b(?:const ${argument} =\\s*/|${argument}: RegExp\\b|const ${argument} of \\w+atterns\\b)`).test(
        code,
      );
    if (!isLiteral) found.push(call);
  }
  return found;
}

describe('regular expressions', () => {
  it('are literals in every program', () => {
    const files = sourceFiles('bundle-tools', 'ui', 'appliance', 'agent').filter(({ path }) => isProduction(path));
    expect(files.length).toBeGreaterThan(500);
    const wrong = files.flatMap(({ path, text }) => built(text).map((what) => `${path}: ${what}`));
    expect(wrong).toEqual([]);
  });

  it.each([
    ['new RegExp(pattern)', 1],
    ["new RegExp('^a', 'u')", 1],
    ['RegExp(text).test(line)', 1],
    ['const make = RegExp;', 1],
    ['Reflect.construct(RegExp, [text])', 1],
    ['globalThis.RegExp(text)', 1],
    ['[text].map(RegExp)', 1],
    ['name.match(pattern)', 1],
    ["name.matchAll('a' + words)", 1],
    ["name.search('a' + b)", 1],
    ['const pattern = /a/g;\nname.matchAll(pattern)', 0],
    ['const test = (pattern: RegExp): boolean => name.match(pattern) !== null', 0],
    ['const all: readonly RegExp[] = [/a/];', 0],
    ['value instanceof RegExp', 0],
    ['// new RegExp(text)', 0],
    ['session.search(search)', 0],
  ])('a planted %s is found', (code, times) => {
    expect(built(code)).toHaveLength(times);
  });
});
