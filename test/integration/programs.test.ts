import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, sourceFiles } from '../support/sources.ts';

// What `make build` puts into program/: everything that is found by its path, and few files for a command that is short.

const appliance = (...path: string[]): string => join(repositoryRoot, 'appliance', ...path);

const namesIn = (folder: string, extension: '.ts' | '.js'): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(extension) && !file.endsWith(`.test${extension}`))
    .map((file) => file.slice(0, -extension.length))
    .sort();

/** The files of a program that are loaded with one of them. */
const loadedWith = (path: string, found = new Set<string>()): Set<string> => {
  if (found.has(path)) return found;
  found.add(path);
  const statement = /^(?:import|export)\b[^;'"]*?\bfrom\s*"(\.[^"]+)"|^import\s*"(\.[^"]+)"/gm;
  for (const match of readFileSync(path, 'utf8').matchAll(statement))
    loadedWith(join(dirname(path), match[1] ?? match[2] ?? ''), found);
  return found;
};

describe('a built program', () => {
  it.each(['cli', 'jobs'])('has each file of %s', (folder) => {
    expect(namesIn(appliance('program', folder), '.js')).toEqual(namesIn(appliance('src', folder), '.ts'));
  });

  it.each([
    'appliance/program/release.json',
    'bundle-tools/program/archive/hash-worker.js',
    'agent/program/release.json',
  ])('has %s, which is found by its path', (path) => {
    expect(existsSync(join(repositoryRoot, path))).toBe(true);
  });

  it('has every file of SQL, which is found by its path', () => {
    const names = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'));
    expect(names(appliance('src'))).toContain('schema.sql');
    expect(names(appliance('program'))).toEqual(names(appliance('src')));
  });

  it('knows the module of each command that an operation declares, and no other', async () => {
    const index = JSON.parse(readFileSync(appliance('program/commands.json'), 'utf8')) as Record<string, string>;
    const { allOperations } = await import('../../appliance/src/all-operations.ts');
    const declared = allOperations.flatMap(({ name, command }) => (command ? [name.replaceAll('.', ' ')] : []));
    expect(Object.keys(index).sort()).toEqual(declared.sort());
    for (const module of new Set(Object.values(index)))
      expect(existsSync(appliance('program', `${module}.js`)), module).toBe(true);
  });

  it('has every module that exports nothing: nobody imports it, so it is started by its path', () => {
    const started = sourceFiles('agent/src', 'appliance/src', 'bundle-tools/src')
      .filter(({ path, text }) => !path.endsWith('.test.ts') && !/^export\b/m.test(text))
      .map(({ path }) => path.replace('/src/', '/program/').replace(/\.ts$/, '.js'));
    expect(started).toContain('bundle-tools/program/media/survey-child.js');
    // Of this one the executable is made.
    const built = started.filter((path) => path !== 'agent/program/cli/executable.js');
    expect(built.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });

  it('shows the help of a command without the appliance', () => {
    const heavy = namesIn(appliance('program/cli'), '.js').filter((name) => {
      const files = [...loadedWith(appliance('program/cli', `${name}.js`))];
      return files.length > 40 || files.reduce((sum, path) => sum + statSync(path).size, 0) > 500_000;
    });
    expect(heavy).toEqual([]);
  });

  it('opens a site without a view and without the words of pages', () => {
    const chunks = appliance('program/chunks');
    const of = (module: string): string =>
      readdirSync(chunks).find((name) => readFileSync(join(chunks, name), 'utf8').includes(`// ${module}.js\n`)) ??
      module;
    const loaded = ['appliance/dist/compose', 'appliance/dist/entry-parts'].flatMap((module) => [
      ...loadedWith(join(chunks, of(module))),
    ]);
    const ui = loaded.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/^\/\/ (ui\/)dist(\/.+)\.js$/gm)]);
    const sources = new Set(ui.map(([, workspace, path]) => `${workspace}src${path}`));
    expect(sources).toContain('ui/src/paths');
    const views = [...sources].filter((source) => existsSync(join(repositoryRoot, `${source}.tsx`)));
    expect([...views, ...[...sources].filter((source) => source.startsWith('ui/src/i18n/tables'))]).toEqual([]);
  });
});
