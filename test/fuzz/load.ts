import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FuzzTarget } from './target.ts';

const here = import.meta.dirname;

/** The names of all targets: one file each. */
export const targetNames = (): string[] =>
  readdirSync(join(here, 'targets'))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();

/** The file of a target; the planted ones are there to be found. */
export const targetFile = (name: string): string => {
  const file = ['targets', 'planted']
    .map((folder) => join(here, folder, `${name}.ts`))
    .find((path) => existsSync(path));
  if (file === undefined) throw new Error(`there is no target ${name}`);
  return file;
};

/** Loads a target by its name. */
export const loadTarget = async (name: string): Promise<FuzzTarget> => {
  const { target } = (await import(targetFile(name))) as { target: FuzzTarget };
  if (target.name !== name) throw new Error(`the file of ${name} calls itself ${target.name}`);
  return target;
};

/** The target's own seeds and the inputs that once were findings. */
export const seedsOf = async (target: FuzzTarget): Promise<Buffer[]> => {
  const folder = join(here, 'corpus', target.name);
  const kept = existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(join(folder, file))) : [];
  return [...[...(await target.seeds())].map((seed) => Buffer.from(seed as Uint8Array)), ...kept];
};
