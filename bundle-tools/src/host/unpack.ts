import { join } from 'node:path';
import { isPiece, writePortionFile } from '../archive/portion-file.ts';
import { BundleError } from '../errors.ts';
import { freeBytes } from '../media/write.ts';
import { closeSync, fsyncSync, openSync, readdirSync, writeSync } from '../person/files.ts';
import { ensureDir } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { type BundleHead, openAt, readHead, runsOf, sourcesAt } from './bundle-parts.ts';

/** What was written. */
type Unpacked = { readonly files: number; readonly bytes: number };

const writeFile = async (path: string, pieces: AsyncIterable<Uint8Array>, onBytes: (count: number) => void) => {
  const fd = openSync(path, 'wx', 0o644);
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
      onBytes(piece.length);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/**
 * Writes a bundle's entries as files of the same names; the volumes of one bundle go into one folder. Nothing is proven
 * by it: the importer takes the folder and checks.
 */
export const unpackBundle = async (
  paths: ReadonlyArray<string>,
  folder: string,
  onProgress: (bytes: number) => void,
): Promise<Unpacked> => {
  if (isThere(folder) && readdirSync(folder).length > 0) throw new BundleError('EXISTS', `${folder} is not empty`);
  ensureDir(folder);
  for (const part of ['tuf', 'o']) ensureDir(join(folder, part));
  let files = 0;
  let bytes = 0;
  const count = (more: number): void => {
    bytes += more;
    onProgress(bytes);
  };
  let head: BundleHead | undefined;
  let hasPieces = false;
  // The same volume may lie there twice.
  const written = new Set<string>();
  for (const path of await sourcesAt(paths)) {
    const source = await openAt(path);
    try {
      const own = await readHead(source);
      if (head === undefined) {
        for (const { name, bytes: content } of own.prelude) {
          const one = async function* one() {
            yield content;
          };
          await writeFile(join(folder, name), one(), count);
          files += 1;
        }
        head = own;
      } else if (head.manifest.bundle_id !== own.manifest.bundle_id) {
        throw new BundleError('MIX', `${path} is of another bundle`);
      }
      const runs = await runsOf(source, own);
      if (source.kind === 'tar' && runs.some(({ name }) => written.has(name))) continue;
      for (const { name, length } of runs) {
        if (written.has(name)) continue;
        if (freeBytes(folder) < length) throw new BundleError('NO_SPACE', `${folder} has too little space for ${name}`);
        await source.expect(name, length);
        await writeFile(join(folder, name), source.body(), count);
        written.add(name);
        files += 1;
        hasPieces ||= isPiece(name);
      }
    } finally {
      await source.close();
    }
  }
  // Pieces stay pieces: the folder then says so, and is taken like the portions that it was made of.
  if (hasPieces) writePortionFile(folder, 1);
  return { files, bytes };
};
