import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isThere } from './is-there.ts';

/** `builtAt`: a time as in documents; undefined where the sources run without a build. */
export type Release = { readonly version: string; readonly builtAt: string | undefined };

const textOf = (path: string, name: string): string => {
  const value = (JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>)[name];
  if (typeof value !== 'string') throw new Error(`${path} has no ${name}`);
  return value;
};

/**
 * What a workspace is: the version in its manifest, and when it was built, which the build wrote beside the compiled
 * code. `codeFolder` is its src/ or dist/, which lie at the same depth.
 */
export const readRelease = (codeFolder: string): Release => {
  const built = join(codeFolder, 'release.json');
  return {
    version: textOf(join(codeFolder, '../package.json'), 'version'),
    builtAt: isThere(built) ? textOf(built, 'builtAt') : undefined,
  };
};

/** The line that `--version` prints. */
export const versionLine = (program: string, { version, builtAt }: Release): string =>
  `${program} ${version}${builtAt === undefined ? '' : ` (built ${builtAt})`}`;
