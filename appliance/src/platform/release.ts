import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const release = z.strictObject({ builtAt: z.iso.datetime({ precision: 0 }) });

/**
 * When this release was built, as the build wrote it beside the compiled code: no clock that is right is behind it.
 * Undefined where the sources run without a build.
 */
export const releaseTime = (): string | undefined => {
  const path = join(import.meta.dirname, '../release.json');
  return existsSync(path) ? release.parse(JSON.parse(readFileSync(path, 'utf8'))).builtAt : undefined;
};
