import { constants } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onStore, systemCode } from '../archive/medium-errors.ts';
import type { InventoryLine } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';

// D3: a large object, or one that is cut over volumes, is kept chunk by chunk in a file of its full size. Beside it lies
// a file of marks, one byte per chunk: 1 once the chunk has verified and its bytes are synced. What has no mark is
// written again, so a crash at any moment costs at most the chunks that were under way.

/** Objects above this are kept by chunks, so that a broken import does not begin them anew. */
export const partialFromBytes = 64 * 1024 * 1024;

/** Where the bytes of a partial object are. */
export const partialPath = (folder: string, sha256: string): string => join(folder, `${sha256}.data`);
const marksPath = (folder: string, sha256: string): string => join(folder, `${sha256}.marks`);

/** The digests of a line's chunks, by which it can be kept in part. */
export const chunksOf = (line: InventoryLine): readonly string[] => {
  if (line.chunks === undefined) throw new BundleError('METADATA', `object ${line.sha256} has no chunks`);
  return line.chunks;
};

/** The bytes of chunk `index`. */
export const chunkLength = (line: InventoryLine, index: number): number =>
  Math.min(limits.chunkBytes, line.size - index * limits.chunkBytes);

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new BundleError('STORE_IO', `cannot look at ${path}`, { cause: error });
  }
};

/** The marks that an earlier run left; all 0 when there is nothing to go on with. */
export const readMarks = async (folder: string, line: InventoryLine): Promise<Uint8Array> => {
  const count = chunksOf(line).length;
  const path = marksPath(folder, line.sha256);
  const [dataSize, marksSize] = await Promise.all([sizeOf(partialPath(folder, line.sha256)), sizeOf(path)]);
  if (dataSize !== line.size || marksSize !== count) return new Uint8Array(count);
  return onStore(path, async () => {
    // The folder is written by the process that meets the medium: a link in it could lead anywhere.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return Uint8Array.from(await handle.readFile(), (mark) => (mark === 1 ? 1 : 0)).subarray(0, count);
    } finally {
      await handle.close();
    }
  });
};

/** Whether every chunk of a range is marked; the range begins at a chunk. */
export const coversRange = (marks: Uint8Array, offset: number, length: number): boolean => {
  const first = Math.floor(offset / limits.chunkBytes);
  const after = Math.ceil((offset + length) / limits.chunkBytes);
  return marks.subarray(first, after).every((mark) => mark === 1);
};

/** Bytes of an object that are still to be written. */
export const unmarkedBytes = (line: InventoryLine, marks: Uint8Array): number =>
  marks.reduce((sum, mark, index) => sum + (mark === 1 ? 0 : chunkLength(line, index)), 0);

/** Takes a partial object away, with its marks. */
export const dropPartial = async (folder: string, sha256: string): Promise<void> => {
  // The marks first: without them the bytes count for nothing.
  for (const path of [marksPath(folder, sha256), partialPath(folder, sha256)])
    await onStore(path, () => rm(path, { force: true }));
};

/** An object that is being filled. */
export type PartialObject = {
  readonly marks: Uint8Array;
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** Syncs what was written and marks a chunk; goes on in the background, at most one at a time. */
  mark(index: number): Promise<void>;
  /** Waits for the last mark. */
  finish(): Promise<void>;
  close(): Promise<void>;
};

const openFile = async (path: string, size: number, isFresh: boolean): Promise<FileHandle> => {
  // A link that lies here is not followed, and a fresh file never is one that lay here before.
  if (isFresh) await rm(path, { force: true });
  const create = isFresh ? constants.O_CREAT | constants.O_EXCL : 0;
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | create, 0o600);
  if (isFresh) await handle.truncate(size);
  return handle;
};

/** Opens an object for filling; what is marked stays. */
export const openPartial = async (folder: string, line: InventoryLine): Promise<PartialObject> => {
  const marks = await readMarks(folder, line);
  const isFresh = marks.every((mark) => mark === 0);
  const dataPath = partialPath(folder, line.sha256);
  const marksFile = marksPath(folder, line.sha256);
  if (isFresh) await dropPartial(folder, line.sha256);
  const data = await onStore(dataPath, () => openFile(dataPath, line.size, isFresh));
  let list: FileHandle;
  try {
    list = await onStore(marksFile, () => openFile(marksFile, marks.length, isFresh));
  } catch (error) {
    await data.close();
    throw error;
  }
  let marking: Promise<void> = Promise.resolve();
  return {
    marks,
    write: (position, bytes) =>
      onStore(dataPath, async () => {
        for (let at = 0; at < bytes.length; )
          at += (await data.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
      }),
    mark: async (index) => {
      await marking;
      marking = onStore(dataPath, async () => {
        await data.datasync();
        await list.write(Uint8Array.of(1), 0, 1, index);
        await list.datasync();
        marks[index] = 1;
      });
      // Awaited by the next mark or by finish; this only keeps a failure that comes first from being unhandled.
      marking.catch(() => undefined);
    },
    finish: () => marking,
    close: async () => {
      await marking.catch(() => undefined);
      await data.close();
      await list.close();
    },
  };
};
