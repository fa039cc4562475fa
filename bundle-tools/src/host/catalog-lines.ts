import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { InventoryKind, InventoryLine } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { FIRMWARE } from '../updates/sources/firmware.ts';
import type { PlannedFile, Update } from '../updates/update.ts';
import type { ObjectStore } from './objects.ts';

/** Digests of the 8 MiB chunks of an object, for one that is larger than a chunk. */
export const chunkDigests = (path: string): string[] => {
  const fd = openSync(path, 'r');
  try {
    const chunks: string[] = [];
    const buffer = new Uint8Array(limits.chunkBytes);
    for (;;) {
      let filled = 0;
      while (filled < buffer.length) {
        const count = readSync(fd, buffer, filled, buffer.length - filled, null);
        if (count === 0) break;
        filled += count;
      }
      if (filled === 0) return chunks;
      chunks.push(createHash('sha256').update(buffer.subarray(0, filled)).digest('hex'));
      if (filled < buffer.length) return chunks;
    }
  } finally {
    closeSync(fd);
  }
};

/** One segment of an inventory path: readable, and never anything that leads elsewhere. */
const segment = (text: string): string => {
  const plain = text
    .normalize('NFKC')
    .replace(/[^a-zA-Z0-9._+~:-]/g, '_')
    .replace(/^\.+/, '_');
  return plain === '' ? '_' : plain.slice(0, 120);
};

const fold = (path: string): string => path.normalize('NFKC').toLowerCase().normalize('NFC');

/** Makes inventory lines; a path that is taken, also in another spelling, gets the start of the digest added. */
export const lineMaker = (objects: ObjectStore, known: ReadonlyArray<InventoryLine>) => {
  const chunksOf = new Map(
    known.flatMap((line) => (line.chunks === undefined ? [] : [[line.sha256, line.chunks] as const])),
  );
  const taken = new Set<string>();
  return (path: string, kind: InventoryKind, sha256: string, size: number): InventoryLine => {
    const free = taken.has(fold(path)) ? `${path}.${sha256.slice(0, 16)}` : path;
    taken.add(fold(free));
    if (size <= limits.chunkBytes) return { path: free, sha256, size, kind };
    return { path: free, sha256, size, kind, chunks: chunksOf.get(sha256) ?? chunkDigests(objects.path(sha256)) };
  };
};

/** The label of an update's file. */
export const updatePath = (update: Update, file: Pick<PlannedFile, 'name'>): string =>
  (update.ecosystem === FIRMWARE
    ? [FIRMWARE, ...update.name.split('/', 2), update.version, file.name]
    : ['updates', update.ecosystem, update.source, file.name]
  )
    .map(segment)
    .join('/');
