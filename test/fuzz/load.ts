import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FuzzTarget } from './target.ts';

const here = import.meta.dirname;

/** The names of all targets: one file each. */
export const targetNames = (): string[] =>
  readdirSync(join(here, 'targets'))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();

/** Loads a target by its name. */
export const loadTarget = async (name: string): Promise<FuzzTarget> => {
  const { target } = (await import(`./targets/${name}.ts`)) as { target: FuzzTarget };
  if (target.name !== name) throw new Error(`targets/${name}.ts calls itself ${target.name}`);
  return target;
};

/** The target's own seeds and the inputs that once were findings. */
export const seedsOf = async (target: FuzzTarget): Promise<Buffer[]> => {
  const folder = join(here, 'corpus', target.name);
  const kept = existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(join(folder, file))) : [];
  return [...[...(await target.seeds())].map((seed) => Buffer.from(seed as Uint8Array)), ...kept];
};
