import { createHash, hash as hashOf } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Item, volumeItems } from '../archive/layout.ts';
import { onStore } from '../archive/medium-errors.ts';
import { type BundleSource, readBody } from '../archive/source.ts';
import type { InventoryLine } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import type { Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { chunkLength, chunksOf, openPartial, type PartialObject, partialFromBytes, partialPath } from './partial.ts';

// State 7: every entry of one volume, compared, hashed and, where it is wanted, written.

/** Where an object goes that is taken whole. */
export const stagedPath = (stagingDir: string, sha256: string): string => join(stagingDir, 'objects', sha256);

/** An object that verified and where it lies; the store takes it from there. */
export type VerifiedObject = { sha256: string; size: number; path: string };

/** The volume that a source holds, picked by its first header; a folder may hold all of them. */
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
    // Not synced here: the store syncs what it takes (D4), and hashes again what it finds after a crash.
    keep: () =>
      onStore(partial, async () => {
        await close();
        await rename(partial, path);
      }),
    drop: async () => {
      await close();
      await rm(partial, { force: true });
    },
  };
};

type ReadOptions = {
  source: BundleSource;
  lines: readonly InventoryLine[];
  stagingDir: string;
  partialDir: string;
  /** Digests to keep; anything else is only verified. */
  wanted: ReadonlySet<string>;
  /** Nothing is kept at all: of an object that comes in parts, only which chunks verified. */
  isDiscarding: boolean;
  onBytes: (count: number) => void;
  /** Called for each object that is whole now; `kept` where it was written. */
  onVerified: (object: VerifiedObject, kept: boolean) => void;
};

const bodyInto = async (
  options: ReadOptions,
  write: ((piece: Uint8Array) => Promise<void>) | undefined,
  hash: (piece: Uint8Array) => void,
): Promise<void> => {
  for await (const piece of options.source.body()) {
    // The write runs in the background while this thread hashes.
    const written = write?.(piece);
    // Awaited below; this only keeps a failure that comes first from being unhandled.
    written?.catch(() => undefined);
    hash(piece);
    await written;
    options.onBytes(piece.length);
  }
};

// So small that one call for each step costs less than going on with other work meanwhile.
const smallBytes = 256 * 1024;

const readSmall = async (item: Item, line: InventoryLine, options: ReadOptions): Promise<void> => {
  const { source, stagingDir, wanted } = options;
  const { sha256, size } = line;
  await source.expect(item.name, item.length);
  const bytes = await readBody(source, item.length);
  options.onBytes(bytes.length);
  if (hashOf('sha256', bytes) !== sha256) throw new BundleError('HASH', `object ${sha256} does not have its digest`);
  const path = stagedPath(stagingDir, sha256);
  const isKept = wanted.has(sha256);
  // Not synced, and not whole either if this process is killed now: see `keep` above.
  if (isKept) await onStore(path, () => writeFileSync(path, bytes, { mode: 0o600 }));
  options.onVerified({ sha256, size, path }, isKept);
};

const readWhole = async (item: Item, line: InventoryLine, options: ReadOptions): Promise<void> => {
  const { source, stagingDir, wanted } = options;
  const hash = createHash('sha256');
  await source.expect(item.name, item.length);
  // Nothing is written before the header fits, so a cut file leaves no trace.
  const sink = wanted.has(line.sha256) ? await createSink(stagingDir, line.sha256) : undefined;
  try {
    await bodyInto(options, sink?.write, (piece) => hash.update(piece));
    if (hash.digest('hex') !== line.sha256)
      throw new BundleError('HASH', `object ${line.sha256} does not have its digest`);
    await sink?.keep();
  } catch (error) {
    await sink?.drop();
    throw error;
  }
  const { sha256, size } = line;
  options.onVerified({ sha256, size, path: stagedPath(stagingDir, sha256) }, sink !== undefined);
};

