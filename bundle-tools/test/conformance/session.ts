import { dirname } from 'node:path/posix';
import { BundleError } from '../../src/errors.ts';
import { type RefreshOptions, refreshStore, type TrustSource } from '../../src/trust/core.ts';
import type { TufStore } from '../../src/trust/tuf-store.ts';
import { isTarget, usableHashes } from './target-hash.ts';
import { findTarget } from './walk.ts';

// What a TUF client does around the core: it keeps what was trusted, and fetches targets. The suite's command line and
// our own cases drive this same session, one over HTTP and folders, the other over maps.

/** Files by name; a name is never a path. */
export type Shelf = {
  read: (name: string) => Uint8Array | undefined;
  write: (name: string, bytes: Uint8Array) => void;
};

export type Session = {
  /** Trusted metadata by role. */
  metadata: Shelf;
  source: TrustSource;
  now: Date;
};

type Downloads = {
  /** Downloaded targets by path. */
  targets: Shelf;
  /** By address below the target base: `dir/HASH.name`, each segment percent-encoded. */
  targetSource: TrustSource;
};

/** Brings the four top-level roles up to date. */
export const refresh = async ({ metadata, source, now }: Session): Promise<TufStore> => {
  const root = metadata.read('root');
  if (root === undefined) throw new BundleError('USAGE', 'no trusted root: init comes first');
  const options: RefreshOptions = {
    held: {
      root,
      timestamp: metadata.read('timestamp'),
      snapshot: metadata.read('snapshot'),
      targets: metadata.read('targets'),
    },
    source,
    referenceTime: now,
    production: false,
    onTrusted: (role, _version, bytes) => metadata.write(role, bytes),
  };
  return (await refreshStore(options)).store;
};

const addressOf = (path: string, hash: string | undefined): string => {
  const directory = dirname(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const prefixed = hash === undefined ? name : `${hash}.${name}`;
  const segments = directory === '.' ? [prefixed] : [...directory.split('/'), prefixed];
  return segments.map(encodeURIComponent).join('/');
};

/** Refreshes, then brings each target in turn; the first that cannot be had ends it. */
export const download = async (session: Session & Downloads, paths: readonly string[]): Promise<void> => {
  const { metadata, source, targets, targetSource } = session;
  const store = await refresh(session);
  for (const path of paths) {
    const target = await findTarget({ store, source, held: metadata.read, onTrusted: metadata.write }, path);
    if (target === undefined) throw new BundleError('NOT_FOUND', `no role lists the target ${path}`);
    const held = targets.read(path);
    if (held !== undefined && isTarget(held, target)) continue;
    const prefix = store.root.signed.consistentSnapshot ? usableHashes(target)[0]?.[1] : undefined;
    const bytes = await targetSource.get(addressOf(path, prefix), target.length);
    if (bytes === 'NOT_FOUND') throw new BundleError('MISSING', `${path} is absent`);
    if (!isTarget(bytes, target)) throw new BundleError('HASH', `${path} is not what its role lists`);
    targets.write(path, bytes);
  }
};
