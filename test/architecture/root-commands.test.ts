import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOnly, repositoryRoot, type SourceFile, sourceFile, sourceFiles } from '../support/sources.ts';

// What runs as root builds no path below the data folder: its user could have laid a link there. It asks a process of that user
// (appliance/src/data-acts, docs/decisions/086-root-and-the-data-folder.md).

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** The commands that the wrapper runs as root, as the files of them. */
const rootCommands = [
  ...(/^('setup .*)\) exec/m.exec(read('packaging/sallyport/sallyport'))?.[1] ?? '').matchAll(/'([a-z ]+)'/g),
].map(([, words = '']) => `appliance/src/cli/${words.trim().replaceAll(' ', '-')}.ts`);

const moduleOf = (path: string, specifier: string): string =>
  specifier.startsWith('.')
    ? join(dirname(path), specifier)
    : `${specifier.replace(/^@sallyport\/([\w-]+)\//, '$1/src/')}.ts`;

/** What these files load at any time, themselves included. */
function loadedBy(paths: readonly string[], files: ReadonlyMap<string, SourceFile>): SourceFile[] {
  const loaded = new Set<string>();
  const pending = [...paths];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const file = files.get(path);
    if (file === undefined || loaded.has(path)) continue;
    loaded.add(path);
    for (const { specifier, values } of file.imported) if (values.length > 0) pending.push(moduleOf(path, specifier));
  }
  return [...loaded].map((path) => files.get(path) as SourceFile);
}

const builds =
  /\b(?:join|resolve)\((?:\w+\.)*(?:dataDir|data)\s*,|\$\{(?:\w+\.)*dataDir\}\/|\bdataPaths\(|\b(?:context\.|\{[^}]*\b)open\b[^}]*\} = context|\bcontext\.open\(/g;
/** Nothing of it takes a path that is not the program's own. */
const isOfData = ({ path }: SourceFile): boolean => /^appliance\/src\/(?:cli|data-acts|features|[\w-]+\.ts)/.test(path);

/** Where the files of root, or what they load, build a path below the data folder. */
const pathsBelowData = (entries: readonly string[], all: readonly SourceFile[]): string[] =>
  loadedBy(entries, new Map(all.map((file) => [file.path, file]))).flatMap((file) => [
    ...(file.imported.some(({ values }) => values.includes('dataPaths')) ? [`${file.path}: dataPaths`] : []),
    ...(isOfData(file) ? (codeOnly(file.text).match(builds) ?? []).map((one) => `${file.path}: ${one}`) : []),
  ]);

describe('a command that runs as root', () => {
  const all = sourceFiles('appliance', 'bundle-tools').filter(({ path }) => !/\.test\.ts$|\/test\//.test(path));

  it('builds no path below the data folder, nor does what it loads', () => {
    expect(rootCommands.sort()).toEqual(
      ['destroy', 'release-install', 'release-rollback', 'setup', 'upgrade'].map(
        (name) => `appliance/src/cli/${name}.ts`,
      ),
    );
    expect(pathsBelowData(rootCommands, all)).toEqual([]);
  });

  it('is found where it builds one, or loads what does', () => {
    const root = 'appliance/src/cli/setup.ts';
    const found = (text: string, others: readonly SourceFile[] = []): string[] =>
      pathsBelowData([root], [sourceFile(root, text), ...others]);
    for (const text of [
      "const file = join(dataDir, 'upgrade.json');",
      "const file = resolve(data.dataDir, 'keys');",
      'rmSync(`${dataDir}/keys`);',
      "import { dataPaths } from '../platform/config.ts';\n",
      'const appliance = await context.open();',
    ])
      expect(found(text), text).not.toEqual([]);
    const writes = sourceFile(
      'appliance/src/features/upgrade/file.ts',
      "export const path = (dataDir: string) => join(dataDir, 'upgrade.json');",
    );
    expect(found("import { path } from '../features/upgrade/file.ts';\n", [writes])).toHaveLength(1);
    expect(found("const { path } = await import('../features/upgrade/file.ts');\n", [writes])).toHaveLength(1);
    expect(found("import type { path } from '../features/upgrade/file.ts';\n", [writes])).toEqual([]);
    expect(found("const data = dataActs(dataDir, user);\nconst lock = join(root, 'upgrade.lock');")).toEqual([]);
  });

  it('has no script of the packager beside it that works below the data folder as root', () => {
    for (const name of ['package-steps', 'postinst', 'prerm', 'postrm', 'sallyport'])
      for (const line of read(`packaging/sallyport/${name}`).split('\n'))
        expect(
          /\$\{?data\}?\/|\$SALLYPORT_DATA_DIR\//.test(line) && !line.includes('as_user'),
          `${name}: ${line}`,
        ).toBe(false);
  });
});