/** Reads bytes from `offset` of an object on, checks each chunk by its signed digest and marks it. */
const readChunks = async (
  line: InventoryLine,
  offset: number,
  target: PartialObject | undefined,
  options: ReadOptions,
): Promise<void> => {
  const chunks = chunksOf(line);
  let index = offset / limits.chunkBytes;
  let inChunk = 0;
  let hash = createHash('sha256');
  const take = async (piece: Uint8Array): Promise<void> => {
    for (let at = 0; at < piece.length; ) {
      const count = Math.min(piece.length - at, chunkLength(line, index) - inChunk);
      const slice = piece.subarray(at, at + count);
      const isNew = target !== undefined && target.marks[index] !== 1;
      const written =
        isNew && !options.isDiscarding ? target.write(index * limits.chunkBytes + inChunk, slice) : undefined;
      written?.catch(() => undefined);
      hash.update(slice);
      await written;
      at += count;
      inChunk += count;
      if (inChunk < chunkLength(line, index)) continue;
      if (hash.digest('hex') !== chunks[index])
        throw new BundleError('HASH', `object ${line.sha256} does not have its digest in chunk ${index}`);
      if (isNew) await target.mark(index);
      hash = createHash('sha256');
      index += 1;
      inChunk = 0;
    }
  };
  for await (const piece of options.source.body()) {
    await take(piece);
    options.onBytes(piece.length);
  }
  if (inChunk !== 0) throw new BundleError('HASH', `object ${line.sha256} ends within a chunk`);
};

const readPart = async (name: string, range: Range, line: InventoryLine, options: ReadOptions): Promise<void> => {
  const { source, partialDir, wanted } = options;
  await source.expect(name, range.length);
  if (!wanted.has(line.sha256) && !options.isDiscarding) return readChunks(line, range.offset, undefined, options);
  const target = await openPartial(partialDir, line);
  try {
    await readChunks(line, range.offset, target, options);
    await target.finish();
    if (!target.marks.every((mark) => mark === 1)) return;
  } finally {
    await target.close();
  }
  const { sha256, size } = line;
  options.onVerified({ sha256, size, path: partialPath(partialDir, sha256) }, !options.isDiscarding);
};

type Range = { offset: number; length: number };

// A portion of a folder holds a file too large for its medium as pieces, each named by the chunk that it begins with.
const readPieces = async (line: InventoryLine, options: ReadOptions): Promise<void> => {
  for (const { name, size, offset } of options.source.pieces(line.sha256)) {
    const length = Math.min(size, line.size - offset);
    const endsWell = offset + size === line.size || (size % limits.chunkBytes === 0 && offset + size < line.size);
    if (size === 0 || length !== size || !endsWell)
      throw new BundleError('HEADER', `${name} is no piece of an object of ${line.size} bytes`);
    await readPart(name, { offset, length }, line, options);
  }
};

/**
 * Reads the entries of one volume, or those of them that a portion of a folder has. An object counts only under its
 * full digest; what the store has already is hashed all the same and not written again.
 */
export const readVolume = async (
  volume: Manifest['volumes'][number],
  items: readonly Item[],
  options: ReadOptions,
): Promise<void> => {
  const { source, lines, wanted } = options;
  const inPieces = new Set<string>();
  for (const item of volumeItems(volume, items)) {
    const line = lines[item.line];
    if (line === undefined) throw new BundleError('INTERNAL', `there is no inventory line ${item.line}`);
    if (source.isPortion && !source.has(item.name)) {
      if (!inPieces.has(item.sha256)) await readPieces(line, options);
      inPieces.add(item.sha256);
      continue;
    }
    const byChunks = !item.whole || (item.length > partialFromBytes && wanted.has(item.sha256));
    if (byChunks) await readPart(item.name, item, line, options);
    else if (item.length <= smallBytes) await readSmall(item, line, options);
    else await readWhole(item, line, options);
  }
};
