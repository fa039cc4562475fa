import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The repository's root folder. */
export const repositoryRoot = join(import.meta.dirname, '..', '..');

/** The names that a statement takes from a module; a `type` is gone at run time, and so is `import type`. */
export type Imported = { specifier: string; values: readonly string[]; types: readonly string[] };

export type SourceFile = { path: string; text: string; imports: string[]; imported: readonly Imported[] };

const skipped = new Set(['node_modules', 'dist', 'program', 'var', '.git', '.stryker-tmp', 'reports', 'coverage']);

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });

const importedBy = (text: string): Imported[] => {
  const statement =
    /^(?:import|export)(\s+type)?\b([^;'"]*?)\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...text.matchAll(statement)].map(([, type, list = '', from, alone, called]) => {
    const specifier = from ?? alone ?? called ?? '';
    const names = list
      .replace(/[{}]/g, ',')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const isType = (name: string): boolean => type !== undefined || name.startsWith('type ');
    // Loaded for what it does, or as a whole.
    if (from === undefined) return { specifier, values: ['*'], types: [] };
    return { specifier, values: names.filter((name) => !isType(name)), types: names.filter(isType) };
  });
};

/** A source as the rules read it. */
export const sourceFile = (path: string, text: string): SourceFile => {
  const imported = importedBy(text);
  return { path, text, imports: imported.map(({ specifier }) => specifier), imported };
};

const sourcesBelow = (folder: string): SourceFile[] =>
  walk(join(repositoryRoot, folder))
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => sourceFile(relative(repositoryRoot, path).split(sep).join('/'), readFileSync(path, 'utf8')));

// Nearly every architecture test reads all folders, and one process runs many of them.
const read = new Map<string, readonly SourceFile[]>();

/** Every TypeScript file below the given folders, with its text and the module names that it imports. */
export const sourceFiles = (...folders: string[]): SourceFile[] =>
  folders.flatMap((folder) => {
    const known = read.get(folder) ?? sourcesBelow(folder);
    read.set(folder, known);
    return known;
  });

/** Source text without comments and string contents, for rules about code and not about prose. */
export const codeOnly = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
