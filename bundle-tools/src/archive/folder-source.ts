import { join } from 'node:path';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { type Handle, lstat, opendir } from '../person/files.ts';
import { createByteStream } from './byte-stream.ts';
import { mediumError, systemCode } from './medium-errors.ts';
import type { BundleSource, Entry, Piece } from './source.ts';
import { openRegular } from './tar-source.ts';

// The names of a volume's entries as files (`unpack --dir`), whole or as one of several portions (`split`). No name of a
// file is ever joined to a path but those that the prelude's fixed names and the signed list give; the name of a piece
// is made of a signed digest and the number of a chunk.

/** The file that makes a folder a portion. It decides nothing but that objects may be absent. */
export const portionFile = 'portion.json';
const maxPortionBytes = 4096;

/** The name of a piece that begins with this chunk. */
export const pieceName = (sha256: string, chunk: number): string => `o/${sha256}.c${String(chunk).padStart(6, '0')}`;
const pieceForm = /^o\/([0-9a-f]{64})\.c([0-9]{6})$/;

const isPortionFolder = async (folder: string): Promise<boolean> => {
  try {
    const stat = await lstat(join(folder, portionFile));
    if (!stat.isFile() || stat.size > maxPortionBytes)
      throw new BundleError('HEADER', `${portionFile} is not what a portion has`);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw mediumError(folder, error);
  }
};

const listPieces = async (folder: string, names: readonly string[]): Promise<Map<string, Piece[]>> => {
  const pieces = new Map<string, Piece[]>();
  for (const name of names) {
    const [, sha256, chunk] = pieceForm.exec(name) ?? [];
    if (sha256 === undefined || chunk === undefined) continue;
    const { size } = await lstat(join(folder, name)).catch((error: unknown) => {
      throw mediumError(name, error);
    });
    const piece = { name, size, offset: Number(chunk) * limits.chunkBytes };
    const own = pieces.get(sha256);
    if (own === undefined) pieces.set(sha256, [piece]);
    else own.push(piece);
  }
  for (const own of pieces.values()) own.sort((a, b) => a.offset - b.offset);
  return pieces;
};

const rootName = /^tuf\/([1-9][0-9]{0,15})\.root\.json$/;
const maxFiles = 250_000;
const leftover = /^(?:\._.*|\.DS_Store)$/;

const rank = (name: string): number => {
  if (name === 'bundle.dsse.json') return 0;
  if (rootName.test(name)) return 1;
  if (name === 'tuf/timestamp.json') return 2;
  if (/^tuf\/.*\.snapshot\.json$/.test(name)) return 3;
  if (/^tuf\/.*\.targets\.json$/.test(name)) return 4;
  if (name === 'policy.json') return 5;
  if (/^inventory\.jsonl(\.gz)?$/.test(name)) return 6;
  return 7;
};

const preludeOrder = (a: string, b: string): number =>
  rank(a) - rank(b) || Number(rootName.exec(a)?.[1] ?? 0) - Number(rootName.exec(b)?.[1] ?? 0) || (a < b ? -1 : 1);

const listFolder = async (folder: string, prefix: string): Promise<string[]> => {
  const names: string[] = [];
  try {
    const stat = await lstat(folder);
    if (!stat.isDirectory()) throw new BundleError('NOT_REGULAR', `${folder} is no folder`);
    for await (const item of await opendir(folder)) {
      if (names.length === maxFiles) throw new BundleError('LIMIT', `${folder} has more than ${maxFiles} files`);
      // What other systems leave beside every file that they copy; it is never read.
      if (leftover.test(item.name)) continue;
      names.push(`${prefix}${item.name}`);
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && prefix !== '') return names;
    throw mediumError(folder, error);
  }
  return names;
};

/** An unpacked bundle as a source. */
export const openFolderSource = async (folder: string): Promise<BundleSource> => {
  const top = await listFolder(folder, '');
  const isPortion = await isPortionFolder(folder);
  const names = [
    ...top.filter((name) => name !== 'tuf' && name !== 'o' && !(isPortion && name === portionFile)),
    ...(await listFolder(join(folder, 'tuf'), 'tuf/')),
  ].sort(preludeOrder);
  const objects = await listFolder(join(folder, 'o'), 'o/');
  const objectSet = new Set(objects);
  const pieces = isPortion ? await listPieces(folder, objects) : new Map<string, Piece[]>();
  // What was looked at: the rest must be declared.
  const read = new Set<string>();
  let at = 0;
  let opened: { handle: Handle; entry: Entry } | undefined;

  const openEntry = async (name: string): Promise<Entry> => {
    if (opened?.entry.name === name) return opened.entry;
    await opened?.handle.close();
    opened = undefined;
    const { handle, size } = await openRegular(join(folder, name));
    opened = { handle, entry: { name, size } };
    return opened.entry;
  };

  const peek = async (): Promise<Entry | undefined> => {
    const name = names[at];
    return name === undefined ? undefined : openEntry(name);
  };

  return {
    kind: 'folder',
    isPortion,
    has: (name) => objectSet.has(name),
    pieces: (sha256) => pieces.get(sha256) ?? [],
    peek,
    enter: async () => {
      const entry = await peek();
      if (entry === undefined) throw new BundleError('INTERNAL', 'no entry to enter');
      at += 1;
      return entry;
    },
    expect: async (name, size) => {
      if (!objectSet.has(name)) throw new BundleError('MISSING', `${name} is absent`);
      const entry = await openEntry(name);
      read.add(name);
      if (entry.size !== size) {
        const code = entry.size < size ? 'TRUNCATED' : 'TRAILING';
        throw new BundleError(code, `${name} has ${entry.size} bytes, ${size} are signed`);
      }
    },
    body: async function* body() {
      if (opened === undefined) throw new BundleError('INTERNAL', 'no entry was entered');
      const { handle, entry } = opened;
      opened = undefined;
      const stream = createByteStream(handle, { what: entry.name, sizeBytes: entry.size, isHashed: false });
      try {
        for (let left = entry.size; left > 0; ) {
          const piece = await stream.some(left);
          left -= piece.length;
          yield piece;
        }
        if (!(await stream.atEnd())) throw new BundleError('TRAILING', `${entry.name} grew while it was read`);
      } finally {
        await stream.settle();
        await handle.close();
      }
    },
    comesLater: async (fits) => names.slice(at).some(fits),
    finish: async (_volumeBytes, declared) => {
      const extra = [...names.slice(at), ...objects.filter((name) => !declared.has(name) && !read.has(name))][0];
      if (extra !== undefined) throw new BundleError('HEADER', `${extra} is in the folder and not declared`);
    },
    digest: () => undefined,
    close: async () => {
      await opened?.handle.close();
      opened = undefined;
    },
  };
};
