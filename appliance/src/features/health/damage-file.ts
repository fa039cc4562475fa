import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { z } from 'zod';

// DATA/damage.json: that the database is damaged, and since when. Beside the database, since a damaged one may not be opened, and
// since the server, a worker or a start that fails tells it to the others by it. For the service's user.

const schema = z.strictObject({
  format: z.literal('sallyport-damage/1'),
  /** When it was first met, in milliseconds. */
  since: z.number(),
  /** What SQLite said, English. */
  detail: z.string(),
});

export type Damage = { since: number; detail: string };

const mostDetail = 500;

const pathIn = (dataDir: string): string => join(dataDir, 'damage.json');

/** The damage that is known; undefined where none is. A file that cannot be read says damage as well. */
export function readDamage(dataDir: string): Damage | undefined {
  let text: string;
  try {
    text = readFileSync(pathIn(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { since, detail } = schema.parse(JSON.parse(text));
    return { since, detail };
  } catch {
    return { since: 0, detail: 'damage.json cannot be read' };
  }
}

/** Keeps the first time and the first words; what is known is returned. Throws what the disk says. */
export function noteDamage(dataDir: string, met: { at: number; detail: string }): Damage {
  const known = readDamage(dataDir);
  if (known !== undefined) return known;
  const damage = { since: met.at, detail: met.detail.slice(0, mostDetail) };
  writeFileDurable(pathIn(dataDir), `${JSON.stringify({ format: 'sallyport-damage/1', ...damage })}\n`, 0o600);
  return damage;
}

/** After every page was found whole. */
export function clearDamage(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true });
  syncDir(dataDir);
}
