import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
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
import { deserialize, serialize } from 'node:v8';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { until } from '../../../test/support/until.ts';
import { dataPaths, readConfig, writeConfig } from '../../src/platform/config.ts';

// Making a data directory takes longer than most tests that need one, so a run makes each kind once, whichever process
// comes first, and the others copy it.

/** Copies a data directory: folders for their owner only, files as they are. */
export const layCopy = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  chmodSync(to, 0o700);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) layCopy(join(from, entry.name), join(to, entry.name));
    else copyFileSync(join(from, entry.name), join(to, entry.name));
  }
};

/** Makes the folder `made`, which has what was made as `content`, and the result. */
const makeIn = async (folder: string, made: string, make: (folder: string) => Promise<unknown>): Promise<void> => {
  const mine = mkdtempSync(join(folder, 'making-'));
  try {
    const result = await make(join(mine, 'content'));
    writeFileSync(join(mine, 'result'), serialize(result));
    renameSync(mine, made);
  } finally {
    rmSync(mine, { recursive: true, force: true });
  }
};

/** What `make` makes of a kind of folder lies in `to`, and its result. Outside the runner each is made anew. */
export const madeOnce = async <T>(kind: string, to: string, make: (folder: string) => Promise<T>): Promise<T> => {
  const folder = env('SALLYPORT_TEST_MADE');
  if (folder === undefined) return make(to);
  const made = join(folder, createHash('sha256').update(kind).digest('hex').slice(0, 16));
  const lock = `${made}.lock`;
  while (!existsSync(made)) {
    try {
      mkdirSync(lock);
    } catch {
      // Another process makes it.
      await until(() => !existsSync(lock));
      continue;
    }
    try {
      if (!existsSync(made)) await makeIn(folder, made, make);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  layCopy(join(made, 'content'), to);
  return deserialize(readFileSync(join(made, 'result'))) as T;
};

/** The server of a data directory that was made for any port listens on this one. */
export const listenAt = (dataDir: string, port: number): void => {
  const paths = dataPaths(dataDir);
  const config = readConfig(paths);
  writeConfig(paths, { ...config, listen: { ...config.listen, port } });
};
