import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BundleError } from '../errors.ts';
import { ensureDir } from '../platform/files.ts';

/**
 * The state of a connected host: one folder, one owner.
 *
 *   trust/       every root, targets, snapshot and timestamp that was published
 *   keys/        the online keys (0600): snapshot, timestamp, fulfil, host seal
 *   sites/       one folder per site: card, receipts, the last request, bundles written
 *   sources.json where advisories and updates come from
 *   feeds/       the normalised content of each advisory feed, as synced last
 *   catalogs/    one folder per catalog, unsigned until a curator signs
 *   objects/     bytes by SHA-256
 *   cache/       what sources keep between runs; may be deleted
 *   staging/     work in progress; may be deleted
 *
 * Root and curator keys never lie here: their files are named on the command line.
 */
export type HostState = {
  readonly dir: string;
  readonly trust: string;
  readonly keys: string;
  readonly sites: string;
  readonly sources: string;
  readonly feeds: string;
  readonly catalogs: string;
  readonly objects: string;
  readonly cache: string;
  readonly staging: string;
};

const layout = (dir: string): HostState => ({
  dir,
  trust: join(dir, 'trust'),
  keys: join(dir, 'keys'),
  sites: join(dir, 'sites'),
  sources: join(dir, 'sources.json'),
  feeds: join(dir, 'feeds'),
  catalogs: join(dir, 'catalogs'),
  objects: join(dir, 'objects', 'sha256'),
  cache: join(dir, 'cache'),
  staging: join(dir, 'staging'),
});

/** Makes the folders of a new state, or finds those of an old one; `trust init` then fills it. */
export const createState = (dir: string): HostState => {
  const state = layout(resolve(dir));
  ensureDir(state.dir, 0o700);
  for (const path of [state.trust, state.sites, state.feeds, state.catalogs, state.objects, state.cache, state.staging])
    ensureDir(path);
  ensureDir(state.keys, 0o700);
  return state;
};

/** Opens an existing state. */
export const openState = (dir: string): HostState => {
  const state = layout(resolve(dir));
  if (!existsSync(join(state.trust, '1.root.json')))
    throw new BundleError('NOT_FOUND', `${dir} holds no state of a connected host; start with: trust init --state DIR`);
  return state;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const takeLock = (path: string): void => {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const fd = openSync(path, 'wx', 0o600);
      try {
        writeSync(fd, `${process.pid}\n`);
      } finally {
        closeSync(fd);
      }
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = Number(readFileSync(path, 'utf8').trim());
      if (Number.isSafeInteger(holder) && holder > 0 && holder !== process.pid && isAlive(holder))
        throw new BundleError('BUSY', `another command (process ${holder}) works on this state`);
      // The holder ended without cleaning up, for example at a power cut.
      rmSync(path, { force: true });
    }
  }
  throw new BundleError('BUSY', 'another command works on this state');
};

/** Runs `work` while no other command may change the state. */
export const withLock = async <T>(state: HostState, work: () => Promise<T>): Promise<T> => {
  const path = join(state.dir, 'lock');
  takeLock(path);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
};
