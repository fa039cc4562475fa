import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from './errors.ts';

/** Files of a folder that declare something: .ts or .js, no tests, no type files; in order of their names. */
const declarationFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => /^[a-z0-9][a-z0-9-]*\.(ts|js)$/.test(file) && !/\.(test|d)\.(ts|js)$/.test(file))
    .sort()
    .map((file) => join(folder, file));

/** The name that a declaration file stands for. */
const declarationName = (path: string): string => basename(path).replace(/\.(ts|js)$/, '');

const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(path).href)) as T;

/**
 * Loads what the files of the folders export under `exported`. A file without that export is a defect: a declaration
 * that is silently ignored would look like lost data.
 */
export const loadDeclarations = async <T>(
  folders: readonly string[],
  exported: string,
): Promise<Array<{ name: string; path: string; value: T }>> => {
  const found: Array<{ name: string; path: string; value: T }> = [];
  for (const folder of folders) {
    for (const path of declarationFiles(folder)) {
      const name = declarationName(path);
      const value = (await load<Readonly<Record<string, unknown>>>(path))[exported];
      if (value === undefined) throw new AppError('DECLARATION', `${path} does not export ${exported}`);
      if (found.some((other) => other.name === name)) throw new AppError('DECLARATION', `${name} is declared twice`);
      found.push({ name, path, value: value as T });
    }
  }
  return found;
};

type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

/** Tables of declarations as one, with the types of their entries. */
export function joined<T extends ReadonlyArray<Readonly<Record<string, unknown>>>>(
  ...tables: T
): Intersection<T[number]> {
  const names = tables.flatMap((table) => Object.keys(table));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new AppError('DECLARATION', `${twice} is declared twice`);
  return Object.assign({}, ...tables) as Intersection<T[number]>;
}
