import { closeSync, existsSync, fsyncSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import { openBundleSource } from '../importer/open-source.ts';
import { freeBytes } from '../media/write.ts';
import { ensureDir } from '../platform/files.ts';

// The names that a bundle may hold; anything else is never joined to a path.
const allowed = [
  /^bundle\.dsse\.json$/,
  /^tuf\/(?:timestamp|[1-9][0-9]{0,15}\.(?:root|snapshot|targets))\.json$/,
  /^policy\.json$/,
  /^inventory\.jsonl(?:\.gz)?$/,
  /^o\/[0-9a-f]{64}(?:\.p[0-9]{4})?$/,
];

/** What was written. */
export type Unpacked = { readonly files: number; readonly bytes: number };

/** Writes a bundle's entries as files of the same names. Nothing is proven by it: the importer takes the folder and checks. */
export const unpackBundle = async (
  path: string,
  folder: string,
  onProgress: (bytes: number) => void,
): Promise<Unpacked> => {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new BundleError('EXISTS', `${folder} is not empty`);
  ensureDir(folder);
  for (const part of ['tuf', 'o']) ensureDir(join(folder, part));
  const source = await openBundleSource(path);
  let files = 0;
  let bytes = 0;
  try {
    for (let entry = await source.peek(); entry !== undefined; entry = await source.peek()) {
      const { name, size } = entry;
      if (!allowed.some((pattern) => pattern.test(name)))
        throw new BundleError('HEADER', `${JSON.stringify(name)} is no entry of a bundle`);
      if (freeBytes(folder) < size) throw new BundleError('NO_SPACE', `${folder} has too little space for ${name}`);
      await source.enter();
      const fd = openSync(join(folder, name), 'wx', 0o644);
      try {
        for await (const piece of source.body()) {
          for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
          bytes += piece.length;
          onProgress(bytes);
        }
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      files += 1;
    }
  } finally {
    await source.close();
  }
  return { files, bytes };
};
