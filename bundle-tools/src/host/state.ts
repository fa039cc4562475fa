import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BundleError } from '../errors.ts';
import { ensureDir } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';

/**
 * The state of a connected host: one folder, one owner.
 *
 *   trust/       every root, targets, snapshot and timestamp that was published
 *   pending/     a root or targets that wait for signatures of people elsewhere
 *   labels.json  who holds which key, as its maker wrote
 *   keys/        the online keys (0600): snapshot, timestamp, fulfil, host seal
 *   sites/       one folder per site: card, receipts, the last request, bundles written
 *   sources.json where advisories and updates come from
 *   feeds/       the normalised content of each advisory feed, as synced last
 *   catalogs/    one folder per catalog, unsigned until a curator signs
 *   announcements/  what sites are told, one file each
 *   releases.json   releases of Sallyport that can be brought to sites
 *   objects/     bytes by SHA-256
 *   cache/       what sources keep between runs; may be deleted
 *   staging/     work in progress; may be deleted
 *
 * Root and curator keys never lie here: their files are named on the command line.
 */
export type HostState = {
  readonly dir: string;
  readonly trust: string;
  readonly pending: string;
  readonly labels: string;
  readonly keys: string;
  readonly sites: string;
  readonly sources: string;
  readonly feeds: string;
  readonly catalogs: string;
  readonly announcements: string;
  readonly releases: string;
  readonly objects: string;
  readonly cache: string;
  readonly staging: string;
};

const layout = (dir: string): HostState => ({
  dir,
  trust: join(dir, 'trust'),
  pending: join(dir, 'pending'),
  labels: join(dir, 'labels.json'),
  keys: join(dir, 'keys'),
  sites: join(dir, 'sites'),
  sources: join(dir, 'sources.json'),
  feeds: join(dir, 'feeds'),
  catalogs: join(dir, 'catalogs'),
  announcements: join(dir, 'announcements'),
  releases: join(dir, 'releases.json'),
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
  if (!isThere(join(state.trust, '1.root.json')))
    throw new BundleError('NOT_FOUND', `${dir} holds no state of a connected host; start with: trust init --state DIR`);
  return state;
};

/** Opens a state whose first root may still wait for signatures. */
export const openBegunState = (dir: string): HostState => {
  const state = layout(resolve(dir));
  return isThere(state.pending) && isThere(state.keys) ? state : openState(dir);
};

/** When a process started, in the kernel's ticks: a number that was used again has another start. */
const startOf = (pid: number): string | undefined => {
  try {
    // The name in parentheses may hold anything; the start is the 20th field after it.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
};

const ownMark = (): string => `${process.pid} ${startOf(process.pid) ?? ''}`.trim();

const isAlive = (mark: string): boolean => {
  const [pid, start] = mark.trim().split(' ');
  if (!/^[1-9]\d{0,9}$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return start === undefined || startOf(Number(pid)) === start;
};

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Takes away a lock whose holder ended without cleaning up; one that was taken anew meanwhile is put back. */
const breakLock = (path: string): void => {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if (isAlive(readFileSync(aside, 'utf8'))) linkSync(aside, path);
  rmSync(aside, { force: true });
};

const busy = (): BundleError => new BundleError('BUSY', 'another command works on this state');

const takeLock = (path: string): void => {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      // A link appears whole: a lock is never read without its mark.
      const own = `${path}.new.${process.pid}`;
      writeFileSync(own, ownMark(), { mode: 0o600 });
      try {
        linkSync(own, path);
      } finally {
        rmSync(own, { force: true });
      }
      return;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      if (isThere(path) && isAlive(readFileSync(path, 'utf8'))) throw busy();
      breakLock(path);
    }
  }
  throw busy();
};

/** Runs `work` while no other command may change the state. */
export const withLock = async <T>(state: HostState, work: () => Promise<T>): Promise<T> => {
  const path = join(state.dir, 'lock');
  takeLock(path);
  try {
    // Left by a command that was interrupted; nothing in staging is needed by the next.
    for (const name of readdirSync(state.staging)) rmSync(join(state.staging, name), { recursive: true, force: true });
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
};
