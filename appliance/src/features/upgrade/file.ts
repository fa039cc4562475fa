import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { type Upgrade, upgradeSchema } from './types.ts';

const pathIn = (dataDir: string): string => join(dataDir, 'upgrade.json');

/** The last upgrade; undefined where there was none. DATA_DIR for a damaged file. */
export function readUpgrade(dataDir: string): Upgrade | undefined {
  const path = pathIn(dataDir);
  if (!isThere(path)) return undefined;
  const parsed = upgradeSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new AppError('DATA_DIR', `${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Durable when it returns. */
export function writeUpgrade(dataDir: string, upgrade: Upgrade): void {
  writeFileDurable(pathIn(dataDir), `${JSON.stringify(upgrade, null, 2)}\n`, 0o600);
}
