import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Item, volumeItems } from '../archive/layout.ts';
import { onStore, systemCode } from '../archive/medium-errors.ts';
import type { BundleSource } from '../archive/source.ts';
import { limits } from '../documents/limits.ts';
import type { Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { syncFolder } from './durable.ts';

/** Where an object goes once it has verified. */
export const stagedPath = (stagingDir: string, sha256: string): string => join(stagingDir, 'objects', sha256);

const fileSize = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new BundleError('STORE_IO', `cannot look at ${path}`, { cause: error });
  }
};

/** True if an earlier run left this object whole; one that does not match is removed. */
export const isStaged = async (stagingDir: string, sha256: string, size: number): Promise<boolean> => {
  const path = stagedPath(stagingDir, sha256);
  const found = await fileSize(path);
  if (found === undefined) return false;
  if (found === size) {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 }))
      hash.update(piece as Uint8Array);
    if (hash.digest('hex') === sha256) return true;
  }
  await onStore(path, () => rm(path, { force: true }));
  return false;
};

/** The volume that a source holds, picked by its first header; a folder holds all of them. */
export const pickVolumes = async (
  source: BundleSource,
  volumes: Manifest['volumes'],
  items: readonly Item[],
): Promise<Manifest['volumes']> => {
  if (source.kind === 'folder' || items.length === 0) return volumes;
  const entry = await source.peek();
  if (entry === undefined) {
    throw new BundleError('MISSING', `${items[0]?.name ?? 'an object'} is absent`);
  }
  const position = items.findIndex(({ name }) => name === entry.name);
  const volume = volumes.find(({ first, last }) => first <= position && position <= last);
  if (position === -1 || volume === undefined) {
    const foreign = /^o\/[0-9a-f]{64}(\.p[0-9]{4})?$/.test(entry.name);
    throw new BundleError(foreign ? 'MIX' : 'HEADER', `${entry.name} is not of this bundle`);
  }
  return [volume];
};

type Sink = { write(piece: Uint8Array): Promise<void>; keep(): Promise<void>; drop(): Promise<void> };

const createSink = async (stagingDir: string, sha256: string): Promise<Sink> => {
  const path = stagedPath(stagingDir, sha256);
  const partial = `${path}.part`;
  const handle: FileHandle = await onStore(partial, () => open(partial, 'w', 0o600));
  let open_ = true;
  const close = async (): Promise<void> => {
    if (!open_) return;
    open_ = false;
    await handle.close();
  };
  return {
    write: (piece) =>
      onStore(partial, async () => {
        for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
      }),
    // D4: the content, then the name, then the folder.
    keep: () =>
      onStore(partial, async () => {
        await handle.datasync();
        await close();
        await rename(partial, path);
        await syncFolder(join(stagingDir, 'objects'));
      }),
    drop: async () => {
      await close();
      await rm(partial, { force: true });
    },
  };
};

const copyBody = async (
  source: BundleSource,
  hash: Hash,
  sink: Sink | undefined,
  onBytes: (count: number) => void,
): Promise<void> => {
  for await (const piece of source.body()) {
    // The write runs in the background while this thread hashes.
    const written = sink?.write(piece);
    // Awaited below; this only keeps a failure that comes first from being unhandled.
    written?.catch(() => undefined);
    hash.update(piece);
    await written;
    onBytes(piece.length);
  }
};

const groupByObject = (items: readonly Item[]): Item[][] => {
  const groups: Item[][] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last?.[0]?.line === item.line) last.push(item);
    else groups.push([item]);
  }
  return groups;
};

const checkUncut = (group: readonly Item[], all: readonly Item[]): void => {
  const [first] = group;
  if (first === undefined || first.whole) return;
  if (all.filter(({ line }) => line === first.line).length !== group.length) {
    throw new BundleError('LIMIT', `object ${first.sha256} is cut over volumes, which this importer does not read`);
  }
};

/**
 * State 7: every entry of one volume, compared, hashed and, where it is wanted, written to staging. An object counts
 * only under its full digest; what the store has already is hashed all the same and not written again.
 */
export const readVolume = async (options: {
  source: BundleSource;
  volume: Manifest['volumes'][number];
  items: readonly Item[];
  stagingDir: string;
  /** Digests to keep; anything else is only verified. */
  wanted: ReadonlySet<string>;
  onBytes: (count: number) => void;
  onVerified: (sha256: string, kept: boolean) => void;
}): Promise<void> => {
  const { source, items, stagingDir } = options;
  for (const group of groupByObject(volumeItems(options.volume, items))) {
    checkUncut(group, items);
    const { sha256 } = group[0] ?? { sha256: '' };
    const hash = createHash('sha256');
    let sink: Sink | undefined;
    try {
      for (const item of group) {
        await source.expect(item.name, item.length);
        // Nothing is written before the first header fits, so a cut file leaves no trace.
        if (sink === undefined && options.wanted.has(sha256)) sink = await createSink(stagingDir, sha256);
        await copyBody(source, hash, sink, options.onBytes);
      }
      if (hash.digest('hex') !== sha256) throw new BundleError('HASH', `object ${sha256} does not have its digest`);
      await sink?.keep();
      options.onVerified(sha256, sink !== undefined);
      sink = undefined;
    } finally {
      await sink?.drop();
    }
  }
};

/** Bytes still to be written: objects neither held nor staged. */
export const neededBytes = (sizes: ReadonlyMap<string, number>, wanted: ReadonlySet<string>): number => {
  let sum = 0;
  for (const sha256 of wanted) sum += sizes.get(sha256) ?? 0;
  return Math.min(sum, limits.objectBytes * limits.inventoryLines);
};
