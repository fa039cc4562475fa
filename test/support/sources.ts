import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The repository's root folder. */
export const repositoryRoot = join(import.meta.dirname, '..', '..');

export type SourceFile = { path: string; text: string; imports: string[] };

const skipped = new Set(['node_modules', 'dist', 'program', 'var', '.git', '.stryker-tmp', 'reports', 'coverage']);

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });

const specifiers = (text: string): string[] => {
  const found: string[] = [];
  const statement =
    /^(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  for (const match of text.matchAll(statement)) found.push(match[1] ?? match[2] ?? match[3] ?? '');
  return found;
};

/** Every TypeScript file below the given top-level folders, with its text and the module names that it imports. */
export const sourceFiles = (...folders: string[]): SourceFile[] =>
  folders.flatMap((folder) =>
    walk(join(repositoryRoot, folder))
      .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
      .map((path) => {
        const text = readFileSync(path, 'utf8');
        return { path: relative(repositoryRoot, path).split(sep).join('/'), text, imports: specifiers(text) };
      }),
  );

/** Source text without comments and string contents, for rules about code and not about prose. */
export const codeOnly = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
