import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { vi } from 'vitest';
import { type Initialised, type InitOptions, initialise } from '../../src/init.ts';

// Making a data directory takes longer than most tests that need one, so a run makes each kind once, whichever process
// comes first, and the others copy it. All of a kind have the same keys.

/** Copies a data directory: folders for their owner only, files as they are. */
export const layCopy = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  chmodSync(to, 0o700);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) layCopy(join(from, entry.name), join(to, entry.name));
    else cpSync(join(from, entry.name), join(to, entry.name));
  }
};

/** `initialise`, by copying where this run has made such a directory already. Without SALLYPORT_TEST_MADE it makes one. */
export const initialised = async (options: InitOptions): Promise<Initialised> => {
  const folder = env('SALLYPORT_TEST_MADE');
  // What is made under a clock of its own has links and certificates of that time.
  if (folder === undefined || vi.isFakeTimers()) return initialise(options);
  const { site, addresses, listen, administrator, dataDir } = options;
  const kind = JSON.stringify({ site, addresses, listen, administrator });
  const made = join(folder, createHash('sha256').update(kind).digest('hex').slice(0, 16));
  if (!existsSync(made)) {
    const mine = mkdtempSync(join(folder, 'making-'));
    const result = await initialise({ ...options, dataDir: join(mine, 'data') });
    writeFileSync(join(mine, 'result.json'), JSON.stringify(result));
    try {
      renameSync(mine, made);
    } catch (error) {
      // Another process was faster.
      rmSync(mine, { recursive: true, force: true });
      if (!existsSync(made)) throw error;
    }
  }
  layCopy(join(made, 'data'), dataDir);
  return JSON.parse(readFileSync(join(made, 'result.json'), 'utf8')) as Initialised;
};
