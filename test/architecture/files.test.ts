import { describe, expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/sources.ts';

const own = ['bundle-tools', 'ui', 'appliance', 'agent', 'test', 'scripts'];
const files = sourceFiles(...own);
const isTest = (path: string) =>
  /\.test\.tsx?$/.test(path) || /^([a-z-]+\/)?test\//.test(path) || path.startsWith('scripts/');
const production = files.filter((file) => !isTest(file.path));
const matching = (list: typeof files, pattern: RegExp, except: ReadonlyArray<string | RegExp> = []) =>
  list
    .filter(
      (file) =>
        !except.some((allowed) => (typeof allowed === 'string' ? file.path === allowed : allowed.test(file.path))),
    )
    .filter((file) => pattern.test(codeOnly(file.text)))
    .map((file) => file.path);

const maxLines = 500;
const ambient = 'bundle-tools/src/platform/ambient.ts';

describe('files', () => {
  it(`have at most ${maxLines} lines; words and generated files excepted`, () => {
    expect(
      files
        .filter((file) => !/^ui\/src\/[a-z-]+\/words\.ts$/.test(file.path) && !file.path.includes('.generated.'))
        .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
        .filter((file) => file.lines > maxLines),
      'put a further idea of it into a file beside it',
    ).toEqual([]);
  });

  it('have no default export', () => {
    expect(matching(files, /^export default\b/m)).toEqual([]);
  });

  it('read the clock, randomness and the environment in one module only', () => {
    // Intl and parsing of given times are fine; an argument-less Date is the clock.
    expect(
      matching(production, /Date\.now\(|new Date\(\)|Math\.random\(|process\.env\b|randomUUID\(|randomBytes as /, [
        ambient,
      ]),
      `take them from ${ambient}`,
    ).toEqual([]);
  });

  it('take random bytes from that module only', () => {
    expect(
      matching(production, /import\s*\{[^}]*\brandomBytes\b[^}]*\}\s*from\s*''/, []).filter((path) => {
        const file = production.find((candidate) => candidate.path === path);
        return (
          /from 'node:crypto'/.test(
            /import\s*\{[^}]*\brandomBytes\b[^}]*\}\s*from\s*'[^']+'/.exec(file?.text ?? '')?.[0] ?? '',
          ) && path !== ambient
        );
      }),
    ).toEqual([]);
  });

  it('of tests leave nothing to chance but what follows from the seed, and let every law run longer', () => {
    expect(
      matching(files, /Math\.random\(|numRuns: (?!runs\()|interruptAfterTimeLimit/, [
        'test/architecture/files.test.ts',
      ]),
    ).toEqual([]);
  });

  it('carry no suppressed check', () => {
    const suppressed = /@ts-(?:ignore|expect-error|nocheck)|biome-ignore|oxlint-disable|eslint-disable/;
    expect(
      files
        .filter((file) => suppressed.test(file.text) && file.path !== 'test/architecture/files.test.ts')
        .map((file) => file.path),
    ).toEqual([]);
  });
});
